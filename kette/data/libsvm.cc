#include "kette/data/libsvm.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

std::string_view take_word(std::string_view& line) {
  while (!line.empty() && (is_blank(line.front()) || line.front() == '\r')) line.remove_prefix(1);
  const size_t size = std::min(line.find_first_of(" \t\r"), line.size());
  const std::string_view word = line.substr(0, size);
  line.remove_prefix(size);
  return word;
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return line.substr(0, line.find('#'));
}

std::optional<double> finite(std::string_view word) {
  const std::optional<double> number = parse_number(word);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

struct IndexedValue {
  int64_t index = 0;
  double value = 0;
};

std::optional<IndexedValue> indexed_value_of(std::string_view word) {
  IndexedValue feature;
  const size_t colon = word.find(':');
  if (colon == word.npos) return std::nullopt;
  const auto [end, error] = std::from_chars(word.data(), word.data() + colon, feature.index);
  const std::optional<double> value = finite(word.substr(colon + 1));
  if (error != std::errc{} || end != word.data() + colon || !value) return std::nullopt;
  feature.value = *value;
  return feature;
}

/// A value that is written in the file.
struct Entry {
  int64_t row, index;
  double value;
};

constexpr int64_t kMostIndex = 1 << 24;
constexpr int64_t kMostFieldsPerByte = 64;
constexpr int64_t kAlwaysAllowedFields = 1 << 20;

}  // namespace

bool is_libsvm(std::string_view head) {
  constexpr int kLines = 20;
  int features = 0;
  const size_t complete = head.rfind('\n');
  if (complete != head.npos && head.size() >= 4096) head = head.substr(0, complete);
  for (int lines = 0; !head.empty() && lines < kLines; ++lines) {
    std::string_view line = take_line(head);
    std::string_view word = take_word(line);
    if (word.empty()) continue;
    if (!finite(word)) return false;
    while (!(word = take_word(line)).empty()) {
      if (!word.starts_with("qid:") && !indexed_value_of(word)) return false;
      ++features;
    }
  }
  return features > 0;
}

Table parse_libsvm(std::string_view text, std::string source) {
  const auto bytes = static_cast<int64_t>(text.size());
  std::vector<double> labels;
  std::vector<Entry> entries;
  std::vector<LineMark> marks;
  int64_t columns = 0;
  for (int64_t number = 1; !text.empty(); ++number) {
    const auto fail_here = [&](std::string_view expected, std::string_view found) {
      fail("{}:{}: expected {}, found {}", source, number, expected, quote(found));
    };
    std::string_view line = take_line(text);
    std::string_view word = take_word(line);
    if (word.empty()) continue;
    const std::optional<double> label = finite(word);
    if (!label) fail_here("a number as the label", word);
    const auto row = static_cast<int64_t>(labels.size());
    for (int64_t last = 0; !(word = take_word(line)).empty();) {
      if (word.starts_with("qid:")) fail_here("rows without query ids (ranking is not supported)", word);
      const std::optional<IndexedValue> feature = indexed_value_of(word);
      if (!feature) fail_here("index:value", word);
      if (feature->index <= last || feature->index > kMostIndex)
        fail_here(fmt::format("an index above {} and up to {}", last, kMostIndex), word);
      last = feature->index;
      columns = std::max(columns, last);
      entries.push_back({row, last, feature->value});
    }
    if (marks.empty() || number != marks.back().line + (row - marks.back().row))
      marks.push_back({row, number});
    labels.push_back(*label);
  }
  const auto rows = static_cast<int64_t>(labels.size());
  if (rows == 0) fail("{}: expected at least one row, found the end of the file", source);
  if (rows * columns > kAlwaysAllowedFields + kMostFieldsPerByte * bytes)
    fail("{}: {} rows up to index {} make a table out of proportion to {} bytes; renumber the features",
         source, rows, columns, bytes);
  std::vector<Column> result;
  result.push_back({"label", std::move(labels), {}, -1});
  for (int64_t c = 1; c <= columns; ++c)
    result.push_back({fmt::format("x{}", c), std::vector<double>(static_cast<size_t>(rows)), {}, -1});
  for (const Entry& entry : entries)
    result[static_cast<size_t>(entry.index)].numbers[static_cast<size_t>(entry.row)] = entry.value;
  return Table(std::move(source), std::move(result), std::move(marks));
}

}  // namespace kette::data
