#include "kette/plot/chart.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"

namespace kette {
namespace {

void check(const Axis& axis) {
  for (const std::optional<double>& end : {axis.from, axis.to})
    if (end && !is_shown(*end, axis)) fail("[plot] an axis cannot end at {}", *end);
  if (axis.from && axis.to && *axis.from >= *axis.to)
    fail("[plot] an axis from {} to {} has no length", *axis.from, *axis.to);
}

void check(const Series& series) {
  if (series.x.size() != series.y.size()) fail("[plot] {} x for {} y", series.x.size(), series.y.size());
  if (!series.values.empty() && series.values.size() != series.x.size())
    fail("[plot] {} values for {} points", series.values.size(), series.x.size());
  if (series.color < 0) fail("[plot] there is no color {}", series.color);
}

void check(const Field& field) {
  for (const auto* places : {&field.x, &field.y})
    if (places->size() < 2) fail("[plot] a field needs two places each way, not {}", places->size());
  if (field.values.size() != field.x.size() * field.y.size())
    fail("[plot] {} values for a field of {} × {}", field.values.size(), field.y.size(), field.x.size());
}

}  // namespace

bool is_shown(double value, const Axis& axis) {
  return std::isfinite(value) && (value > 0 || !axis.is_logarithmic);
}

void check(const Chart& chart) {
  check(chart.x);
  check(chart.y);
  for (const Series& series : chart.series) check(series);
  if (chart.field) check(*chart.field);
  if (chart.field && (chart.x.is_logarithmic || chart.y.is_logarithmic))
    fail("[plot] a field has no logarithmic axes");
  const auto is_seen = [&](const Series& series) {
    for (size_t i = 0; i < series.x.size(); ++i)
      if (is_shown(series.x[i], chart.x) && is_shown(series.y[i], chart.y)) return true;
    return false;
  };
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::any_of(chart.series, is_seen) &&
      !(chart.field && std::ranges::any_of(chart.field->values, is_finite)))
    fail("there is nothing to draw: no value is {}",
         chart.x.is_logarithmic || chart.y.is_logarithmic ? "finite and above 0" : "finite");
}

}  // namespace kette
