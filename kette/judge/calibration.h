// Whether probabilities mean what they say: of the rows that are given 0.8, four in five should be right.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/tensor/tensor.h"

namespace kette {

/// Mean squared distance of the probabilities from what came true. Two classes: (P(second) − 1 or 0)², in
/// [0, 1]; more: Σ over the classes, in [0, 2]. [Brier 1950, "Verification of forecasts expressed in terms of
/// probability"]
double brier_score(const Tensor& probabilities, const Tensor& classes);
/// The same of each row.
std::vector<double> brier_scores(const Tensor& probabilities, const Tensor& classes);

/// A statement with a probability for each row, and whether it came true.
struct Claims {
  std::vector<double> probability;
  std::vector<uint8_t> came_true;  // 1 or 0
};
/// Two classes: "the row is of class `positive`"; more: "the row is of the predicted class".
Claims make_claims(const Tensor& probabilities, const Tensor& classes, int64_t positive = 1);

/// The claims with a probability in (from, to], the first bin with 0, too.
struct ReliabilityBin {
  double from = 0, to = 0;
  int64_t rows = 0;
  double probability = 0;  // mean; 0 without rows
  double share = 0;        // of the claims that came true; 0 without rows
};
/// `bins` ≥ 1 of equal width over [0, 1].
std::vector<ReliabilityBin> reliability_curve(const Claims& claims, int bins);
/// Mean over the rows of |probability − share| of their bin, in [0, 1] [Naeini et al. 2015, "Obtaining well
/// calibrated probabilities using Bayesian binning"].
double expected_calibration_error(std::span<const ReliabilityBin> bins);

}  // namespace kette
