// A graph as JSON, for web pages and other programs.
//
//     {"nodes": [
//       {"id": 0, "kind": "input", "name": "x", "dtype": "f32", "shape": ["N", 3]},
//       {"id": 1, "kind": "constant", "dtype": "f32", "shape": [], "values": [0.5]},
//       {"id": 2, "kind": "operation", "op": "mul", "inputs": [0, 1], "attributes": {}, "dtype": "f32",
//       "shape": ["N", 3]}]}
//
// `name` is present where the node has one, `values` (row-major) for constants of at most kJsonValues
// elements. What JSON cannot hold as a number is a text: "nan", "inf", "-inf". Names that are not UTF-8 get
// replacement characters.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace kette {

class Graph;
class Tensor;

inline constexpr int64_t kJsonValues = 1024;

nlohmann::ordered_json json(const Graph& graph);

/// One element of "nodes".
nlohmann::ordered_json node_json(const Graph& graph, int id);

/// The elements, row-major.
nlohmann::ordered_json values_json(const Tensor& tensor);

/// A number, or "nan", "inf", "-inf".
nlohmann::ordered_json number_json(double value);

/// A text of any bytes.
nlohmann::ordered_json text_json(std::string_view text);

}  // namespace kette
