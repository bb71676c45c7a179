#include "kette/train/target_scaling.h"

#include <algorithm>
#include <cmath>

#include "kette/base/choice.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"none", "standard", "min-max", "log"};
constexpr auto kAllKinds = choices_of<TargetScaling::Kind>(kKinds);

/// One number for each target: a scalar for one, a row for several.
Value numbers(Graph& graph, std::span<const double> values) {
  if (values.size() == 1) return graph.constant(values[0], DType::f32);
  Tensor tensor(Shape({static_cast<int64_t>(values.size())}));
  for (size_t i = 0; i < values.size(); ++i) tensor.set(static_cast<int64_t>(i), values[i]);
  return graph.constant(std::move(tensor));
}

struct Fit {
  double low, high, mean = 0, deviation = 0;
};

template <class Map>
Fit fit_of(std::span<const double> values, Map map) {
  Fit f{values[0], values[0]};
  const auto n = static_cast<double>(values.size());
  for (const double v : values) {
    f.low = std::min(f.low, v);
    f.high = std::max(f.high, v);
    f.mean += map(v) / n;
  }
  for (const double v : values) f.deviation += (map(v) - f.mean) * (map(v) - f.mean) / n;
  f.deviation = f.high > f.low ? std::sqrt(f.deviation) : 0;
  return f;
}

}  // namespace

TargetScaling TargetScaling::fit(Kind kind, const Tensor& y, std::span<const int64_t> rows) {
  if (rows.empty()) fail("[target] no rows to fit its scale on");
  TargetScaling scaling{.kind = kind};
  if (kind == Kind::none) return scaling;
  const int64_t width = y.shape().rank() == 2 ? y.shape()[1] : 1;
  std::vector<double> values(rows.size());
  for (int64_t t = 0; t < width; ++t) {
    for (size_t i = 0; i < rows.size(); ++i) values[i] = y.at(rows[i] * width + t);
    const Fit plain = fit_of(values, [](double v) { return v; });
    const auto add = [&](double shift, double scale) {
      scaling.shift.push_back(shift);
      scaling.scale.push_back(scale > 0 ? scale : 1);
    };
    if (kind == Kind::standard) add(plain.mean, plain.deviation);
    if (kind == Kind::min_max) add(plain.low, plain.high - plain.low);
    if (kind == Kind::log) {
      const Fit logs = fit_of(values, [&](double v) { return std::log1p(v - plain.low); });
      add(logs.mean, logs.deviation);
      scaling.origin.push_back(plain.low);
      scaling.highest.push_back(std::log1p(2 * (plain.high - plain.low)));
    }
  }
  return scaling;
}

Value TargetScaling::forward(Value target) const {
  if (kind == Kind::none) return target;
  Graph& graph = *target.graph;
  if (kind == Kind::log) target = log(max(target - numbers(graph, origin), scalar_like(target, 0)) + 1.0);
  return (target - numbers(graph, shift)) / numbers(graph, scale);
}

Value TargetScaling::inverse(Value scores) const {
  if (kind == Kind::none) return scores;
  Graph& graph = *scores.graph;
  const Value moved = scores * numbers(graph, scale) + numbers(graph, shift);
  if (kind != Kind::log) return moved;
  return exp(min(moved, numbers(graph, highest))) - 1.0 + numbers(graph, origin);
}

std::string_view to_string(TargetScaling::Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

TargetScaling::Kind parse_target_scaling(std::string_view text) {
  return parse_choice<TargetScaling::Kind>("target scaling", text, kKinds);
}

std::span<const TargetScaling::Kind> target_scalings() { return kAllKinds; }

}  // namespace kette
