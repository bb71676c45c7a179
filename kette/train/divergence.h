// Where a training run left the numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "kette/base/error.h"
#include "kette/data/batches.h"
#include "kette/train/step.h"

namespace kette {

/// The first node that held inf or nan.
struct NonFinite {
  int64_t step = 0;   // of the epoch, from 0
  std::string where;  // `node "z2" (add)` or `parameter "W1"`
  float value = 0;
  /// The training row, from 0, of the first element that is not finite; nothing where the node is not one
  /// value per row.
  std::optional<int64_t> row = {};
};

/// What training throws. `where` is empty when only the loss is known.
class DivergenceError : public Error {
 public:
  DivergenceError(const std::string& message, std::optional<NonFinite> where)
      : Error(message), where_(std::move(where)) {}
  const std::optional<NonFinite>& where() const { return where_; }

 private:
  std::optional<NonFinite> where_;
};

/// Steps that were taken within one epoch.
struct Replay {
  const data::Batches& epoch;
  int64_t begin = 0, end = 0;                   // of the epoch's steps
  int64_t steps_before = 0;                     // since training began, before `begin`
  std::function<double(int64_t step)> rate_at;  // by the step since training began
};

/// Takes these steps again until a node is not finite, looking at every node after every step: training is
/// deterministic, so it takes the same course. What `storage` gives must be as it was before them. Nothing
/// when all stays finite.
std::optional<NonFinite> find_non_finite(const Network& network, const TrainingStep& step,
                                         const Program::Storage& storage, const Prepared& samples,
                                         const Replay& replay, Threads* threads);

}  // namespace kette
