#include "kette/optim/clipping.h"

#include "kette/ops/ops.h"

namespace kette {
namespace {

Value operand(Value x, size_t i) { return x.graph->value(x.graph->node(x).inputs[i]); }

/// The table's element e_v is the sum of the rows r_i with index v, so Σ_v e_v² = Σ_i r_i·e_(index i).
Value squared_norm(Value g) {
  if (!is_sparse(g)) return sum(square(g));
  const Value indices = operand(g, 0), rows = operand(g, 1);
  return sum(rows * coalesce(indices, rows));
}

}  // namespace

bool is_sparse(Value gradient) { return gradient.graph->node(gradient).op == &kScatterAdd; }

Value global_norm(std::span<const Value> gradients) {
  Value total;
  for (const Value& g : gradients) total = total ? total + squared_norm(g) : squared_norm(g);
  return sqrt(total);
}

std::vector<Value> clipped_by_norm(std::span<const Value> gradients, double limit) {
  const Value norm = global_norm(gradients);
  const Value factor = min(scalar_like(norm, 1), limit / norm);  // norm 0: limit/0 = ∞, and the factor is 1
  std::vector<Value> clipped;
  for (const Value& g : gradients)
    clipped.push_back(is_sparse(g) ? scatter_add(operand(g, 0), operand(g, 1) * factor, g.shape()[0])
                                   : g * factor);
  return clipped;
}

}  // namespace kette
