// Which feature each number that a network sees comes from.
#pragma once

#include <vector>

#include "kette/explain/subject.h"

namespace kette {

inline constexpr int kNoFeature = -1;        // a constant
inline constexpr int kSeveralFeatures = -2;  // computed from more than one

/// For every element of a node that follows from a model's features alone: the feature's place in the schema,
/// kNoFeature or kSeveralFeatures. Follows element-wise operations, moves, lookups, reductions and products
/// with constants, which is what preprocessing is made of.
std::vector<int> features_behind(const Subject& model, Value node);

}  // namespace kette
