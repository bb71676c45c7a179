#include "kette/data/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

/// Insertions, deletions and replacements that make b of a, ignoring case [Levenshtein 1966].
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

template <class T>
std::string to_shortest(T number) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
}

/// From bytes to doubles.
void widen(Column& column) {
  if (column.bytes.empty()) return;
  column.numbers = column.values().to_vector();
  column.bytes.clear();
}

constexpr size_t kNamesInMessage = 8;

std::string list_names(std::span<const Column> columns) {
  std::string list;
  for (size_t i = 0; i < std::min(columns.size(), kNamesInMessage); ++i)
    list += (i == 0 ? "" : ", ") + quote(columns[i].name);
  if (columns.size() > kNamesInMessage) list += fmt::format(" and {} more", columns.size() - kNamesInMessage);
  return list;
}

}  // namespace

Table::Table(std::string source, std::vector<Column> columns, std::vector<LineMark> lines)
    : source_(std::move(source)), lines_(std::move(lines)) {
  columns_.reserve(columns.size());
  for (Column& column : columns) add(std::move(column));
}

void Table::add(Column column) {
  if (!columns_.empty() && column.size() != rows())
    fail("[table] column {} has {} rows; expected {}", quote(column.name), column.size(), rows());
  columns_.push_back(std::move(column));
}

void Table::add_numbers(std::string name, std::vector<double> numbers) {
  for (double number : numbers)
    if (std::isinf(number)) fail("[table] column {} holds {}; expected finite numbers", quote(name), number);
  add({std::move(name), std::move(numbers), {}, -1});
}

void Table::add_numbers(std::string name, std::span<const float> numbers) {
  std::vector<double> doubles;
  doubles.reserve(numbers.size());
  for (float number : numbers)
    doubles.push_back(std::isfinite(number) ? parse_number(shortest(number)).value() : double{number});
  add_numbers(std::move(name), std::move(doubles));
}

void Table::add_text(std::string name, std::span<const std::string> fields) {
  Column column{std::move(name), {}, {}, 0};
  for (const std::string& field : fields) column.text.append(field);
  add(std::move(column));
}

void Table::set_numbers(int64_t column, std::vector<double> numbers) {
  Column& c = columns_[static_cast<size_t>(column)];
  if (static_cast<int64_t>(numbers.size()) != rows())
    fail("[table] {} numbers for column {}; expected {}", numbers.size(), quote(c.name), rows());
  c = {std::move(c.name), std::move(numbers), {}, -1};
}

void Table::drop_last_column() { columns_.pop_back(); }

/// `of`: where the names come from.
bool Table::are_named(std::span<const std::string> names) const {
  return std::ranges::equal(columns_, names, {}, &Column::name);
}

void Table::expect_columns(std::span<const std::string> names, const std::string& of) const {
  if (are_named(names)) return;
  for (const std::string& name : names)
    if (!contains(name))
      fail("{}: no column {}, which is in {}; expected the same columns", source_, quote(name), of);
  for (const Column& column : columns_)
    if (std::ranges::find(names, column.name) == names.end())
      fail("{}: column {} is not in {}; expected the same columns", source_, quote(column.name), of);
}

Table Table::in_order(std::span<const std::string> names) && {
  if (are_named(names)) return std::move(*this);
  expect_columns(names, "the rows before");
  std::vector<Column> ordered;
  for (const std::string& name : names)
    ordered.push_back(std::move(columns_[static_cast<size_t>(find(name))]));
  columns_ = std::move(ordered);
  return std::move(*this);
}

void Table::append_rows(Table other) {
  other.expect_columns(names(), source_);
  const int64_t before = rows(), more = other.rows();
  for (Column& column : columns_) {
    Column& added = other.columns_[static_cast<size_t>(other.find(column.name))];
    if (column.bytes.empty() != added.bytes.empty()) widen(column), widen(added);
    for (Column* part : {&column, &added}) {
      const Column& twin = part == &column ? added : column;
      if (!part->is_numeric() || twin.is_numeric()) continue;
      if (!std::ranges::all_of(part->numbers, [](double v) { return std::isnan(v); }))
        fail("{}: column {} is {} here and {} in {}", other.source_, quote(column.name),
             added.is_numeric() ? "numbers" : "text", added.is_numeric() ? "text" : "numbers", source_);
      for (size_t row = 0; row < part->numbers.size(); ++row) part->text.append_missing();
      part->numbers = {};
      part->first_non_number = part == &column ? before + added.first_non_number : 0;
    }
    column.numbers.insert(column.numbers.end(), added.numbers.begin(), added.numbers.end());
    column.bytes.insert(column.bytes.end(), added.bytes.begin(), added.bytes.end());
    if (!column.is_numeric()) column.text.append(added.text);
    added = {std::move(added.name), {}, {}, -1};
  }
  if (lines_.empty()) lines_.push_back({0, 2});
  if (other.lines_.empty()) other.lines_.push_back({0, 2});
  if (more > 0) sources_.push_back({before, other.source_});
  for (SourceMark& mark : other.sources_) sources_.push_back({before + mark.row, std::move(mark.source)});
  for (const LineMark& mark : other.lines_) lines_.push_back({before + mark.row, mark.line});
}

std::vector<std::string> Table::names() const {
  std::vector<std::string> result;
  for (const Column& column : columns_) result.push_back(column.name);
  return result;
}

int64_t Table::find(std::string_view name) const {
  for (size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i].name == name) return static_cast<int64_t>(i);
  return -1;
}

int64_t Table::index(std::string_view name) const {
  if (const int64_t column = find(name); column >= 0) return column;
  const std::vector<std::string> all = names();
  if (const std::string_view near = nearest_name(name, all); !near.empty())
    fail("{}: no column {}; did you mean {}?", source_, quote(name), quote(near));
  fail("{}: no column {}; the columns are {}", source_, quote(name), list_names(columns_));
}

Numbers Table::numbers(int64_t column) const {
  const Column& c = at(column);
  if (c.is_numeric()) return c.values();
  const int64_t row = c.first_non_number;
  if (row >= c.size()) fail("{}: column {} is text; expected numbers", source_, quote(c.name));
  const std::string_view found = c.text[row];
  if (trim_blanks(found).empty())
    fail("{}: expected a number, found an empty field in column {}", place(row, column), quote(c.name));
  fail("{}: expected a {}, found {} in column {}", place(row, column),
       parse_number(found) ? "finite number" : "number", quote(found), quote(c.name));
}

std::string Table::field(int64_t row, int64_t column) const {
  const Column& c = at(column);
  if (is_missing(row, column)) return "";
  return c.is_numeric() ? shortest(c.values()[static_cast<size_t>(row)]) : std::string(c.text[row]);
}

bool Table::is_missing(int64_t row, int64_t column) const {
  const Column& c = at(column);
  return c.is_numeric() ? std::isnan(c.values()[static_cast<size_t>(row)]) : c.text.is_missing(row);
}

int64_t Table::line(int64_t row) const {
  const auto after = std::upper_bound(lines_.begin(), lines_.end(), row,
                                      [](int64_t r, const LineMark& m) { return r < m.row; });
  if (after == lines_.begin()) return row + 2;
  const LineMark& mark = *std::prev(after);
  return mark.line + (row - mark.row);
}

std::string Table::place(int64_t row, int64_t column) const {
  const auto after = std::ranges::upper_bound(sources_, row, {}, &SourceMark::row);
  const std::string& source = after == sources_.begin() ? source_ : std::prev(after)->source;
  return fmt::format("{}:{}:{}", source, line(row), column + 1);
}

std::string shortest(double number) { return to_shortest(number); }
std::string shortest(float number) { return to_shortest(number); }

std::string quote(std::string_view text) { return '"' + on_one_line(text) + '"'; }

std::string on_one_line(std::string_view text) {
  constexpr size_t kLongest = 60;
  const bool cut = text.size() > kLongest;
  if (cut) {
    size_t length = kLongest;
    // Not within a UTF-8 sequence, whose later bytes are 10xxxxxx.
    while (length > kLongest - 4 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    text = text.substr(0, length);
  }
  std::string result;
  for (char c : text) {
    if (c == '\n')
      result += "\\n";
    else if (c == '\r')
      result += "\\r";
    else if (c == '\t')
      result += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      result += c;
  }
  return cut ? result + "…" : result;
}

std::string_view nearest_name(std::string_view name, std::span<const std::string> names) {
  constexpr size_t kLongest = 100;  // keeps the search short whatever the names are
  if (name.size() > kLongest) return {};
  std::string_view best;
  size_t least = std::max<size_t>(1, (name.size() + 1) / 3) + 1;
  for (const std::string& candidate : names) {
    if (candidate.size() > kLongest) continue;
    const size_t distance = edit_distance(name, candidate);
    if (distance >= least || distance >= candidate.size()) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

}  // namespace kette::data
