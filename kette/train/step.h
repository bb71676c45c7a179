// One step of gradient descent on rows of a training set: forward, backward and update as one program.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/compile/program.h"
#include "kette/optim/optimizer.h"
#include "kette/train/prepared.h"

namespace kette {

/// Changes the network's parameters and the optimiser's state where they lie; all that is given must outlive
/// it.
class DescentStep {
 public:
  /// `observed`: nodes whose values stay readable after each step; observing does not change what is
  /// computed.
  DescentStep(Network& network, const TrainingStep& step, Parameters& state, const Prepared& samples,
              int64_t largest_batch, Threads* threads, std::span<const Value> observed = {});

  /// How many steps were taken before, for the draws of dropout.
  void set_steps(int64_t steps) { steps_ = steps; }

  /// One step with learning rate η on the given rows of the samples; returns the mean loss before the update.
  /// Rows that lie one behind the other are read in place, others are gathered. Allocates nothing once the
  /// number of rows has been seen.
  double run(std::span<const int64_t> rows, double learning_rate);

  /// The value of observed node i in the last step.
  std::span<const float> observed(size_t i) const { return program_.values<float>(i + 1); }

 private:
  /// What a step reads of a batch: rows of `source`, gathered in `rows` where they do not lie together.
  struct Feed {
    const Tensor* source;
    size_t row_bytes;
    AlignedBuffer rows;
    int slot = -1;
  };

  std::vector<Feed> feeds_;
  float learning_rate_ = 0;
  int64_t steps_ = 0;
  Program program_;
};

}  // namespace kette
