// One step of gradient descent on rows of a training set: forward, backward and update as one program.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/compile/program.h"
#include "kette/optim/optimizer.h"
#include "kette/train/prepared.h"

namespace kette {

/// Rows of a training set as the inputs of a program.
class RowFeed {
 public:
  /// For the inputs that the network's training loss reads. All that is given must stay where it is.
  RowFeed(Program& program, const Network& network, const Prepared& samples, int64_t largest_batch,
          Threads* threads);

  /// Rows that lie one behind the other are read in place, others are gathered. Allocates nothing once the
  /// number of rows has been seen.
  void bind(Program& program, std::span<const int64_t> rows);

 private:
  struct Column {
    const Tensor* source;
    size_t row_bytes;
    AlignedBuffer rows;  // where gathered ones lie
    int slot;
  };
  const data::Matrix& inputs_;
  AlignedBuffer input_rows_;
  int input_slot_;
  std::vector<Column> columns_;  // targets and weights
  Threads* threads_;
};

/// Throws Error when inputs, targets or weights do not fit the network or differ in their number of rows.
void check(const Network& network, const Prepared& samples);

/// Changes parameters and the optimiser's state where they lie; all that is given must outlive it.
class DescentStep {
 public:
  /// `storage`: of the network's parameters and of the step's state and averages. `observed`: nodes whose
  /// values stay readable after each step; observing does not change what is computed.
  DescentStep(const Network& network, const TrainingStep& step, const Program::Storage& storage,
              const Prepared& samples, int64_t largest_batch, Threads* threads,
              std::span<const Value> observed = {});
  DescentStep(const DescentStep&) = delete;  // the program points at its members
  DescentStep& operator=(const DescentStep&) = delete;
  ~DescentStep() = default;

  /// How many steps were taken before, for the draws of dropout.
  void set_steps(int64_t steps) { steps_ = steps; }

  /// One step with learning rate η on the given rows of the samples; returns the mean loss before the update.
  /// Allocates nothing once the number of rows has been seen.
  double run(std::span<const int64_t> rows, double learning_rate);

  /// The value of observed node i in the last step.
  std::span<const float> observed(size_t i) const { return program_.values<float>(i + 1); }

 private:
  float learning_rate_ = 0;
  int64_t steps_ = 0;
  Program program_;
  RowFeed feed_;
};

}  // namespace kette
