#include "kette/explain/needed.h"

#include <fmt/format.h>

#include <algorithm>

#include "kette/ops/ops.h"

namespace kette {
namespace {

/// The attributes of reshape and broadcast name N, too.
Attributes attributes_for(const Node& node, int64_t batch) {
  Attributes attributes = node.attributes;
  if (attributes.find("dims") == nullptr) return attributes;
  std::vector<int64_t> dims = attributes.integers("dims");
  std::ranges::replace(dims, kBatch, batch);
  attributes.set("dims", std::move(dims));
  return attributes;
}

}  // namespace

std::vector<bool> needed_by(const Graph& graph, std::span<const Value> values, std::span<const Value> given) {
  std::vector<bool> needed(static_cast<size_t>(graph.size()), false), is_given(needed);
  for (const Value& value : given) is_given[static_cast<size_t>(value.id)] = true;
  for (const Value& value : values)
    if (value) needed[static_cast<size_t>(value.id)] = true;
  for (int id = graph.size() - 1; id >= 0; --id) {
    if (!needed[static_cast<size_t>(id)] || is_given[static_cast<size_t>(id)]) continue;
    for (const int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;
  }
  return needed;
}

std::vector<Value> copy_needed(const Graph& from, std::span<const Value> wanted, Graph& into, int64_t batch,
                               std::span<const Value> given) {
  const std::vector<bool> needed = needed_by(from, wanted, given);
  std::vector<Value> copies(static_cast<size_t>(from.size())), operands;
  const auto bound = [&](const Shape& shape) { return batch == kBatch ? shape : shape.bind(batch); };
  for (size_t i = 0; i < given.size(); ++i)
    copies[static_cast<size_t>(given[i].id)] =
        into.input(fmt::format("given {}", i), bound(given[i].shape()));
  for (int id = 0; id < from.size(); ++id) {
    Value& copy = copies[static_cast<size_t>(id)];
    if (!needed[static_cast<size_t>(id)] || copy) continue;
    const Node& node = from.node(id);
    if (node.kind == NodeKind::input) {
      copy = into.input(node.name, bound(node.shape));
    } else if (node.kind == NodeKind::parameter) {
      copy = into.parameter(node.name, node.shape);
    } else if (node.kind == NodeKind::constant) {
      copy = into.constant(*node.value);
    } else {
      operands.clear();
      for (const int input : node.inputs) operands.push_back(copies[static_cast<size_t>(input)]);
      copy = into.apply(*node.op, operands, attributes_for(node, batch));
    }
    if (!node.name.empty() && into.node(copy).name.empty()) into.name(copy, node.name);
  }
  return copies;
}

}  // namespace kette
