// In which order descent meets the samples.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kette/base/threads.h"
#include "kette/tensor/tensor.h"

namespace kette::data {

/// The five algorithms of gradient descent over a set D of samples.
enum class Descent {
  batch,              // every step uses all of D
  sgd,                // a step uses one sample, drawn with replacement
  sgd_shuffle,        // an epoch passes D in random order, one sample a step
  minibatch,          // a step uses s samples, drawn with replacement
  minibatch_shuffle,  // an epoch passes D in random order, s samples a step; the last step takes what is left
};

inline constexpr std::array kDescents = {Descent::batch, Descent::sgd, Descent::sgd_shuffle,
                                         Descent::minibatch, Descent::minibatch_shuffle};

/// "batch", "sgd", "sgd-shuffle", "minibatch" or "minibatch-shuffle".
std::string_view to_string(Descent descent);
/// Throws Error that lists the choices.
Descent parse_descent(std::string_view text);

/// The rows of every step. The order of an epoch is a function of (seed, epoch) alone, so training resumes at
/// any epoch without a history. An epoch draws |D| samples: 1 step for batch, |D| for sgd, ⌈|D|/s⌉ for
/// minibatch (each of exactly s rows where they are drawn with replacement).
class Batches {
 public:
  /// `rows` = |D| ≥ 1. `batch_size` = s in [1, rows] matters to the minibatch algorithms only. Throws Error
  /// when out of range. Holds epoch 0.
  Batches(Descent descent, int64_t rows, int64_t batch_size, uint64_t seed);

  /// Largest number of rows in one step.
  int64_t batch_size() const { return batch_size_; }
  int64_t steps_per_epoch() const { return steps_; }
  /// Fills in the order of the epoch (≥ 0). Allocates nothing.
  void start_epoch(int64_t epoch);
  /// Rows of step t in [0, steps_per_epoch) of the epoch, each in [0, rows). Valid until the next
  /// start_epoch.
  std::span<const int64_t> step(int64_t t) const;

 private:
  void shuffle(uint64_t stream);
  void draw(uint64_t stream);
  Descent descent_;
  int64_t rows_, batch_size_, steps_;
  uint64_t seed_;
  std::vector<int64_t> order_;
};

/// Whether each row is the one behind the row before.
bool are_consecutive(std::span<const int64_t> rows);

/// Copies the given rows (along the first dim) of `source` [N, …] to `out` [rows, …], of the same element
/// type. Throws Error when the shapes do not fit; `rows` must lie in [0, N). Allocates nothing.
void gather_rows(const Tensor& source, std::span<const int64_t> rows, Tensor& out);
/// The same into a new tensor.
Tensor gather_rows(const Tensor& source, std::span<const int64_t> rows);
/// The same on plain memory: row r of `source` is `row_bytes` bytes at r · row_bytes. On all `threads` where
/// there is much to copy.
void gather_rows(const std::byte* source, size_t row_bytes, std::span<const int64_t> rows, std::byte* out,
                 Threads* threads = nullptr);

}  // namespace kette::data
