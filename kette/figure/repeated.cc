#include "kette/figure/repeated.h"

#include <algorithm>
#include <vector>

namespace kette {
namespace {

constexpr size_t kMostCrossings = 20;  // edges from the forward to the backward pass that an eye can follow

std::string name_of(const Figure::Node& node) {
  return node.name.empty() ? "%" + std::to_string(node.id) : node.name;
}

}  // namespace

bool is_bare_number(const Figure::Node& node) {
  return node.kind == NodeKind::constant && !node.operation.empty() && !node.operation.starts_with('[') &&
         node.name.empty() && node.numbers.empty();
}

Figure with_repetitions(const Figure& figure) {
  const std::vector<Figure::Node>& nodes = figure.nodes;
  const auto is_crossing = [&](const Figure::Edge& edge) {
    return nodes[edge.to].backward && !nodes[edge.from].backward && !is_bare_number(nodes[edge.from]);
  };
  const bool has_many =
      static_cast<size_t>(std::ranges::count_if(figure.edges, is_crossing)) > kMostCrossings;
  std::vector<std::vector<size_t>> operands(nodes.size());
  std::vector<bool> is_moved(nodes.size()), is_called(nodes.size());
  for (const Figure::Edge& edge : figure.edges) {
    operands[edge.to].push_back(edge.from);
    if (is_bare_number(nodes[edge.from])) is_moved[edge.from] = true;
    if (has_many && is_crossing(edge)) is_called[edge.from] = true;
  }

  Figure drawn;
  std::vector<size_t> place(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (is_moved[i]) continue;
    std::vector<size_t> sources = operands[i];  // places of what the edges come from
    for (size_t k = 0; k < sources.size(); ++k) {
      const size_t operand = operands[i][k];
      const bool is_name = has_many && is_crossing({operand, i});
      if (!is_moved[operand] && !is_name) {
        sources[k] = place[operand];
        continue;
      }
      // Once, where an operation uses it twice.
      const auto first = std::ranges::find(operands[i], operand) - operands[i].begin();
      if (static_cast<size_t>(first) < k) {
        sources[k] = sources[static_cast<size_t>(first)];
        continue;
      }
      sources[k] = drawn.nodes.size();
      Figure::Node beside{
          .id = nodes[operand].id, .kind = NodeKind::constant, .name = name_of(nodes[operand])};
      if (!is_name) {
        beside = nodes[operand];
        beside.backward = nodes[i].backward;
      }
      drawn.nodes.push_back(std::move(beside));
    }
    place[i] = drawn.nodes.size();
    drawn.nodes.push_back(nodes[i]);
    if (is_called[i]) drawn.nodes.back().name = name_of(nodes[i]);
    for (const size_t source : sources) drawn.edges.push_back({source, place[i]});
  }
  return drawn;
}

}  // namespace kette
