// What a model's predictions owe to each feature: how much worse they get when its values are dealt to other
// rows, so that they tell nothing [Breiman 2001, "Random forests", section 10; Fisher, Rudin, Dominici 2019,
// "All models are wrong, but many are useful"]. Of features that tell the same each may seem to matter
// little.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/model/model.h"
#include "kette/train/build.h"

namespace kette {

struct ImportanceOptions {
  int64_t repeats = 5;        // permutations of each feature, at least 1
  int64_t most_rows = 10000;  // of more rows as many are chosen at random
  uint64_t seed = 1;
  Threads* threads = nullptr;
};

/// Mean and standard deviation, over the repeats, of a measure's change for the
/// worse.
struct Change {
  double mean = 0, deviation = 0;
};

struct FeatureImportance {
  std::string feature;
  Change worse;  // accuracy lost, or rmse gained
  Change loss;   // gained: mean cross-entropy, or mean squared error
};

struct Importance {
  std::string measure;  // of `worse`: "accuracy" or "rmse"
  int64_t rows = 0, repeats = 0;
  std::vector<FeatureImportance> features;  // by gain in loss, the largest first
};

/// Of every feature of the schema; all columns of the matrix that belong to a feature are permuted together.
/// The same bits at any number of threads. Each thread holds the compiled model and a block of rows. Throws
/// Error for no rows or repeats.
Importance permutation_importance(Model& model, const Samples& samples,
                                  const ImportanceOptions& options = {});

}  // namespace kette
