#include "kette/symbolic/point.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// One operation alone, at numbers near those of the point.
class Local {
 public:
  Local(const OpDef& op, size_t operands, const Attributes& attributes) : graph_(), attributes_(attributes) {
    for (size_t i = 0; i < operands; ++i)
      x_.push_back(graph_.input(fmt::format("x{}", i), Shape({}, DType::f64)));
    y_ = graph_.apply(op, x_, attributes_);
    partials_ = op.partials({x_, y_, attributes_});
  }
  double value(const std::vector<double>& at) const { return interpret(y_, bindings(at)).values[0]; }
  double slope(size_t operand, const std::vector<double>& at) const {
    return partials_[operand] ? interpret(partials_[operand], bindings(at)).values[0] : 0;
  }

 private:
  static Bindings bindings(const std::vector<double>& at) {
    Bindings result;
    for (size_t i = 0; i < at.size(); ++i)
      result.emplace(fmt::format("x{}", i), Tensor(Shape({}, DType::f64), {at[i]}));
    return result;
  }

  Graph graph_;
  Attributes attributes_;
  std::vector<Value> x_;
  Value y_;
  std::vector<Value> partials_;
};

bool differ(double a, double b) {
  return std::isfinite(a) && std::isfinite(b) &&
         std::abs(a - b) > 1e-6 * std::max({1.0, std::abs(a), std::abs(b)});
}

std::optional<Kink> kink_of(Value node, size_t operand, const std::vector<double>& x) {
  const Node& n = node.graph->node(node);
  if (!n.op->is_elementwise() || !n.op->partials || !std::isfinite(x[operand])) return std::nullopt;
  const Local local(*n.op, x.size(), n.attributes);
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<double> left = x, right = x;
  left[operand] = std::nextafter(x[operand], -inf);
  right[operand] = std::nextafter(x[operand], inf);
  Kink kink{node, operand, x[operand], true, local.value(left), local.value(right), local.slope(operand, x)};
  if (differ(kink.left, kink.right)) return kink;
  kink.is_jump = false;
  kink.left = local.slope(operand, left);
  kink.right = local.slope(operand, right);
  if (differ(kink.left, kink.right)) return kink;
  return std::nullopt;
}

}  // namespace

Bindings bindings_of(const Point& point) {
  Bindings bindings;
  for (const auto& [name, number] : point) bindings.emplace(name, Tensor(Shape({}, DType::f64), {number}));
  return bindings;
}

double value_at(Value formula, const Point& point) {
  return interpret(formula, bindings_of(point)).values[0];
}

std::vector<double> derivatives_at(Value formula, std::span<const Value> variables, const Point& point) {
  const std::vector<Value> derivatives = gradient(formula, variables);
  const std::vector<Reference> values = interpret(*formula.graph, derivatives, bindings_of(point));
  std::vector<double> numbers;
  for (const Value& derivative : derivatives)
    numbers.push_back(values[static_cast<size_t>(derivative.id)].values[0]);
  return numbers;
}

double difference_at(Value formula, const std::string& variable, const Point& point) {
  constexpr int kSteps = 12;
  constexpr double kShrink = 1.6;
  const double x = point.at(variable);
  const auto central = [&](double h) {
    Point moved = point;
    moved[variable] = x + h;
    const double above = value_at(formula, moved), right = moved[variable];
    moved[variable] = x - h;
    return (above - value_at(formula, moved)) / (right - moved[variable]);
  };
  double best = kNan, error = std::numeric_limits<double>::infinity();
  // A large first step is better where the formula is flat, a small one where it has a pole or an edge near
  // by.
  for (const double start : {0.1, 1e-2, 1e-3, 1e-5}) {
    std::array<std::array<double, kSteps>, kSteps> table{};
    double h = start * std::max(1.0, std::abs(x));
    for (size_t i = 0; i < kSteps; ++i, h /= kShrink) {
      table[0][i] = central(h);
      double factor = kShrink * kShrink;
      for (size_t j = 1; j <= i; ++j, factor *= kShrink * kShrink) {
        table[j][i] = (table[j - 1][i] * factor - table[j - 1][i - 1]) / (factor - 1);
        const double off =
            std::max(std::abs(table[j][i] - table[j - 1][i]), std::abs(table[j][i] - table[j - 1][i - 1]));
        if (off < error) {
          error = off;
          best = table[j][i];
        }
      }
    }
  }
  return best;
}

Value undefined_at(Value formula, const Point& point) {
  Graph& graph = *formula.graph;
  const std::vector<Reference> values = interpret(graph, {&formula, 1}, bindings_of(point));
  const auto is_finite = [&](int id) { return std::isfinite(values[static_cast<size_t>(id)].values[0]); };
  for (int id = 0; id <= formula.id; ++id) {
    if (values[static_cast<size_t>(id)].values.empty() || graph.node(id).kind != NodeKind::operation)
      continue;
    if (!is_finite(id) && std::ranges::all_of(graph.node(id).inputs, is_finite)) return graph.value(id);
  }
  return {};
}

bool is_smooth_at(Value formula, const std::string& variable, const Point& point) {
  constexpr double kStep = 1e-6, kTolerance = 1e-4;
  const double x = point.at(variable), h = kStep * std::max(1.0, std::abs(x)),
               here = value_at(formula, point);
  Point moved = point;
  moved[variable] = x - h;
  const double left = (here - value_at(formula, moved)) / h;
  moved[variable] = x + h;
  const double right = (value_at(formula, moved) - here) / h;
  return std::abs(left - right) <= kTolerance * std::max({1.0, std::abs(left), std::abs(right)});
}

std::vector<Kink> kinks_at(Value formula, Value variable, const Point& point) {
  Graph& graph = *formula.graph;
  const std::vector<Reference> values = interpret(graph, {&formula, 1}, bindings_of(point));
  std::vector<bool> varies(static_cast<size_t>(formula.id) + 1, false);
  std::vector<Kink> kinks;
  for (int id = 0; id <= formula.id; ++id) {
    const Node& node = graph.node(id);
    varies[static_cast<size_t>(id)] = id == variable.id;
    std::vector<double> x;
    for (int input : node.inputs)
      if (!values[static_cast<size_t>(input)].values.empty())
        x.push_back(values[static_cast<size_t>(input)].values[0]);
    bool found = false;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!varies[static_cast<size_t>(node.inputs[i])]) continue;
      varies[static_cast<size_t>(id)] = true;
      if (found || values[static_cast<size_t>(id)].values.empty()) continue;
      if (const auto kink = kink_of(graph.value(id), i, x)) {
        kinks.push_back(*kink);
        found = true;
      }
    }
  }
  return kinks;
}

}  // namespace kette
