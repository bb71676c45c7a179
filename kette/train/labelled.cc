#include "kette/train/labelled.h"

#include "kette/base/error.h"
#include "kette/data/batches.h"

namespace kette {

namespace {

/// Takes the rows whose label the model does not know out of `rows`, and tells of them; keeps them all when
/// there are no others.
std::optional<data::Unseen> leave_out_unknown(const Schema& schema, const data::Table& table,
                                              std::vector<int64_t>& rows) {
  const std::string& name = schema.targets.front();
  const Tensor classes = data::known_classes(table, name, schema.labels, rows);
  std::vector<int64_t> known, unknown;
  for (size_t i = 0; i < rows.size(); ++i)
    (classes.values<int64_t>()[i] >= 0 ? known : unknown).push_back(rows[i]);
  if (unknown.empty() || known.empty()) return std::nullopt;
  rows = std::move(known);
  const int64_t column = table.index(name), first = unknown.front();
  return data::Unseen{name, table.field(first, column), static_cast<int64_t>(unknown.size()),
                      table.place(first, column)};
}

Tensor classes_of(const Schema& schema, const data::Table& table, std::span<const int64_t> rows) try {
  return data::target_classes(table, schema.targets.front(), schema.labels, rows);
} catch (const data::UnknownLabel& error) {
  if (!schema.by_position) throw;
  throw data::UnknownLabel(fmt::format("{} (kette import --labels names the classes)", error.what()));
}

}  // namespace

Labelled labelled_samples(const Schema& schema, const data::Table& table, Threads* threads,
                          UnknownLabels unknown) {
  const bool is_regression = schema.task == data::Task::regression;
  Labelled labelled{.rows = data::rows_with_targets(table, schema.targets)};
  std::vector<int64_t>& rows = labelled.rows;
  if (rows.empty()) fail("{}: no row has a value in {}", table.source(), schema.target_names());
  labelled.without_target = table.rows() - static_cast<int64_t>(rows.size());
  data::Encoded encoded = data::encode(table, schema.features, threads);
  labelled.unseen = std::move(encoded.unseen);
  if (!is_regression && unknown == UnknownLabels::leave_out)
    labelled.unknown_label = leave_out_unknown(schema, table, rows);
  const Tensor targets =
      is_regression ? data::target_values(table, schema.targets, rows) : classes_of(schema, table, rows);
  const bool has_all = static_cast<int64_t>(rows.size()) == table.rows();
  labelled.samples =
      samples(has_all ? std::move(encoded.matrix) : data::gather_rows(encoded.matrix, rows), targets);
  return labelled;
}

std::vector<std::string> describe_left_out(const Labelled& labelled) {
  std::vector<std::string> lines;
  const auto rows = [](int64_t count) { return fmt::format("{} {}", count, count == 1 ? "row" : "rows"); };
  if (labelled.without_target > 0)
    lines.push_back(rows(labelled.without_target) + " without a target left out");
  if (const auto& unknown = labelled.unknown_label)
    lines.push_back(fmt::format(
        "{} left out, with labels in column {} that the model does not know ({} at {})", rows(unknown->rows),
        data::quote(unknown->column), data::quote(unknown->example), unknown->place));
  return lines;
}

std::vector<std::string> describe(const std::vector<data::Unseen>& unseen) {
  std::vector<std::string> lines;
  for (const data::Unseen& u : unseen)
    lines.push_back(
        fmt::format("column {}: {} {} a category not seen in training, taken as any other ({} at {})",
                    data::quote(u.column), u.rows, u.rows == 1 ? "row holds" : "rows hold",
                    data::quote(u.example), u.place));
  return lines;
}

}  // namespace kette
