// The learning rate as a function of time.
#pragma once

#include <cstdint>

namespace kette {

/// η_t = η0/(1 + decay·t) at step t = 0, 1, …: constant when decay is 0; else decreasing such that Σ η_t = ∞
/// and Σ η_t² < ∞, with which stochastic gradient descent converges [Robbins & Monro 1951; Bottou 2004,
/// "Stochastic Learning"].
class Schedule {
 public:
  /// Throws Error unless initial > 0 and decay ≥ 0, both finite.
  explicit Schedule(double initial, double decay = 0);

  double initial() const { return initial_; }
  double decay() const { return decay_; }
  double at(int64_t step) const { return initial_ / (1 + decay_ * static_cast<double>(step)); }

 private:
  double initial_;
  double decay_;
};

}  // namespace kette
