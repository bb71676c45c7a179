// Which network, trained how? Successive halving over a list of candidates, then an average of the best
// [Jamieson & Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization";
// Caruana et al. 2004, "Ensemble Selection from Libraries of Models"].
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kette/train/diagnosis.h"
#include "kette/train/search_space.h"
#include "kette/train/state.h"

namespace kette {

struct SearchOptions {
  NetworkOptions network = {};  // what holds for all candidates: loss, output, preparation, target scaling
  /// How much is tried: seconds of one thread on a machine of nominal speed (see nominal_seconds). The plan
  /// depends on nothing else, so the result is the same on any machine and at any number of threads.
  double effort = 20;
  int64_t trials = 0;  // candidates at most; 0: as many as the effort allows
  double seconds =
      0;  // of wall time, after which training is cut short (and the result depends on the machine); 0: none
  /// Training rows of the first fold to measure on after every epoch, see TrainingOptions::training_sample;
  /// its time counts against `seconds`, where these are given.
  int64_t curve_rows = 0;
  int64_t folds = 0;  // 0: 5 below 3000 rows, 3 below 20000, else one part of 15 % held out
  uint64_t seed = 1;
  Threads* threads = nullptr;
};

/// A candidate, and how it did on rows that it was not trained on.
struct Trial {
  int64_t number = 0;  // in the list of candidates, from 1
  Candidate candidate;
  bool other_scaling = false;
  double score = 0;  // mean cross-entropy, or root mean squared error in the target's units: lower is better
  double accuracy = 0;                    // of classes
  int64_t epochs = 0;                     // trained
  bool is_finished = false;               // trained to the end, in every fold
  int64_t networks = 0;                   // of it in the model
  std::vector<Finding> findings = {};     // the doctor's, of the first fold's network
  std::string text;                       // describe(candidate)
  std::vector<EpochReport> history = {};  // of the same network
  int64_t kept_epoch = 0;                 // of it
};

struct SearchResult {
  Model model;
  std::vector<Trial> trials;  // the best first
  double score = 0;           // of the model, on rows that its networks were not trained on
  double accuracy = 0;
  int64_t validation_rows = 0;
  int64_t rows_seen = 0;
  double training_seconds = 0;  // of all threads together
  bool was_cut = false;         // by SearchOptions::seconds
};

struct SearchProgress {
  int64_t done = 0, planned = 0;  // trainings
  double best = 0;                // score so far
};

/// Trains on `rows` of the dataset alone. Throws Error when every candidate diverges, and for whatever
/// build_network refuses.
SearchResult search_network(const data::Dataset& dataset, std::span<const int64_t> rows,
                            const SearchOptions& options,
                            const std::function<void(const SearchProgress&)>& on_progress = {});

}  // namespace kette
