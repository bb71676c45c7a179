// What can be seen in runs of the variants of gradient descent, put in words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kette/data/batches.h"
#include "kette/judge/measures.h"

namespace kette::cli {

struct DescentRun {
  data::Descent descent = data::Descent::batch;
  int64_t batch_size = 0;      // rows of a step
  std::vector<double> losses;  // over all training rows: before, and after each epoch
  int64_t updates = 0;
  double first_rate = 0, last_rate = 0;
  double seconds = 0;  // in steps
  double rows_per_second = 0;
  double unseen = 0;            // mean share of the rows that an epoch did not meet
  Measures measures = {};       // on the test rows
  std::string divergence = {};  // why training ended early; empty when it did not

  double final_loss() const { return losses.back(); }
  bool is_whole() const { return divergence.empty(); }
};

/// Heights ▁ to █ of at most `width` of the losses, at equal distances, on the scale from `lowest` to
/// `highest`: logarithmic when both are above 0.
std::string sparkline(std::span<const double> losses, double lowest, double highest, size_t width);

/// One or two lines each on redundancy, variance, the falling rate, minibatches and shuffling [Bottou 2004,
/// "Stochastic Learning"]. All is computed from the numbers: where they show the contrary, that is what is
/// said. `rows`: to train on.
std::vector<std::string> descent_remarks(std::span<const DescentRun> runs, int64_t rows);

}  // namespace kette::cli
