#include "kette/autodiff/interpret.h"

#include <algorithm>
#include <array>

#include "kette/base/error.h"

namespace kette {
namespace {

Reference from_tensor(const Tensor& tensor) {
  Reference result{tensor.shape(), std::vector<double>(static_cast<size_t>(tensor.size()))};
  for (int64_t i = 0; i < tensor.size(); ++i) result.values[static_cast<size_t>(i)] = tensor.at(i);
  return result;
}

/// The stride of `operand` along every axis of `result`: 0 where it is broadcast.
std::array<int64_t, kMaxRank> strides_in(const Shape& operand, const Shape& result) {
  std::array<int64_t, kMaxRank> strides{};
  int64_t stride = 1;
  for (int axis = operand.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<size_t>(axis + result.rank() - operand.rank())] = operand[axis] == 1 ? 0 : stride;
    stride *= operand[axis];
  }
  return strides;
}

void map(const OpDef& op, const Attributes& attributes, std::span<const Reference* const> in,
         Reference& out) {
  const auto reals = real_attributes(op, attributes);
  std::vector<std::array<int64_t, kMaxRank>> strides;
  for (const Reference* x : in) strides.push_back(strides_in(x->shape, out.shape));
  std::vector<double> x(in.size());
  for (int64_t i = 0; i < out.shape.size(); ++i) {
    for (size_t operand = 0; operand < in.size(); ++operand) {
      int64_t rest = i, at = 0;
      for (int axis = out.shape.rank() - 1; axis >= 0; --axis) {
        at += rest % out.shape[axis] * strides[operand][static_cast<size_t>(axis)];
        rest /= out.shape[axis];
      }
      x[operand] = in[operand]->values[static_cast<size_t>(at)];
    }
    out.values[static_cast<size_t>(i)] = op.scalar(x.data(), reals.data());
  }
}

}  // namespace

int64_t batch_of(const Graph& graph, const Bindings& bindings) {
  int64_t batch = -1;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.kind != NodeKind::input && node.kind != NodeKind::parameter) continue;
    const auto bound = bindings.find(node.name);
    if (bound == bindings.end()) continue;
    const Shape& given = bound->second.shape();
    if (node.shape.has_batch() && given.rank() == node.shape.rank()) {
      if (batch >= 0 && batch != given[0])
        fail("[bind] \"{}\" has {} rows where others have {}", node.name, given[0], batch);
      batch = given[0];
    }
    if (!node.shape.bind(std::max<int64_t>(batch, 0)).same_dims(given))
      fail("[bind] \"{}\" is {}; expected {}", node.name, dims_to_string(given), dims_to_string(node.shape));
  }
  return batch < 0 ? 1 : batch;
}

void interpret_node(const Node& node, std::span<const Reference* const> in, Reference& out) {
  if (node.op->is_elementwise())
    map(*node.op, node.attributes, in, out);
  else
    node.op->reference({in, out, node.attributes});
}

std::vector<Reference> interpret(const Graph& graph, std::span<const Value> wanted,
                                 const Bindings& bindings) {
  const int64_t batch = batch_of(graph, bindings);
  std::vector<bool> needed(static_cast<size_t>(graph.size()), false);
  for (const Value& value : wanted) needed[static_cast<size_t>(value.id)] = true;
  for (int id = graph.size() - 1; id >= 0; --id)
    if (needed[static_cast<size_t>(id)])
      for (int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;

  std::vector<Reference> values(static_cast<size_t>(graph.size()));
  for (int id = 0; id < graph.size(); ++id) {
    if (!needed[static_cast<size_t>(id)]) continue;
    const Node& node = graph.node(id);
    Reference& out = values[static_cast<size_t>(id)];
    if (node.kind == NodeKind::constant) {
      out = from_tensor(*node.value);
      continue;
    }
    if (node.kind != NodeKind::operation) {
      const auto bound = bindings.find(node.name);
      if (bound == bindings.end()) fail("[bind] \"{}\" has no value", node.name);
      out = from_tensor(bound->second);
      out.shape = out.shape.as(node.shape.dtype());
      continue;
    }
    out.shape = node.shape.bind(batch);
    out.values.resize(static_cast<size_t>(out.shape.size()));
    std::vector<const Reference*> in;
    for (int input : node.inputs) in.push_back(&values[static_cast<size_t>(input)]);
    interpret_node(node, in, out);
  }
  return values;
}

Reference interpret(Value wanted, const Bindings& bindings) {
  return interpret(*wanted.graph, {&wanted, 1}, bindings)[static_cast<size_t>(wanted.id)];
}

}  // namespace kette
