#include "kette/autodiff/gradient.h"

#include <algorithm>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// For every node up to `last`: does it depend on one of `wrt`?
std::vector<bool> depends_on(const Graph& graph, std::span<const Value> wrt, int last) {
  std::vector<bool> depends(static_cast<size_t>(last) + 1, false);
  for (const Value& w : wrt)
    if (w.id <= last) depends[static_cast<size_t>(w.id)] = true;
  for (int id = 0; id <= last; ++id)
    for (int input : graph.node(id).inputs)
      if (depends[static_cast<size_t>(input)]) depends[static_cast<size_t>(id)] = true;
  return depends;
}

bool is_constant(Value x, double value) {
  const Node& node = x.graph->node(x);
  return node.kind == NodeKind::constant && node.shape.rank() == 0 && node.value->at(0) == value;
}

Value product(Value g, Value derivative) {
  if (is_constant(derivative, 1)) return g;
  if (is_constant(derivative, -1)) return neg(g);
  return mul(g, derivative);
}

bool is_scatter(Value x) { return x.graph->node(x).op == &kScatterAdd; }

/// Two sparse gradients of one table are one sparse gradient of the joined rows.
Value add_scattered(Value a, Value b) {
  Graph& graph = *a.graph;
  const auto flat = [&](Value scatter, size_t operand, bool rows) {
    const Value x = graph.value(graph.node(scatter).inputs[operand]);
    const Shape& shape = x.shape();
    const int last = shape.rank() - (rows ? 1 : 0);
    const int64_t count = shape.has_batch() && shape.product(1, last) == 1 ? kBatch : shape.product(0, last);
    return reshape(x, rows ? std::vector<int64_t>{count, shape[last]} : std::vector<int64_t>{count});
  };
  const std::vector<Value> indices{flat(a, 0, false), flat(b, 0, false)},
      rows{flat(a, 1, true), flat(b, 1, true)};
  return scatter_add(concat(indices, 0), concat(rows, 0), a.shape()[0]);
}

bool has_fixed_rows(Value scatter) {
  return !scatter.graph->value(scatter.graph->node(scatter).inputs[0]).shape().has_batch();
}

Value accumulate(Value total, Value next) {
  if (!total) return next;
  if (is_scatter(total) && is_scatter(next) && has_fixed_rows(total) && has_fixed_rows(next))
    return add_scattered(total, next);
  return add(total, next);
}

Value zeros_like(Value x) {
  const Shape shape = x.shape();  // a copy: the graph's own moves when nodes are added
  const Value zero = scalar_like(x, 0);
  return shape.rank() == 0 ? zero : broadcast(zero, {shape.dims().begin(), shape.dims().end()});
}

void check_graph(Value y, std::span<const Value> wrt) {
  for (const Value& w : wrt)
    if (w.graph != y.graph) fail("[gradient] a value to differentiate by belongs to another graph");
}

}  // namespace

std::vector<Value> cotangents(Value y, Value g) {
  Graph& graph = *y.graph;
  const int id = y.id;
  const OpDef& op = *graph.node(id).op;
  const Attributes attributes = graph.node(id).attributes;
  std::vector<Value> x;
  for (int input : graph.node(id).inputs) x.push_back(graph.value(input));
  const LocalCall call{x, y, attributes};
  std::vector<Value> result;
  if (op.is_elementwise()) {
    if (!op.partials) return std::vector<Value>(x.size());
    for (Value derivative : op.partials(call))
      result.push_back(derivative ? product(g, derivative) : Value{});
  } else {
    if (!op.vjp) return std::vector<Value>(x.size());
    result = op.vjp(call, g);
  }
  for (size_t i = 0; i < result.size(); ++i)
    if (result[i] && !result[i].shape().same_dims(x[i].shape())) result[i] = sum_to(result[i], x[i].shape());
  return result;
}

std::vector<Value> vjp(Value y, std::span<const Value> wrt, Value cotangent) {
  check_graph(y, wrt);
  if (!cotangent.shape().same_dims(y.shape()))
    fail("[vjp] the cotangent is {}; expected the shape of the result, {}", dims_to_string(cotangent.shape()),
         dims_to_string(y.shape()));
  Graph& graph = *y.graph;
  const std::vector<bool> depends = depends_on(graph, wrt, y.id);
  std::vector<Value> total(static_cast<size_t>(y.id) + 1);
  total.back() = cotangent;
  // Every consumer of a node has a larger id, so its cotangent is complete when the loop reaches it.
  for (int id = y.id; id >= 0; --id) {
    const Value g = total[static_cast<size_t>(id)];
    if (!g || !depends[static_cast<size_t>(id)] || graph.node(id).kind != NodeKind::operation) continue;
    const std::vector<int> inputs = graph.node(id).inputs;
    const std::vector<Value> parts = cotangents(graph.value(id), g);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto to = static_cast<size_t>(inputs[i]);
      if (parts[i] && depends[to]) total[to] = accumulate(total[to], parts[i]);
    }
  }
  std::vector<Value> result;
  for (const Value& w : wrt) {
    const Value g = w.id <= y.id ? total[static_cast<size_t>(w.id)] : Value{};
    result.push_back(g ? g : zeros_like(w));
  }
  return result;
}

std::vector<Value> gradient(Value loss, std::span<const Value> wrt) {
  if (loss.shape().has_batch() || loss.shape().size() != 1)
    fail("[gradient] the loss is {}; expected one element (take the mean or the sum)",
         to_string(loss.shape()));
  const Value one = scalar_like(loss, 1);
  const auto dims = loss.shape().dims();
  return vjp(loss, wrt, dims.empty() ? one : reshape(one, {dims.begin(), dims.end()}));
}

Value jvp(Value y, std::span<const Value> wrt, std::span<const Value> tangents) {
  check_graph(y, wrt);
  if (wrt.size() != tangents.size()) fail("[jvp] {} tangents for {} values", tangents.size(), wrt.size());
  Graph& graph = *y.graph;
  const std::vector<bool> depends = depends_on(graph, wrt, y.id);
  std::vector<Value> tangent(static_cast<size_t>(y.id) + 1);
  for (size_t i = 0; i < wrt.size(); ++i) {
    if (!tangents[i].shape().same_dims(wrt[i].shape()))
      fail("[jvp] the tangent {} is {}; expected {}", i, dims_to_string(tangents[i].shape()),
           dims_to_string(wrt[i].shape()));
    if (wrt[i].id <= y.id) tangent[static_cast<size_t>(wrt[i].id)] = tangents[i];
  }
  for (int id = 0; id <= y.id; ++id) {
    if (!depends[static_cast<size_t>(id)] || graph.node(id).kind != NodeKind::operation) continue;
    if (tangent[static_cast<size_t>(id)]) continue;  // one of `wrt`
    const OpDef& op = *graph.node(id).op;
    const Attributes attributes = graph.node(id).attributes;
    const Shape shape = graph.node(id).shape;
    std::vector<Value> x, t;
    for (int input : graph.node(id).inputs) {
      x.push_back(graph.value(input));
      t.push_back(tangent[static_cast<size_t>(input)]);
    }
    if (std::ranges::none_of(t, [](Value v) { return static_cast<bool>(v); })) continue;
    const LocalCall call{x, graph.value(id), attributes};
    Value result;
    if (op.is_elementwise() && op.partials) {
      const std::vector<Value> partials = op.partials(call);
      for (size_t i = 0; i < x.size(); ++i)
        if (t[i] && partials[i]) {
          const Value part = product(t[i], partials[i]);
          result = result ? add(result, part) : part;
        }
    } else if (op.jvp) {
      result = op.jvp(call, t);
    }
    if (result && !result.shape().same_dims(shape))
      result = broadcast(result, {shape.dims().begin(), shape.dims().end()});
    tangent[static_cast<size_t>(id)] = result;
  }
  return tangent.back() ? tangent.back() : zeros_like(y);
}

}  // namespace kette
