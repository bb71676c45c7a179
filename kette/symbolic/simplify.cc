#include "kette/symbolic/simplify.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kette/ops/ops.h"
#include "kette/symbolic/terms.h"

namespace kette {
namespace {

constexpr int kMostParts = 100, kMostRounds = 4;

bool is_arithmetic(const OpDef* op) {
  return op == &kAdd || op == &kSub || op == &kNeg || op == &kMul || op == &kDiv || op == &kSquare ||
         op == &kCube || op == &kPower || op == &kPow;
}

/// A function of numbers whose value is whole: ln 1, exp 0, [2 > 1].
std::optional<double> whole_number(const OpDef& op, const Attributes& attributes, std::span<const Value> x) {
  std::array<double, 3> numbers{};
  for (size_t i = 0; i < x.size(); ++i) {
    const Node& node = x[i].graph->node(x[i]);
    if (node.kind != NodeKind::constant) return std::nullopt;
    numbers.at(i) = node.value->at(0);
  }
  const double number = op.scalar(numbers.data(), real_attributes(op, attributes).data());
  if (number != std::trunc(number) || std::abs(number) > 1e9) return std::nullopt;
  return number;
}

Value apply_simply(Graph& graph, const OpDef* op, const Attributes& attributes, std::span<const Value> x) {
  if (!is_arithmetic(op))
    if (const auto number = whole_number(*op, attributes, x)) return graph.constant(*number, DType::f64);
  if (op == &kWhere) {
    if (x[1] == x[2]) return x[1];
    if (const auto condition = plain_number_of(x[0])) return *condition != 0 ? x[1] : x[2];
  }
  if (op == &kPow)
    if (const auto n = plain_number_of(x[1]))
      return *n == 0 ? graph.constant(1, DType::f64) : node_of(graph, product_of(pow(x[0], *n)));
  const Value plain = graph.apply(*op, x, attributes);
  if (op == &kAdd || op == &kSub || op == &kNeg) return node_of(graph, sum_of(plain));
  if (!is_arithmetic(op)) return plain;
  const Product product = product_of(plain);
  // −(a − b) is b − a.
  if (product.powers.size() == 1 && product.factor.under == 1 && product.factor.over == -1)
    return node_of(graph, sum_of(node_of(graph, product)));
  return node_of(graph, product);
}

/// Operands first. Named nodes are symbols, and so is what only they need.
Value simpler(Value value) {
  Graph& graph = *value.graph;
  const auto count = static_cast<size_t>(value.id) + 1;
  std::vector<bool> needed(count, false);
  needed.back() = true;
  const auto is_symbol = [&](int id) {
    return graph.node(id).kind != NodeKind::operation || (id != value.id && !graph.node(id).name.empty());
  };
  for (int id = value.id; id >= 0; --id)
    if (needed[static_cast<size_t>(id)] && !is_symbol(id))
      for (int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;

  std::vector<Value> result(count);
  std::vector<int> parts(count, 1);  // how many the sum or product has, at most
  for (int id = 0; id <= value.id; ++id) {
    const auto at = static_cast<size_t>(id);
    if (!needed[at]) continue;
    if (is_symbol(id)) {
      result[at] = graph.value(id);
      continue;
    }
    const OpDef* op = graph.node(id).op;
    const Attributes attributes = graph.node(id).attributes;
    std::vector<Value> x;
    int sum = 0;
    for (int input : graph.node(id).inputs) {
      x.push_back(result[static_cast<size_t>(input)]);
      sum += parts[static_cast<size_t>(input)];
    }
    if (is_arithmetic(op)) parts[at] = std::min(sum, kMostParts + 1);
    result[at] = sum > kMostParts && is_arithmetic(op) ? graph.apply(*op, x, attributes)
                                                       : apply_simply(graph, op, attributes, x);
  }
  return result.back();
}

}  // namespace

Value simplified(Value value) {
  for (int round = 0; round < kMostRounds; ++round) {
    const Value next = simpler(value);
    if (next == value) break;
    value = next;
  }
  return value;
}

}  // namespace kette
