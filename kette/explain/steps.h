// The forward and the backward pass on one row, one operation at a time, in symbols and in numbers.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "kette/explain/view.h"

namespace kette {

/// `name = symbols = numbers = value`; `symbols` and `numbers` may be empty.
struct ElementLine {
  std::string name, symbols, numbers;
  double value = 0;
};

/// A tensor by its formula and its elements.
struct Formula {
  std::string name, symbols;  // "h1", "tanh(z1)"; `symbols` is empty for what is given
  Shape shape;
  std::vector<ElementLine> elements;  // the first, or of large tensors those of the largest magnitude
  int64_t left_out = 0;               // elements that are not listed
};

struct ForwardStep {
  int node = -1;
  std::string operation;   // "tanh"; "input", "parameter"
  std::string definition;  // "y = (e^x − e^−x)/(e^x + e^−x)"
  Formula formula;
};

/// What the operation passes on to one of its operands.
struct BackwardPart {
  Formula local;                 // ∂h1/∂z1; of element-wise operations
  Formula outgoing;              // ∂L/∂z1, or this operation's part of it
  bool is_part = false;          // other operations pass on more
  std::string subgradient = {};  // where the operation is not differentiable at this row: what was taken
};

struct BackwardStep {
  int node = -1;
  std::string operation, rule;  // "tanh", "∂L/∂A = G·Bᵀ, …" or "y' = 1 − y²"
  std::string rule_name;        // "product rule"; may be empty
  Formula incoming;             // ∂L/∂h1
  std::vector<BackwardPart> parts;
};

/// How a parameter changes.
struct ParameterChange {
  std::string parameter;
  Formula change;                     // Δw = −η·∂L/∂w
  std::vector<double> before, after;  // of the elements listed in `change`
  bool is_part = false;  // what `change` lists is one use's part; `after` has those of the others, too
};

/// The δ of a layer's neurons, and how its weights change.
struct LayerDeltas {
  int layer = 0;
  Formula out;              // of the layer below: out_i
  Formula delta;            // δ_j = ∂L/∂z_j
  ParameterChange weights;  // Δw_ij = −η·δ_j·out_i
};

struct Steps {
  std::vector<ForwardStep> forward;
  std::vector<BackwardStep> backward;  // empty without a loss
  std::vector<LayerDeltas> layers;
  std::vector<ParameterChange> others;  // biases and all parameters shown that are no layer's weights
  double learning_rate = 0;
  double loss_before = 0, loss_after = 0;  // after all parameters have changed, also those not shown
};

struct StepsOptions {
  int64_t most_elements = 3;  // listed of each tensor
  size_t most_terms = 6;      // of a sum
  int digits = 4;
  double learning_rate = 0.1;
};

/// Everything in the view. All numbers are those of the compiled training step. Throws Error for an input
/// without a value.
Steps steps_of(Subject& subject, const View& view, const StepsOptions& options = {});

/// "steps" of the document that docs/graph.schema.json describes.
nlohmann::ordered_json steps_json(const Steps& steps);

/// "h1[2]", "W1[1,3]", counted from 1; of a matrix of a single row the column alone, of a single number
/// nothing.
std::string element_name(const std::string& tensor, const Shape& shape, int64_t element);

}  // namespace kette
