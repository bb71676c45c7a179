// The numbers of one step of training on one row: every value, every gradient, and the parameters after it.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "kette/explain/subject.h"

namespace kette {

/// The backward pass as nodes of the subject's graph.
struct Backward {
  std::map<int, Value> gradient;            // of the loss by the node; of all nodes it follows from smoothly
  std::map<int, std::vector<Value>> parts;  // what the operation passes on to each operand; empty: nothing
};

/// Appends the backward pass of the loss: the nodes that training compiles, and the gradients by all others
/// of `nodes`. Throws Error when there is no loss.
Backward backward_of(Subject& subject, std::span<const int> nodes);

/// The values of the nodes as the compiled program computes them: to the bit what a step of training on this
/// row computes. Throws Error that lists inputs and parameters without a value.
std::map<int, Tensor> values_of(const Subject& subject, std::span<const int> nodes);

struct Descent {
  Parameters parameters;  // after one step of plain gradient descent, w ← w − η·∂L/∂w
  double loss_before = 0, loss_after = 0;
};

/// One step with learning rate η, in a copy.
Descent descend(Subject& subject, double learning_rate);

}  // namespace kette
