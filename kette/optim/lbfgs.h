// L-BFGS: descent that learns the curvature from its own last steps. For small networks on whole data sets,
// where a gradient is exact and a few dozen good steps beat thousands of cheap ones.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "kette/optim/line_search.h"

namespace kette {

struct LbfgsSpec {
  int64_t history = 10;  // pairs of steps and gradient changes that are remembered, at least 1
  /// Converged when no element of the gradient is larger than this.
  double gradient_tolerance = 1e-8;
  /// Converged when a step lowers the value by no more than this share of it. 0: off.
  double value_tolerance = 0;
  LineSearchSpec line_search = {};
};

/// All that the minimiser knows, to be saved and gone on from.
struct LbfgsState {
  std::vector<double> x;
  std::vector<double> gradient = {};  // at x; empty before the first iteration
  double value = 0;                   // at x
  /// The last steps s = x' − x and changes y = g' − g, the oldest first.
  std::vector<std::vector<double>> steps = {}, changes = {};
  int64_t iterations = 0, evaluations = 0;

  friend bool operator==(const LbfgsState&, const LbfgsState&) = default;
};

enum class LbfgsStatus : uint8_t {
  progress,   // the value is lower
  converged,  // by one of the tolerances
  stuck,      // no lower value was found, not even along the gradient: x is as good as rounding allows
};

/// [Nocedal & Wright 2006, "Numerical Optimization", algorithms 7.4 and 7.5].
class Lbfgs {
 public:
  /// f(x), which writes ∇f(x) to `gradient` (of x's size). May be rounded, but must be the same for equal x.
  using Objective = std::function<double(std::span<const double> x, std::span<double> gradient)>;

  /// Throws Error for a setting out of range, and for a state whose vectors differ in size.
  explicit Lbfgs(LbfgsState start, const LbfgsSpec& spec = {});
  explicit Lbfgs(std::vector<double> start, const LbfgsSpec& spec = {})
      : Lbfgs(LbfgsState{.x = std::move(start)}, spec) {}

  /// One step: a direction and a search along it, at most 2·evaluations + 3 calls of f. Throws Error when f
  /// is not finite at the start.
  LbfgsStatus iterate(const Objective& f);
  const LbfgsState& state() const { return state_; }

 private:
  std::vector<double> direction() const;
  bool advance(const Objective& f, const std::vector<double>& direction);
  double evaluate(const Objective& f, std::span<const double> x, std::span<double> gradient);
  bool has_small_gradient() const;
  void remember(std::vector<double> step, std::vector<double> change);
  void forget();

  LbfgsSpec spec_;
  LbfgsState state_;
};

}  // namespace kette
