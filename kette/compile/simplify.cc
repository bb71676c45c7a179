// Local rewriting, operands first. Every rule keeps the value exactly, or (folding a constant) computes it
// more precisely than the program would.
#include <algorithm>
#include <optional>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/compile/module.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr int64_t kLargestFolded = 1 << 16;  // elements

const Node& node_of(Value x) { return x.graph->node(x); }
bool is(Value x, const OpDef& op) { return node_of(x).op == &op; }
Value operand(Value x, size_t i) { return x.graph->value(node_of(x).inputs[i]); }

/// The one number that all elements of a constant are.
std::optional<double> uniform_constant(Value x) {
  const Node& node = node_of(x);
  if (node.kind != NodeKind::constant || node.value->size() == 0 || !is_float(node.shape.dtype()))
    return std::nullopt;
  const double first = node.value->at(0);
  for (int64_t i = 1; i < node.value->size(); ++i)
    if (node.value->at(i) != first) return std::nullopt;
  return first;
}
bool is_number(Value x, double number) { return uniform_constant(x) == number; }

/// Leaves broadcasting to the element-wise operation where the result's shape stays the same.
std::optional<Value> without_broadcasts(Graph& graph, const Node& node, std::span<const Value> given) {
  if (!node.op->is_elementwise()) return std::nullopt;
  std::vector<Value> operands(given.begin(), given.end());
  for (Value& x : operands) {
    if (!is(x, kBroadcast)) continue;
    const Value kept = x;
    x = operand(x, 0);
    std::vector<Shape> shapes;
    for (Value o : operands) shapes.push_back(o.shape());
    if (!broadcast_shapes(*node.op, shapes).same_dims(node.shape)) x = kept;
  }
  if (std::ranges::equal(operands, given, {}, &Value::id, &Value::id)) return std::nullopt;
  return graph.apply(*node.op, operands, node.attributes);
}

std::optional<Value> simpler_arithmetic(Graph&, const Node& node, std::span<const Value> x) {
  const OpDef* op = node.op;
  const auto fits = [&](Value v) { return v.shape() == node.shape; };
  if (op == &kAdd && is_number(x[1], 0) && fits(x[0])) return x[0];
  if (op == &kAdd && is_number(x[0], 0) && fits(x[1])) return x[1];
  if (op == &kAdd && is(x[1], kNeg)) return sub(x[0], operand(x[1], 0));
  if (op == &kSub && is_number(x[1], 0) && fits(x[0])) return x[0];
  if (op == &kSub && is_number(x[0], 0) && fits(x[1])) return neg(x[1]);
  if (op == &kSub && is(x[1], kNeg)) return add(x[0], operand(x[1], 0));
  if (op == &kMul && is_number(x[1], 1) && fits(x[0])) return x[0];
  if (op == &kMul && is_number(x[0], 1) && fits(x[1])) return x[1];
  if (op == &kMul && is_number(x[1], -1) && fits(x[0])) return neg(x[0]);
  if (op == &kMul && is_number(x[0], -1) && fits(x[1])) return neg(x[1]);
  if (op == &kDiv && is_number(x[1], 1) && fits(x[0])) return x[0];
  if (op == &kNeg && is(x[0], kNeg)) return operand(x[0], 0);
  if (op == &kNeg && is(x[0], kSub)) {
    const Value swapped = sub(operand(x[0], 1), operand(x[0], 0));
    if (fits(swapped)) return swapped;
  }
  if (op == &kLog && is(x[0], kSoftmax))
    return log_softmax(operand(x[0], 0), node_of(x[0]).attributes.integer("axis"));
  // Also when one probability is picked first: the logarithm of a number too small to hold is still finite.
  if (op == &kLog && is(x[0], kPick) && is(operand(x[0], 0), kSoftmax)) {
    const Value probabilities = operand(x[0], 0);
    return pick(log_softmax(operand(probabilities, 0), node_of(probabilities).attributes.integer("axis")),
                operand(x[0], 1));
  }
  if (op == &kPower) {
    const double n = node.attributes.real("exponent");
    if (n == 1) return x[0];
    if (n == 2) return square(x[0]);
    if (n == 3) return cube(x[0]);
    if (n == 0.5) return sqrt(x[0]);
    if (n == -1) return 1.0 / x[0];
  }
  return std::nullopt;
}

/// Depends on nothing but constants and the batch size.
bool is_static(Value x) {
  const Node& node = node_of(x);
  if (node.kind == NodeKind::constant) return true;
  if (node.kind != NodeKind::operation) return false;
  if (node.op->reads_shape_only) return true;
  return std::ranges::all_of(node.inputs, [&](int input) { return is_static(x.graph->value(input)); });
}
bool is_static_scalar(Value x) { return !x.shape().has_batch() && x.shape().size() == 1 && is_static(x); }

/// (x·c)·d → x·(c·d) for scalars that are known before the program runs.
std::optional<Value> gathered_factors(Graph&, const Node& node, std::span<const Value> x) {
  if (node.op != &kMul) return std::nullopt;
  for (size_t i = 0; i < 2; ++i) {
    const Value product = x[i], factor = x[1 - i];
    if (!is(product, kMul) || !is_static_scalar(factor)) continue;
    for (size_t k = 0; k < 2; ++k) {
      const Value inner = operand(product, k), rest = operand(product, 1 - k);
      if (!is_static_scalar(inner) || is_static(rest) || rest.shape() != node.shape) continue;
      return mul(rest, mul(inner, factor));
    }
  }
  return std::nullopt;
}

/// x·W + b → one operation, whether or not x·W is also read elsewhere: so observing it changes nothing.
std::optional<Value> with_row(Graph&, const Node& node, std::span<const Value> x) {
  if (node.op != &kAdd) return std::nullopt;
  for (size_t i = 0; i < 2; ++i) {
    const Value product = x[i], row = x[1 - i];
    if (!is(product, kMatmul) || node_of(product).inputs.size() != 2 || product.shape() != node.shape)
      continue;
    if (row.shape() != Shape({node.shape[1]}, node.shape.dtype())) continue;
    const Attributes& attributes = node_of(product).attributes;
    return affine(operand(product, 0), operand(product, 1), row, attributes.integer("transpose_a") != 0,
                  attributes.integer("transpose_b") != 0);
  }
  return std::nullopt;
}

std::optional<Value> simpler_layout(Graph&, const Node& node, std::span<const Value> x) {
  const OpDef* op = node.op;
  if ((op == &kReshape || op == &kBroadcast) && x[0].shape() == node.shape) return x[0];
  if (op == &kReshape && is(x[0], kReshape))
    return reshape(operand(x[0], 0), node.attributes.integers("dims"));
  if (op == &kTranspose && node.shape.rank() == 2) {
    if (is(x[0], kTranspose)) return operand(x[0], 0);
    // A row or column has the same bytes as its transpose.
    if (x[0].shape()[0] == 1 || (x[0].shape()[1] == 1 && !x[0].shape().has_batch()))
      if (!x[0].shape().has_batch())
        return reshape(x[0], {node.shape.dims().begin(), node.shape.dims().end()});
  }
  if (op == &kMatmul && (is(x[0], kTranspose) || is(x[1], kTranspose))) {
    bool transposed[2] = {node.attributes.integer("transpose_a") != 0,
                          node.attributes.integer("transpose_b") != 0};
    Value y[2] = {x[0], x[1]};
    for (int i = 0; i < 2; ++i)
      if (is(y[i], kTranspose)) {
        y[i] = operand(y[i], 0);
        transposed[i] = !transposed[i];
      }
    if (x.size() == 3) return affine(y[0], y[1], x[2], transposed[0], transposed[1]);
    return matmul(y[0], y[1], transposed[0], transposed[1]);
  }
  return std::nullopt;
}

std::optional<Value> folded(Graph& graph, const Node& node, std::span<const Value> x) {
  if (x.empty() || node.shape.has_batch() || node.shape.size() > kLargestFolded) return std::nullopt;
  for (Value v : x)
    if (node_of(v).kind != NodeKind::constant) return std::nullopt;
  const Value made = graph.apply(*node.op, x, node.attributes);
  const Reference value = interpret(made, {});
  Tensor tensor(node.shape);
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, value.values[static_cast<size_t>(i)]);
  return graph.constant(std::move(tensor));
}

struct Rule {
  std::string_view pass;
  std::optional<Value> (*apply)(Graph& graph, const Node& node, std::span<const Value> operands);
};
constexpr Rule kRules[] = {
    {"broadcasts", without_broadcasts}, {"constants", folded}, {"arithmetic", simpler_arithmetic},
    {"factors", gathered_factors},      {"bias", with_row},    {"layout", simpler_layout}};
constexpr int kMostRounds = 1000;  // every rule makes a graph simpler, so a few are enough

}  // namespace

Module simplify(const Module& module, PassLog& log) {
  bool changed = true;
  const auto simpler = [&](Graph& graph, const Node& node, std::span<const Value> operands) {
    for (const Rule& rule : kRules) {
      if (!log.on(rule.pass)) continue;
      const auto value = log.timed(rule.pass, [&] { return rule.apply(graph, node, operands); });
      if (!value) continue;
      log.count(rule.pass, 1);
      changed = true;
      return *value;
    }
    return graph.apply(*node.op, operands, node.attributes);
  };
  Module result = prune(module);
  for (int round = 0; changed; ++round) {
    if (round == kMostRounds) fail("[compile] internal error: the rules of simplification do not end");
    changed = false;
    result = rewrite(result.outputs, result.updates, simpler);
  }
  return result;
}

}  // namespace kette
