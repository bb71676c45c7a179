// The networks that a search tries, and what training one costs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kette/train/build.h"
#include "kette/train/trainer.h"

namespace kette {

/// A network and how it is trained.
struct Candidate {
  NetworkOptions network;
  TrainingOptions training;
  int64_t epochs = 0;
};

/// What the space depends on.
struct Problem {
  data::Task task = data::Task::regression;
  int64_t rows = 0;   // to train on
  int64_t width = 0;  // of the prepared features
  int64_t outputs = 0;
  bool is_skewed =
      false;  // a regression whose target is positive and far from symmetric: log is worth trying
  bool has_other_scaling = false;  // whether numbers may be scaled in a second way, see candidate()
};

/// Number `index` of the list: the first few are those that serve most data well, the others are drawn from
/// (seed, index). `base` holds what the user asked for: loss, output form, preparation. With other_scaling
/// the numbers are scaled in the second way.
struct Drawn {
  Candidate candidate;
  bool other_scaling = false;
};
Drawn candidate(const Problem& problem, const NetworkOptions& base, int64_t index, uint64_t seed);

/// Seconds of one thread for an epoch, on a machine of nominal speed (80 GFLOP/s in matrix products): what a
/// plan is made with, so that it does not depend on the machine.
double nominal_seconds(const Candidate& candidate, const Problem& problem);

/// `64-64 silu · dropout 0.1 · adamw 0.004, weight decay 0.1 · 300 epochs of 32`
std::string describe(const Candidate& candidate, bool other_scaling);

}  // namespace kette
