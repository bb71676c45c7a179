#include <algorithm>
#include <map>

#include "kette/figure/label.h"
#include "kette/figure/numbers_text.h"
#include "kette/figure/render.h"
#include "kette/figure/repeated.h"

namespace kette {
namespace {

constexpr size_t kGap = 2, kIndent = 4;

std::string blanks(size_t count) { return std::string(count, ' '); }

std::string left(const std::string& text, size_t width) {
  return text + blanks(width - std::min(width, width_of(text)));
}

std::string right(const std::string& text, size_t width) {
  return blanks(width - std::min(width, width_of(text))) + text;
}

/// `start` and the words of `text` behind it, in lines of at most `columns`; those behind the first begin
/// under the first word. A word that is too long alone is shortened.
std::string wrapped(const std::string& start, const std::string& text, size_t columns) {
  const size_t indent = width_of(start), room = columns > indent + 8 ? columns - indent : 8;
  std::string result = start;
  size_t used = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = shortened(text.substr(at, end - at), room);
    if (used > 0 && used + 1 + width_of(word) > room) {
      result += "\n" + blanks(indent);
      used = 0;
    }
    if (used > 0) result += ' ';
    result += word;
    used += (used > 0) + width_of(word);
    at = end + 1;
  }
  return result + "\n";
}

/// What an operation is called where it is an operand.
std::string short_name(const Figure::Node& node) {
  if (!node.name.empty()) return one_line(node.name);
  if (node.kind == NodeKind::constant && !node.operation.empty()) return one_line(node.operation);
  return "%" + std::to_string(node.id);
}

std::string what(const Figure::Node& node, const std::vector<std::string>& operands) {
  switch (node.kind) {
    case NodeKind::input:
      return "input";
    case NodeKind::parameter:
      return "parameter";
    case NodeKind::constant:
      return node.name.empty() || node.operation.empty() ? "constant"
                                                         : "constant " + one_line(node.operation);
    case NodeKind::operation:
      break;
  }
  std::string list;
  for (const std::string& operand : operands) list += (list.empty() ? "" : ", ") + operand;
  if (!node.attributes.empty()) list += (list.empty() ? "" : ", ") + one_line(node.attributes);
  return one_line(node.operation) + "(" + list + ")";
}

/// Rows of lined up numbers, as wide as they come.
std::vector<std::string> number_lines(const Tensor& tensor, int64_t most_in_row) {
  const auto rows = rows_of(tensor, most_in_row);
  std::vector<size_t> whole(rows.front().size()), rest(rows.front().size());
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      const NumberParts parts = number_parts(row[i]);
      whole[i] = std::max(whole[i], width_of(parts.whole));
      rest[i] = std::max(rest[i], width_of(parts.rest));
    }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const NumberParts parts = number_parts(row[i]);
      line += blanks(i > 0 ? kGap : 0) + right(parts.whole, whole[i]) + left(parts.rest, rest[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(line);
  }
  return lines;
}

std::string numbers_block(const Figure::Numbers& numbers, size_t caption_width, size_t columns) {
  std::string caption = blanks(kIndent) +
                        left(shortened(one_line(numbers.caption), caption_width), caption_width) +
                        blanks(caption_width > 0 ? kGap : 0);
  if (!is_small(numbers.tensor)) return wrapped(caption, range_text(numbers.tensor), columns);
  const size_t room = columns - width_of(caption);
  std::vector<std::string> lines;
  for (int64_t most_in_row = 6; most_in_row > 0; --most_in_row) {
    lines = number_lines(numbers.tensor, most_in_row);
    if (std::ranges::all_of(lines, [&](const std::string& line) { return width_of(line) <= room; })) break;
  }
  std::string text;
  for (const std::string& line : lines) {
    text += caption + line + "\n";
    caption = blanks(width_of(caption));
  }
  return text;
}

}  // namespace

std::string to_text(const Figure& figure, size_t columns) {
  columns = std::max<size_t>(columns, 40);
  const size_t most_name = columns / 4, most_shape = columns / 4;
  std::vector<std::string> names;
  size_t name_width = 0, shape_width = 0, caption_width = 0;
  for (const Figure::Node& node : figure.nodes) {
    names.push_back(shortened(short_name(node), most_name));
    name_width = std::max(name_width, width_of(names.back()));
    shape_width = std::max(shape_width, std::min(most_shape, width_of(one_line(node.shape))));
    for (const Figure::Numbers& numbers : node.numbers)
      caption_width = std::max(caption_width, std::min(most_name, width_of(one_line(numbers.caption))));
  }
  std::vector<std::vector<std::string>> operands(figure.nodes.size());
  for (const auto [from, to] : figure.edges) operands[to].push_back(names[from]);

  std::string text;
  bool is_backward = false;
  for (size_t i = 0; i < figure.nodes.size(); ++i) {
    const Figure::Node& node = figure.nodes[i];
    if (is_bare_number(node)) continue;  // its uses say it
    if (node.backward && !is_backward) text += "backward:\n";
    is_backward |= node.backward;
    std::string start = left(names[i], name_width) + blanks(kGap);
    start += right(shortened(one_line(node.shape), shape_width), shape_width) + blanks(kGap);
    text += wrapped(start, what(node, operands[i]), columns);
    for (const Figure::Numbers& numbers : node.numbers)
      text += numbers_block(numbers, caption_width, columns);
  }
  return text;
}

}  // namespace kette
