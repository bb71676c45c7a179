// Which numbers of a file of another tool are a network's weights.
#pragma once

#include <string>
#include <vector>

namespace onnx {
class GraphProto;
}

namespace kette {

/// Names of the initialisers, and of constants in nodes, that training may change, in the order of their use:
/// the matrix of a product and what is added with it, and what is added to, multiplied with, or otherwise
/// applied to a value that depends on such a matrix. What comes before the first product is preprocessing,
/// single numbers are part of a formula, and statistics of a batch normalisation stay as they are.
std::vector<std::string> learned_values(const ::onnx::GraphProto& proto);

}  // namespace kette
