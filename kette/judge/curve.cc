#include "kette/judge/curve.h"

#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <tuple>

namespace kette {
namespace {

constexpr double kNoRow = std::numeric_limits<double>::infinity();

double triangle(const CurvePoint& a, const CurvePoint& b, const CurvePoint& c) {
  return std::abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2;
}

}  // namespace

std::vector<CurvePoint> roc_curve(const Ranking& ranking) {
  if (ranking.positives == 0 || ranking.negatives == 0) return {};
  std::vector<CurvePoint> curve = {{0, 0, kNoRow}};
  for (const RankPoint& point : ranking.points)
    curve.push_back({static_cast<double>(point.false_positives) / static_cast<double>(ranking.negatives),
                     static_cast<double>(point.true_positives) / static_cast<double>(ranking.positives),
                     point.threshold});
  return curve;
}

std::vector<CurvePoint> precision_recall_curve(const Ranking& ranking) {
  if (ranking.positives == 0) return {};
  std::vector<CurvePoint> curve = {{0, 1, kNoRow}};
  for (const RankPoint& point : ranking.points)
    curve.push_back({static_cast<double>(point.true_positives) / static_cast<double>(ranking.positives),
                     static_cast<double>(point.true_positives) /
                         static_cast<double>(point.true_positives + point.false_positives),
                     point.threshold});
  return curve;
}

std::vector<CurvePoint> thinned(std::span<const CurvePoint> curve, size_t most) {
  if (curve.size() <= most || curve.size() < 3) return {curve.begin(), curve.end()};
  const size_t count = curve.size();
  std::vector<size_t> before(count), after(count);  // the neighbours that are left
  std::vector<uint32_t> version(count);             // counts up when a neighbour changes, and when left out
  std::vector<uint8_t> is_left_out(count);
  using Entry = std::tuple<double, size_t, uint32_t>;  // area, point, its version then
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> least;
  const auto weigh = [&](size_t i) {
    least.emplace(triangle(curve[before[i]], curve[i], curve[after[i]]), i, ++version[i]);
  };
  for (size_t i = 0; i < count; ++i) before[i] = i == 0 ? 0 : i - 1, after[i] = i + 1;
  for (size_t i = 1; i + 1 < count; ++i) weigh(i);
  for (size_t left = count; left > most && !least.empty();) {
    const auto [area, i, then] = least.top();
    least.pop();
    if (then != version[i]) continue;
    ++version[i];
    is_left_out[i] = 1;
    --left;
    after[before[i]] = after[i];
    before[after[i]] = before[i];
    for (const size_t near : {before[i], after[i]})
      if (near != 0 && near + 1 != count) weigh(near);
  }
  std::vector<CurvePoint> kept;
  for (size_t i = 0; i < count; ++i)
    if (is_left_out[i] == 0) kept.push_back(curve[i]);
  return kept;
}

}  // namespace kette
