// What each feature of a row contributes to what a model says of it.
#pragma once

#include <string>
#include <vector>

#include "kette/explain/subject.h"

namespace kette {

struct FeatureAttribution {
  std::string feature, field;
  double gradient_input = 0;  // Σ x_i·∂F/∂x_i over the numbers that the feature became
  double integrated = 0;      // integrated gradients, likewise summed
};

struct Attribution {
  std::string output;  // what F is: "the probability of setosa", "price"
  double at_row = 0, at_baseline = 0;
  /// By |integrated|, the largest first. Numbers that several features have a part in stand last, as
  /// "several columns". Their sum is at_row − at_baseline but for the error of the integral.
  std::vector<FeatureAttribution> features;
  int64_t steps = 0;  // of the integral
};

/// Of F, the probability of a class (the label; "": the most probable one) or a predicted number (the target;
/// "": the first), by what the first layer sees: gradient × input and integrated gradients [Sundararajan,
/// Taly & Yan 2017, "Axiomatic attribution for deep networks"] along the straight line from the baseline,
/// where all these numbers are 0: of scaled numbers the middle, of one-hot columns no category, of pixels
/// black. The midpoint rule doubles its steps until the sum is right to 10⁻⁴ of F's largest change, or 8192
/// are done. Throws Error for an unknown label, and unless a row is bound.
Attribution attribution_of(const Subject& model, const std::string& output = "");

/// The class of the largest of these probabilities, the first where there are several.
int64_t most_probable(const Tensor& probabilities);

}  // namespace kette
