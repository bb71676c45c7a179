// Temperature scaling: probabilities softmax(scores / T) that are better calibrated, the order of the classes
// left as it is [Guo et al. 2017, "On calibration of modern neural networks"].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kette/base/threads.h"
#include "kette/tensor/tensor.h"

namespace kette {

inline constexpr double kLeastTemperature = 0.01, kMostTemperature = 100;

/// The temperature in [kLeastTemperature, kMostTemperature] of least mean cross-entropy in the given rows:
/// above 1 for a model that is too sure of itself. `scores` f32 [rows, classes], or [rows, 1] of one score
/// for the second of two classes (σ(score / T)), all finite; `classes` i64 [rows]. Found by Newton's method
/// in 1/T, where the cross-entropy is convex, within a bracket, from `start` on; the same bits at any number
/// of threads. Throws Error for no rows.
double best_temperature(const Tensor& scores, const Tensor& classes, std::span<const int64_t> rows,
                        Threads* threads = nullptr, double start = 1);

/// Scores [rows, k] and what follows from them when each row is divided by its temperature.
struct Tempered {
  std::vector<double> losses;         // cross-entropy of each row
  std::vector<double> probabilities;  // [rows, classes]; of a single score both classes
};
Tempered temper(const Tensor& scores, const Tensor& classes, std::span<const double> temperatures,
                Threads* threads = nullptr);

/// For each row the best temperature of the rows on the other side, so that none is judged by a temperature
/// that was fitted to it. `is_second`: 1 or 0 for each row; both sides must hold rows.
std::vector<double> cross_fitted_temperatures(const Tensor& scores, const Tensor& classes,
                                              std::span<const uint8_t> is_second, Threads* threads = nullptr,
                                              double start = 1);

}  // namespace kette
