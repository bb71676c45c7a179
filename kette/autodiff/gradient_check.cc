#include "kette/autodiff/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kette/autodiff/gradient.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// A leaf's value widened to float64, so that small steps are not rounded away.
Tensor widened(const Tensor& tensor) {
  if (!is_float(tensor.dtype())) return tensor;
  Tensor result(tensor.shape().as(DType::f64));
  for (int64_t i = 0; i < tensor.size(); ++i) result.set(i, tensor.at(i));
  return result;
}

std::vector<int64_t> chosen(int64_t size, int64_t count, const Random& random) {
  std::vector<int64_t> order = random.permutation(size);
  order.resize(static_cast<size_t>(std::min(size, count)));
  return order;
}

}  // namespace

std::vector<GradientError> check_gradient(Value y, std::span<const Value> wrt, const Bindings& given,
                                          uint64_t seed, int64_t elements, double h) {
  Graph& graph = *y.graph;
  Bindings bindings;
  for (const auto& [name, tensor] : given) bindings.emplace(name, widened(tensor));

  const std::string weights_name = fmt::format("gradient_check.weights.{}", y.id);
  const Shape y_shape = y.shape().bind(batch_of(graph, bindings));
  Tensor weights(y_shape.as(DType::f64));
  const Random random(seed, 0);
  for (int64_t i = 0; i < weights.size(); ++i) weights.set(i, 0.5 + random.uniform(static_cast<uint64_t>(i)));
  const Value loss = sum(mul(y, graph.input(weights_name, y.shape())));
  bindings.insert_or_assign(weights_name, std::move(weights));

  const std::vector<Value> gradients = gradient(loss, wrt);
  const std::vector<Reference> analytic = interpret(graph, gradients, bindings);
  const auto loss_at = [&](Tensor& x, int64_t element, double value) {
    x.set(element, value);
    return interpret(loss, bindings).values[0];
  };

  const double at_point = interpret(loss, bindings).values[0];
  std::vector<GradientError> result;
  for (size_t i = 0; i < wrt.size(); ++i) {
    const Node& leaf = graph.node(wrt[i]);
    const auto bound = bindings.find(leaf.name);
    if (leaf.kind == NodeKind::operation || bound == bindings.end())
      fail("[gradient_check] \"{}\" is not a bound input or parameter", graph.label(wrt[i].id));
    const std::vector<double>& exact = analytic[static_cast<size_t>(gradients[i].id)].values;
    double largest = 0;
    for (double g : exact) largest = std::max(largest, std::abs(g));
    GradientError worst{.name = leaf.name, .relative = -1};
    for (int64_t element : chosen(bound->second.size(), elements, Random(seed, i + 1))) {
      const double x = bound->second.at(element), step = h * std::max(1.0, std::abs(x));
      Tensor& tensor = bound->second;
      const double numeric =
          (8 * (loss_at(tensor, element, x + step) - loss_at(tensor, element, x - step)) -
           (loss_at(tensor, element, x + 2 * step) - loss_at(tensor, element, x - 2 * step))) /
          (12 * step);
      tensor.set(element, x);
      const double found = exact[static_cast<size_t>(element)];
      const double scale = std::max({std::abs(found), std::abs(numeric), 1e-3 * largest, 1e-12});
      const double relative = std::abs(found - numeric) / scale;
      constexpr double kUlps = 4 * std::numeric_limits<double>::epsilon();
      GradientError error{leaf.name, element, found, numeric, std::isnan(relative) ? INFINITY : relative};
      error.rounding = kUlps * std::max(1.0, std::abs(at_point)) / step / scale;
      if (std::pair(error.beyond_rounding(), error.relative) >
          std::pair(worst.beyond_rounding(), worst.relative))
        worst = error;
    }
    result.push_back(worst);
  }
  return result;
}

}  // namespace kette
