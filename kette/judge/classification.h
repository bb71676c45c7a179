// How often each class is recognised, and what follows from the counts alone. docs/judging.md has the
// formulas.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kette/tensor/tensor.h"

namespace kette {

/// How often each class was expected, how often predicted, and how often both at once.
struct Confusion {
  struct Cell {
    int64_t expected = 0, predicted = 0, rows = 0;
    friend bool operator==(const Cell&, const Cell&) = default;
  };
  std::vector<int64_t> expected, predicted, right;  // by class
  int64_t rows = 0;
  std::vector<Cell>
      cells;  // of the matrix, those above 0, row by row (a row of the matrix: an expected class)

  explicit Confusion(size_t classes) : expected(classes), predicted(classes), right(classes) {}
  size_t classes() const { return expected.size(); }
  /// Adds `count` rows to the sums, not to the cells.
  void add(int64_t expected_class, int64_t predicted_class, int64_t count = 1);
};

/// Class indices in [0, classes), one for each row; throws Error when they are not equally many, or none.
Confusion count_confusion(std::span<const int64_t> expected, std::span<const int64_t> predicted,
                          int64_t classes);

/// The cells off the diagonal with the most rows, those first; at most `most`.
std::vector<Confusion::Cell> most_frequent_mistakes(const Confusion& confusion, size_t most);

/// Share of rows that are right.
double accuracy(const Confusion& confusion);
/// Mean recall of the classes that are expected somewhere.
double balanced_accuracy(const Confusion& confusion);
/// Correlation of expected and predicted class, in [−1, 1]; 0 when either is the same in every row.
/// [Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient"]
double matthews_correlation(const Confusion& confusion);
/// How much of the agreement that chance would not give is there, in [−1, 1] [Cohen 1960]; none when every
/// row is expected and predicted to be of one class.
std::optional<double> cohens_kappa(const Confusion& confusion);

struct ClassScores {
  double precision = 0;  // share of the rows predicted as the class that are of it; 0 when there are none
  double recall = 0;     // share of the class's rows that are predicted as it; 0 when there are none
  double f1 = 0;         // their harmonic mean
};
ClassScores class_scores(const Confusion& confusion, size_t index);

/// Over the classes that are expected or predicted somewhere: macro counts each the same, weighted by its
/// rows; micro counts rows, whatever their class.
struct AverageScores {
  ClassScores macro, micro, weighted;
};
AverageScores average_scores(const Confusion& confusion);

/// Share of rows whose expected class is among the k of largest probability; of equal ones the first counts
/// first. `probabilities` f32 [rows, classes], `classes` i64 [rows].
double top_k_accuracy(const Tensor& probabilities, const Tensor& classes, int64_t k);

}  // namespace kette
