#include "kette/judge/classification.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "kette/base/error.h"

namespace kette {
namespace {

double share_of(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Expected times predicted rows of each class, summed.
double chance_agreement(const Confusion& confusion) {
  double total = 0;
  for (size_t c = 0; c < confusion.classes(); ++c)
    total += static_cast<double>(confusion.expected[c]) * static_cast<double>(confusion.predicted[c]);
  return total;
}

double sum_of_squares(std::span<const int64_t> counts) {
  double total = 0;
  for (const int64_t count : counts) total += static_cast<double>(count) * static_cast<double>(count);
  return total;
}

int64_t rows_right(const Confusion& confusion) {
  int64_t total = 0;
  for (const int64_t count : confusion.right) total += count;
  return total;
}

void add_scores(ClassScores& total, const ClassScores& scores, double weight) {
  total.precision += weight * scores.precision;
  total.recall += weight * scores.recall;
  total.f1 += weight * scores.f1;
}

}  // namespace

void Confusion::add(int64_t expected_class, int64_t predicted_class, int64_t count) {
  rows += count;
  expected[static_cast<size_t>(expected_class)] += count;
  predicted[static_cast<size_t>(predicted_class)] += count;
  if (expected_class == predicted_class) right[static_cast<size_t>(expected_class)] += count;
}

Confusion count_confusion(std::span<const int64_t> expected, std::span<const int64_t> predicted,
                          int64_t classes) {
  if (expected.empty() || expected.size() != predicted.size())
    fail("[confusion] {} predicted classes for {} rows", predicted.size(), expected.size());
  Confusion confusion(static_cast<size_t>(classes));
  std::vector<int64_t> pairs;
  for (size_t i = 0; i < expected.size(); ++i) {
    for (const int64_t index : {expected[i], predicted[i]})
      if (index < 0 || index >= classes)
        fail("[confusion] class {} in row {} of {} classes", index, i, classes);
    confusion.add(expected[i], predicted[i]);
    pairs.push_back(expected[i] * classes + predicted[i]);
  }
  std::ranges::sort(pairs);
  for (const int64_t pair : pairs) {
    const Confusion::Cell cell{pair / classes, pair % classes, 0};
    std::vector<Confusion::Cell>& cells = confusion.cells;
    if (cells.empty() || cells.back().expected != cell.expected || cells.back().predicted != cell.predicted)
      cells.push_back(cell);
    ++cells.back().rows;
  }
  return confusion;
}

std::vector<Confusion::Cell> most_frequent_mistakes(const Confusion& confusion, size_t most) {
  std::vector<Confusion::Cell> mistakes;
  for (const Confusion::Cell& cell : confusion.cells)
    if (cell.expected != cell.predicted) mistakes.push_back(cell);
  std::ranges::stable_sort(mistakes, std::greater<>(), &Confusion::Cell::rows);
  if (mistakes.size() > most) mistakes.resize(most);
  return mistakes;
}

double accuracy(const Confusion& confusion) { return share_of(rows_right(confusion), confusion.rows); }

double balanced_accuracy(const Confusion& confusion) {
  double total = 0;
  int64_t present = 0;
  for (size_t c = 0; c < confusion.classes(); ++c) {
    if (confusion.expected[c] == 0) continue;
    total += share_of(confusion.right[c], confusion.expected[c]);
    ++present;
  }
  return total / static_cast<double>(std::max<int64_t>(present, 1));
}

double matthews_correlation(const Confusion& confusion) {
  const auto rows = static_cast<double>(confusion.rows);
  const double both = static_cast<double>(rows_right(confusion)) * rows - chance_agreement(confusion);
  const double expected = rows * rows - sum_of_squares(confusion.expected);
  const double predicted = rows * rows - sum_of_squares(confusion.predicted);
  return expected == 0 || predicted == 0 ? 0 : both / std::sqrt(expected) / std::sqrt(predicted);
}

std::optional<double> cohens_kappa(const Confusion& confusion) {
  const auto rows = static_cast<double>(confusion.rows);
  const double by_chance = chance_agreement(confusion);
  if (by_chance == rows * rows) return std::nullopt;
  const double wrong = rows - static_cast<double>(rows_right(confusion));
  return 1 - wrong * rows / (rows * rows - by_chance);
}

ClassScores class_scores(const Confusion& confusion, size_t index) {
  const int64_t expected = confusion.expected[index], predicted = confusion.predicted[index],
                right = confusion.right[index];
  return {share_of(right, predicted), share_of(right, expected), share_of(2 * right, expected + predicted)};
}

AverageScores average_scores(const Confusion& confusion) {
  AverageScores averages;
  int64_t met = 0;
  for (size_t c = 0; c < confusion.classes(); ++c) {
    if (confusion.expected[c] + confusion.predicted[c] == 0) continue;
    const ClassScores scores = class_scores(confusion, c);
    ++met;
    add_scores(averages.macro, scores, 1);
    add_scores(averages.weighted, scores, share_of(confusion.expected[c], confusion.rows));
  }
  ClassScores mean;
  add_scores(mean, averages.macro, 1 / static_cast<double>(std::max<int64_t>(met, 1)));
  averages.macro = mean;
  const double right = accuracy(confusion);  // every row is expected once and predicted once
  averages.micro = {right, right, right};
  return averages;
}

double top_k_accuracy(const Tensor& probabilities, const Tensor& classes, int64_t k) {
  if (probabilities.shape()[0] != classes.size() || classes.size() < 1)
    fail("[top-k] probabilities {} for {} rows", to_string(probabilities.shape()), classes.size());
  const auto width = static_cast<size_t>(probabilities.shape()[1]);
  int64_t hits = 0;
  for (size_t i = 0; i < static_cast<size_t>(classes.size()); ++i) {
    const std::span<const float> row = probabilities.values<float>().subspan(i * width, width);
    const auto expected = static_cast<size_t>(classes.values<int64_t>()[i]);
    int64_t before = 0;
    for (size_t c = 0; c < width; ++c)
      before += row[c] > row[expected] || (c < expected && row[c] == row[expected]) ? 1 : 0;
    hits += before < k ? 1 : 0;
  }
  return share_of(hits, classes.size());
}

}  // namespace kette
