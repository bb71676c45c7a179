#include "kette/train/prediction_table.h"

#include <span>
#include <string>
#include <vector>

namespace kette {
namespace {

std::vector<float> column_of(const Tensor& matrix, size_t column) {
  const auto width = static_cast<size_t>(matrix.shape()[1]);
  const std::span<const float> values = matrix.values<float>();
  std::vector<float> numbers;
  for (size_t i = column; i < values.size(); i += width) numbers.push_back(values[i]);
  return numbers;
}

}  // namespace

data::Table prediction_table(const Model& model, const Predictions& predictions, bool with_probabilities) {
  data::Table table("predictions");
  const Tensor& said = predictions.prediction;
  if (model.schema.task == data::Task::regression) {
    const auto count = model.schema.targets.size();
    for (size_t t = 0; t < count; ++t) {
      const std::string name = count == 1 ? "prediction" : "prediction_" + model.schema.targets[t];
      table.add_numbers(name, std::span<const float>(column_of(said, t)));
    }
    return table;
  }
  const std::vector<std::string>& labels = model.schema.labels;
  std::vector<std::string> names;
  const Tensor classes = predicted_classes(said);
  for (const int64_t c : classes.values<int64_t>()) names.push_back(labels[static_cast<size_t>(c)]);
  table.add_text("prediction", names);
  if (!with_probabilities) return table;
  const auto count = labels.size();
  for (size_t c = 0; c < count; ++c) {
    table.add_numbers("probability_" + labels[c], std::span<const float>(column_of(said, c)));
  }
  return table;
}

}  // namespace kette
