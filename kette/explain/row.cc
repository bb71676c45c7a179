#include "kette/explain/row.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"
#include "kette/data/read.h"

namespace kette {
namespace {

data::Column column_of_one(std::string name, std::string_view field, bool is_missing) {
  data::Column column{.name = std::move(name), .first_non_number = 0};
  column.text.reserve(1);
  if (is_missing)
    column.text.append_missing();
  else
    column.text.append(field);
  return column;
}

data::Column column_of_one(std::string name, double number) {
  data::Column column{.name = std::move(name)};
  column.numbers = {number};
  return column;
}

std::vector<data::Column> columns_of(const data::Table& table, int64_t row) {
  std::vector<data::Column> columns;
  for (int64_t c = 0; c < table.columns(); ++c)
    columns.push_back(table.is_numeric(c)
                          ? column_of_one(table.name(c), table.numbers(c)[static_cast<size_t>(row)])
                          : column_of_one(table.name(c), table.field(row, c), table.is_missing(row, c)));
  return columns;
}

}  // namespace

data::Table row_of(const data::Table& table, int64_t row) {
  return data::Table(table.source(), columns_of(table, row), {{0, table.line(row)}});
}

data::Table read_row(std::span<const std::string> paths, int64_t row, const data::ReadOptions& options) {
  data::TableReader reader({paths.begin(), paths.end()}, options);
  int64_t before = 0;
  while (const std::optional<data::Table> table = reader.next()) {
    if (row - before <= table->rows()) return row_of(*table, row - before - 1);
    before += table->rows();
  }
  fail("{}: has {} row{}; there is no row {}", paths.front(), before, before == 1 ? "" : "s", row);
}

data::Table row_of_words(const Schema& schema, std::string_view words, std::string_view source) {
  const std::vector<data::Feature>& features = schema.features;
  for (const data::Feature& feature : features)
    if (feature.kind != data::Feature::Kind::category && feature.kind != data::Feature::Kind::words)
      fail("{}: column {} is no text; words are for models on texts alone", source,
           data::quote(feature.name));
  const std::vector<std::string> fields =
      features.size() == 1 ? std::vector<std::string>{std::string(words)} : split(words, ' ');
  if (fields.size() != features.size()) {
    std::string names;
    for (const data::Feature& feature : features) names += (names.empty() ? "" : ", ") + feature.name;
    fail("{}: reads {} words ({}), found {}", source, features.size(), names, fields.size());
  }
  std::vector<data::Column> columns;
  for (size_t i = 0; i < fields.size(); ++i)
    columns.push_back(column_of_one(features[i].name, fields[i], false));
  return data::Table("the words", std::move(columns));
}

data::Table with_field(const data::Table& row, std::string_view column, std::string_view field) {
  std::vector<data::Column> columns = columns_of(row, 0);
  data::Column changed = column_of_one(std::string(column), field, field.empty());
  const auto old = std::ranges::find(columns, column, &data::Column::name);
  if (old == columns.end())
    columns.push_back(std::move(changed));
  else
    *old = std::move(changed);
  return data::Table(row.source(), std::move(columns), {{0, row.line(0)}});
}

data::Table with_types(const data::Table& row, const Schema& schema) {
  const auto wants_number = [&](const std::string& name) {
    if (std::ranges::find(schema.targets, name) != schema.targets.end())
      return schema.task == data::Task::regression;
    const auto feature = std::ranges::find(schema.features, name, &data::Feature::name);
    return feature != schema.features.end() && feature->kind == data::Feature::Kind::number;
  };
  std::vector<data::Column> columns = columns_of(row, 0);
  for (data::Column& column : columns) {
    if (column.is_numeric() || !wants_number(column.name)) continue;
    const bool is_missing = column.text.is_missing(0);
    const auto number = is_missing ? std::optional<double>() : data::parse_number(column.text[0]);
    if (is_missing || number)
      column = column_of_one(column.name, number.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return data::Table(row.source(), std::move(columns), {{0, row.line(0)}});
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace kette
