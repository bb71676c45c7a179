// A formula at a point: its value, a finite difference that knows nothing of its derivative, and whether it
// has one.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "kette/autodiff/interpret.h"
#include "kette/graph/graph.h"

namespace kette {

/// Numbers of inputs by name.
using Point = std::map<std::string, double>;

/// Scalars of f64.
Bindings bindings_of(const Point& point);

/// Of the float64 interpreter; NaN outside the domain. Throws Error naming an input without a number.
double value_at(Value formula, const Point& point);

/// ∂f/∂x for each of the variables as training computes it, by reverse mode with OpDef::partials: the number
/// of a derivation's result, but right where squares and products in its textbook form overflow.
std::vector<double> derivatives_at(Value formula, std::span<const Value> variables, const Point& point);

/// df/dx by central differences whose step is halved while their extrapolation to 0 gets better [Ridders
/// 1982]: about ten digits where the formula is smooth. NaN where no step stays in its domain.
double difference_at(Value formula, const std::string& variable, const Point& point);

/// The first operation that gives no finite number though its operands are finite, as ln(x) at −3; else
/// empty.
Value undefined_at(Value formula, const Point& point);

/// An operation that has no derivative at the point: its local slopes (or values) to the left and right
/// differ.
struct Kink {
  Value node;
  size_t operand = 0;  // the one that moves
  double at = 0;       // its value
  bool is_jump = false;
  double left = 0, right = 0;  // slopes, or values at a jump
  double taken = 0;            // the slope that OpDef::partials takes there
};
/// Whether the slopes of the formula to the left and to the right of the point agree, by differences: a kink
/// within need not be one of the whole.
bool is_smooth_at(Value formula, const std::string& variable, const Point& point);

/// Kinks that lie exactly at the point, of the formula's nodes that depend on the variable.
std::vector<Kink> kinks_at(Value formula, Value variable, const Point& point);

}  // namespace kette
