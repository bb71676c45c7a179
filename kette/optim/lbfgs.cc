#include "kette/optim/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kette/base/error.h"

namespace kette {
namespace {

using Vector = std::vector<double>;

double dot(const Vector& a, const Vector& b) {
  double total = 0;
  for (size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
  return total;
}

Vector difference(const Vector& a, const Vector& b) {
  Vector result(a.size());
  for (size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

/// x + factor·d.
Vector moved(const Vector& x, double factor, const Vector& d) {
  Vector result(x.size());
  for (size_t i = 0; i < x.size(); ++i) result[i] = x[i] + factor * d[i];
  return result;
}

void check(const LbfgsSpec& spec) {
  if (spec.history < 1) fail("[lbfgs] a history of {}; expected at least 1", spec.history);
  if (!(spec.gradient_tolerance >= 0))
    fail("[lbfgs] gradient tolerance is {}; expected at least 0", spec.gradient_tolerance);
  if (!(spec.value_tolerance >= 0))
    fail("[lbfgs] value tolerance is {}; expected at least 0", spec.value_tolerance);
  const LineSearchSpec& search = spec.line_search;
  if (!(search.sufficient > 0 && search.sufficient < search.curvature && search.curvature < 1))
    fail("[lbfgs] line search with {} and {}; expected 0 < sufficient < curvature < 1", search.sufficient,
         search.curvature);
  if (search.evaluations < 1)
    fail("[lbfgs] {} evaluations for each line search; expected at least 1", search.evaluations);
}

void check(const LbfgsState& state) {
  const size_t size = state.x.size();
  const auto fits = [size](const Vector& v) { return v.size() == size; };
  if (size == 0) fail("[lbfgs] there is nothing to minimise over");
  if ((!state.gradient.empty() && !fits(state.gradient)) || state.steps.size() != state.changes.size() ||
      !std::ranges::all_of(state.steps, fits) || !std::ranges::all_of(state.changes, fits))
    fail("[lbfgs] the vectors of the state differ in size; expected {} elements in each", size);
}

}  // namespace

Lbfgs::Lbfgs(LbfgsState start, const LbfgsSpec& spec) : spec_(spec), state_(std::move(start)) {
  check(spec_);
  check(state_);
}

LbfgsStatus Lbfgs::iterate(const Objective& f) {
  if (state_.gradient.empty()) {
    state_.gradient.resize(state_.x.size());
    state_.value = evaluate(f, state_.x, state_.gradient);
    if (!std::isfinite(state_.value) || !std::isfinite(dot(state_.gradient, state_.gradient)))
      fail("[lbfgs] the value or its gradient is not finite at the start; expected finite numbers");
  }
  if (has_small_gradient()) return LbfgsStatus::converged;
  const double before = state_.value;
  if (!advance(f, direction())) {
    // What rounding has spoilt may be the remembered curvature: once more along the gradient.
    if (state_.steps.empty()) return LbfgsStatus::stuck;
    forget();
    if (!advance(f, direction())) return LbfgsStatus::stuck;
  }
  ++state_.iterations;
  const double size = std::max(std::abs(before), std::abs(state_.value));
  if (has_small_gradient() ||
      (spec_.value_tolerance > 0 && before - state_.value <= spec_.value_tolerance * size))
    return LbfgsStatus::converged;
  return LbfgsStatus::progress;
}

/// −H·g by the two loops: H begins as the multiple s·y/y·y of the unit matrix.
Vector Lbfgs::direction() const {
  Vector d = state_.gradient;
  for (double& element : d) element = -element;
  const size_t pairs = state_.steps.size();
  Vector shares(pairs);
  for (size_t i = pairs; i-- > 0;) {
    const Vector &s = state_.steps[i], &y = state_.changes[i];
    shares[i] = dot(s, d) / dot(s, y);
    d = moved(d, -shares[i], y);
  }
  if (pairs > 0) {
    const double scale =
        dot(state_.steps.back(), state_.changes.back()) / dot(state_.changes.back(), state_.changes.back());
    for (double& element : d) element *= scale;
  }
  for (size_t i = 0; i < pairs; ++i) {
    const Vector &s = state_.steps[i], &y = state_.changes[i];
    d = moved(d, shares[i] - dot(y, d) / dot(s, y), s);
  }
  return d;
}

/// Goes to the best point found along the direction. False, changing nothing, when none is better.
bool Lbfgs::advance(const Objective& f, const Vector& direction) {
  const LinePoint start{0, state_.value, dot(state_.gradient, direction)};
  if (!(start.slope < 0) || !std::isfinite(start.slope)) return false;
  Vector x, gradient(state_.x.size());
  LinePoint last;
  const auto phi = [&](double step) {
    x = moved(state_.x, step, direction);
    last = {.step = step, .value = evaluate(f, x, gradient), .slope = 0};
    last.slope = dot(gradient, direction);
    return last;
  };
  // Nothing is known of the scale at first: a step of length 1 at most.
  const double first = state_.steps.empty() ? std::min(1.0, 1 / std::sqrt(dot(direction, direction))) : 1.0;
  const std::optional<LinePoint> found = strong_wolfe(phi, start, first, spec_.line_search);
  if (!found || !(found->value < state_.value)) return false;
  if (found->step != last.step) phi(found->step);
  remember(difference(x, state_.x), difference(gradient, state_.gradient));
  state_.x = std::move(x);
  state_.gradient = std::move(gradient);
  state_.value = last.value;
  return true;
}

double Lbfgs::evaluate(const Objective& f, std::span<const double> x, std::span<double> gradient) {
  ++state_.evaluations;
  return f(x, gradient);
}

bool Lbfgs::has_small_gradient() const {
  return std::ranges::all_of(state_.gradient,
                             [this](double g) { return std::abs(g) <= spec_.gradient_tolerance; });
}

/// Only pairs of positive curvature keep H positive definite.
void Lbfgs::remember(Vector step, Vector change) {
  if (!(dot(step, change) > 1e-12 * std::sqrt(dot(step, step) * dot(change, change)))) return;
  if (std::cmp_greater_equal(state_.steps.size(), spec_.history)) {
    state_.steps.erase(state_.steps.begin());
    state_.changes.erase(state_.changes.begin());
  }
  state_.steps.push_back(std::move(step));
  state_.changes.push_back(std::move(change));
}

void Lbfgs::forget() {
  state_.steps.clear();
  state_.changes.clear();
}

}  // namespace kette
