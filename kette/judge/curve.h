// The curves that a ranking draws when its threshold moves from the largest score down.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "kette/judge/ranking.h"

namespace kette {

struct CurvePoint {
  double x = 0, y = 0;
  double threshold = 0;  // infinite where no row is taken for positive
  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

/// x: share of the negative rows taken for positive; y: share of the positive ones. From (0, 0) to (1, 1);
/// empty unless there are rows of both kinds.
std::vector<CurvePoint> roc_curve(const Ranking& ranking);
/// x: recall, y: precision. From (0, 1) to recall 1; empty without a positive row.
std::vector<CurvePoint> precision_recall_curve(const Ranking& ranking);

/// At most `most` ≥ 2 of the points, first and last among them: those are left out one by one whose omission
/// changes the area between the curve and its neighbours' line least [Visvalingam, Whyatt 1993, "Line
/// generalisation by repeated elimination of points"]. O(n log n).
std::vector<CurvePoint> thinned(std::span<const CurvePoint> curve, size_t most);

}  // namespace kette
