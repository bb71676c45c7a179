#include "kette/figure/bare_numbers.h"

#include <vector>

namespace kette {

bool is_bare_number(const Figure::Node& node) {
  const bool has_more = node.emphasised || !node.name.empty() || !node.lines.empty() || !node.numbers.empty();
  return node.kind == NodeKind::constant && !node.operation.empty() && !node.operation.starts_with('[') &&
         !has_more;
}

Figure with_numbers_beside_their_uses(const Figure& figure) {
  const size_t count = figure.nodes.size();
  std::vector<std::vector<size_t>> operands(count);
  std::vector<bool> is_used(count);
  for (const auto [from, to] : figure.edges) {
    operands[to].push_back(from);
    is_used[from] = true;
  }
  const auto moves = [&](size_t i) { return is_used[i] && is_bare_number(figure.nodes[i]); };

  Figure drawn{.title = figure.title};
  std::vector<size_t> place(count);
  std::vector<size_t> user(count, count);  // that the number at `place` stands beside
  for (size_t i = 0; i < count; ++i) {
    if (moves(i)) continue;
    for (const size_t operand : operands[i]) {
      if (!moves(operand) || user[operand] == i) continue;
      user[operand] = i;
      place[operand] = drawn.nodes.size();
      drawn.nodes.push_back(figure.nodes[operand]);
      drawn.nodes.back().backward = figure.nodes[i].backward;
    }
    place[i] = drawn.nodes.size();
    drawn.nodes.push_back(figure.nodes[i]);
    for (const size_t operand : operands[i]) drawn.edges.push_back({place[operand], place[i]});
  }
  return drawn;
}

}  // namespace kette
