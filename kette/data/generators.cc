#include "kette/data/generators.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data {
namespace {

using std::numbers::pi;
constexpr uint64_t kGeneratorStream = uint64_t{0x6d616b65} << 24;  // "make"
constexpr double kRadius = 5;

double on_grid(double value) { return std::round(value * 1e6) / 1e6 + 0.0; }

/// The random numbers of one sample: as many as needed, independent of those of other samples.
struct Draw {
  Random random;
  double uniform(uint64_t i, double low, double high) const { return low + (high - low) * random.uniform(i); }
  double normal(uint64_t i) const { return random.normal(i); }
};

struct Point {
  double x1, x2;
  bool label;
};

/// Sample i of n; every second one is of class 1 unless the place decides.
using Generator = Point (*)(int64_t i, int64_t n, double noise, const Draw& draw);

Point circle(int64_t i, int64_t, double noise, const Draw& draw) {
  const double r = i % 2 == 1 ? draw.uniform(0, 0, 0.5 * kRadius) : draw.uniform(0, 0.7 * kRadius, kRadius);
  const double angle = draw.uniform(1, 0, 2 * pi);
  const double x1 = r * std::sin(angle) + noise * draw.uniform(2, -kRadius, kRadius);
  const double x2 = r * std::cos(angle) + noise * draw.uniform(3, -kRadius, kRadius);
  return {x1, x2, std::hypot(x1, x2) < 0.5 * kRadius};
}

Point exclusive_or(int64_t, int64_t, double noise, const Draw& draw) {
  constexpr double kGap = 0.3;  // keeps the points off the axes
  const auto coordinate = [&](uint64_t k) {
    const double place = draw.uniform(k, -kRadius, kRadius);
    return place + (place > 0 ? kGap : -kGap) + noise * draw.uniform(k + 2, -kRadius, kRadius);
  };
  const double x1 = coordinate(0), x2 = coordinate(1);
  return {x1, x2, x1 * x2 >= 0};
}

Point gauss(int64_t i, int64_t, double noise, const Draw& draw) {
  const bool label = i % 2 == 1;
  const double deviation = std::sqrt(0.5 + 7 * noise), centre = label ? 2 : -2;
  return {centre + deviation * draw.normal(0), centre + deviation * draw.normal(1), label};
}

Point spiral(int64_t i, int64_t n, double noise, const Draw& draw) {
  const bool label = i % 2 == 1;
  const int64_t step = i / 2, steps = (n + 1) / 2;
  // Along the arm, in [0, 1).
  const double way = static_cast<double>(step) / static_cast<double>(steps);
  const double angle = 1.75 * way * 2 * pi + (label ? 0 : pi);
  return {kRadius * way * std::sin(angle) + noise * draw.uniform(0, -1, 1),
          kRadius * way * std::cos(angle) + noise * draw.uniform(1, -1, 1), label};
}

Point moons(int64_t i, int64_t n, double noise, const Draw& draw) {
  const bool label = i % 2 == 1;
  const int64_t step = i / 2, last = std::max<int64_t>((label ? n / 2 : (n + 1) / 2) - 1, 1);
  const double angle = pi * static_cast<double>(step) / static_cast<double>(last);
  const double x1 = label ? 1 - std::cos(angle) : std::cos(angle);
  const double x2 = label ? 0.5 - std::sin(angle) : std::sin(angle);
  return {x1 + noise * draw.normal(0), x2 + noise * draw.normal(1), label};
}

constexpr std::array<std::string_view, 6> kNames = {"circle", "xor", "gauss", "spiral", "moons", "sine"};
constexpr std::array<Generator, 5> kGenerators = {circle, exclusive_or, gauss, spiral, moons};

Table sine(std::string source, int64_t samples, double noise, uint64_t seed) {
  std::vector<double> x, y;
  for (int64_t i = 0; i < samples; ++i) {
    const Draw draw{Random(seed, kGeneratorStream + static_cast<uint64_t>(i))};
    x.push_back(on_grid(draw.uniform(0, -pi, pi)));
    y.push_back(on_grid(std::sin(x.back()) + noise * draw.normal(1)));
  }
  Table table(std::move(source));
  table.add_numbers("x", std::move(x));
  table.add_numbers("y", std::move(y));
  return table;
}

}  // namespace

std::span<const std::string_view> generator_names() { return kNames; }

Table generate(std::string_view name, int64_t samples, double noise, uint64_t seed) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end())
    fail("[data] unknown data set {}; expected one of {}", quote(name), fmt::join(kNames, ", "));
  if (samples < 2 || samples > 10'000'000) fail("[data] {} samples; expected 2 to 10000000", samples);
  if (!(noise >= 0 && noise <= 10)) fail("[data] noise is {}; expected a number in [0, 10]", noise);
  const size_t which = static_cast<size_t>(found - kNames.begin());
  if (which >= kGenerators.size()) return sine(std::string(*found), samples, noise, seed);

  std::vector<double> x1, x2, label;
  for (int64_t i = 0; i < samples; ++i) {
    const Draw draw{Random(seed, kGeneratorStream + static_cast<uint64_t>(i))};
    const Point point = kGenerators[which](i, samples, noise, draw);
    x1.push_back(on_grid(point.x1));
    x2.push_back(on_grid(point.x2));
    label.push_back(point.label ? 1 : 0);
  }
  Table table{std::string(*found)};
  table.add_numbers("x1", std::move(x1));
  table.add_numbers("x2", std::move(x2));
  table.add_numbers("label", std::move(label));
  return table;
}

}  // namespace kette::data
