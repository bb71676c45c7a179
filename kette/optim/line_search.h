// How far to go along a direction of descent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace kette {

/// A point on the line: φ(step) = f(x + step·d) and φ'(step) = ∇f·d.
struct LinePoint {
  double step = 0;
  double value = 0;
  double slope = 0;
};

struct LineSearchSpec {
  double sufficient = 1e-4;  // c1: share of the decrease that the slope promises, in (0, curvature)
  double curvature = 0.9;  // c2: share of the slope that may be left, in (sufficient, 1); small: nearly exact
  int64_t evaluations = 25;  // of φ at most
};

/// A step that satisfies the strong Wolfe conditions φ(α) ≤ φ(0) + c1·α·φ'(0) and |φ'(α)| ≤ c2·|φ'(0)|
/// [Nocedal & Wright 2006, "Numerical Optimization", algorithms 3.5 and 3.6, cubic interpolation (3.59)],
/// where `first` > 0 is tried first. When the evaluations are used up, or rounding leaves nothing between the
/// points, the best step with the first condition; none if there is none. Values that are not finite count as
/// too high. `start` is φ at 0, with a negative slope.
std::optional<LinePoint> strong_wolfe(const std::function<LinePoint(double)>& phi, const LinePoint& start,
                                      double first, const LineSearchSpec& spec = {});

}  // namespace kette
