// The few measures that training looks at after every epoch; judgement.h has all of them. They say how good
// predictions are in terms of the task; what training makes small is the loss (nn/losses.h): the two are
// different concepts. Everything is computed in float64.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kette/judge/predictions.h"
#include "kette/model/model.h"
#include "kette/tensor/tensor.h"

namespace kette {

/// Share of rows whose predicted class is the expected one (i64 [rows]).
double accuracy(const Tensor& probabilities, const Tensor& classes);
/// Mean of −log P(expected class), computed from the scores, so that it is exact for probabilities near 0.
double mean_cross_entropy(const Tensor& scores, const Tensor& classes);
/// The same of each row.
std::vector<double> cross_entropies(const Tensor& scores, const Tensor& classes);
/// Predictions and targets f32 [rows, targets]: mean of (ŷ − y)², its root, mean of |ŷ − y|, over all
/// elements.
double mean_squared_error(const Tensor& prediction, const Tensor& targets);
double root_mean_squared_error(const Tensor& prediction, const Tensor& targets);
double mean_absolute_error(const Tensor& prediction, const Tensor& targets);
/// 1 − Σ(ŷ − y)² / Σ(y − mean y)²; for a constant y: 1 when every ŷ is right, else 0. The mean over several
/// targets.
double r_squared(const Tensor& prediction, const Tensor& targets);

/// Named measures, the one to look at first: "accuracy", "loss" (mean cross-entropy), or for regression
/// "rmse", "mae", "r2", "loss" (mean squared error, in the target's units squared).
using Measures = std::vector<std::pair<std::string, double>>;

/// All measures of the task. `targets` as in Samples. Throws Error for no rows.
Measures measure(const Schema& schema, const Predictions& predictions, const Tensor& targets);
/// Throws Error when there is none of that name.
double measure_at(const Measures& measures, std::string_view name);

}  // namespace kette
