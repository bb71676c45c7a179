#include "kette/optim/line_search.h"

#include <algorithm>
#include <cmath>

namespace kette {
namespace {

/// Where the cubic through both values and slopes is lowest; NaN where it is not.
double cubic_minimum(const LinePoint& a, const LinePoint& b) {
  const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
  const double d2 = std::copysign(std::sqrt(d1 * d1 - a.slope * b.slope), b.step - a.step);
  return b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
}

class Search {
 public:
  Search(const std::function<LinePoint(double)>& phi, const LinePoint& start, const LineSearchSpec& spec)
      : phi_(phi), start_(start), spec_(spec) {}

  /// Goes on until an interval is known to hold a good step. Algorithm 3.5.
  std::optional<LinePoint> run(double first) {
    LinePoint previous = start_;
    double step = first;
    while (evaluations_ < spec_.evaluations) {
      const LinePoint point = evaluate(step);
      if (!decreases_enough(point) || (previous.step > 0 && !(point.value < previous.value)))
        return zoom(previous, point);
      if (is_flat_enough(point)) return point;
      if (point.slope >= 0) return zoom(point, previous);
      const double guess = cubic_minimum(previous, point);
      previous = point;
      step = std::isfinite(guess) ? std::clamp(guess, 1.1 * point.step, 10 * point.step) : 2 * point.step;
    }
    return kept(previous);
  }

 private:
  /// Narrows the interval between `low`, the best point with sufficient decrease, and `high`. Algorithm 3.6.
  std::optional<LinePoint> zoom(LinePoint low, LinePoint high) {
    while (evaluations_ < spec_.evaluations) {
      const double step = between(low, high);
      if (step == low.step || step == high.step) break;
      const LinePoint point = evaluate(step);
      if (!decreases_enough(point) || !(point.value < low.value)) {
        high = point;
        continue;
      }
      if (is_flat_enough(point)) return point;
      if (point.slope * (high.step - low.step) >= 0) high = low;
      low = point;
    }
    return kept(low);
  }

  /// The interpolated minimum, well inside the interval; its middle where there is none.
  static double between(const LinePoint& low, const LinePoint& high) {
    const double left = std::min(low.step, high.step), width = std::abs(high.step - low.step);
    const double guess = cubic_minimum(low, high);
    if (!std::isfinite(guess)) return left + width / 2;
    return std::clamp(guess, left + 0.05 * width, left + 0.95 * width);
  }

  std::optional<LinePoint> kept(const LinePoint& point) const {
    return point.step > 0 ? std::optional(point) : std::nullopt;
  }
  LinePoint evaluate(double step) {
    ++evaluations_;
    return phi_(step);
  }
  bool decreases_enough(const LinePoint& point) const {  // false for NaN
    return point.value <= start_.value + spec_.sufficient * point.step * start_.slope &&
           std::isfinite(point.value) && std::isfinite(point.slope);
  }
  bool is_flat_enough(const LinePoint& point) const {
    return std::abs(point.slope) <= spec_.curvature * std::abs(start_.slope);
  }

  const std::function<LinePoint(double)>& phi_;
  LinePoint start_;
  LineSearchSpec spec_;
  int64_t evaluations_ = 0;
};

}  // namespace

std::optional<LinePoint> strong_wolfe(const std::function<LinePoint(double)>& phi, const LinePoint& start,
                                      double first, const LineSearchSpec& spec) {
  return Search(phi, start, spec).run(first);
}

}  // namespace kette
