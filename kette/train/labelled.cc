#include "kette/train/labelled.h"

#include "kette/base/error.h"
#include "kette/data/batches.h"

namespace kette {

Labelled labelled_samples(const Schema& schema, const data::Table& table, Threads* threads) {
  const std::vector<int64_t> rows = data::rows_with_targets(table, schema.targets);
  if (rows.empty()) fail("{}: no row has a value in {}", table.source(), schema.target_names());
  data::Encoded encoded = data::encode(table, schema.features, threads);
  const Tensor targets = schema.task == data::Task::regression
                             ? data::target_values(table, schema.targets, rows)
                             : data::target_classes(table, schema.targets.front(), schema.labels, rows);
  const int64_t without = table.rows() - static_cast<int64_t>(rows.size());
  data::Matrix features = without == 0 ? std::move(encoded.matrix) : data::gather_rows(encoded.matrix, rows);
  return {samples(std::move(features), targets), std::move(encoded.unseen), without};
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
