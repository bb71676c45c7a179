// Formulas made simpler for readers: numbers collected, like terms and like factors joined, 0·x, x^1 and −−x
// gone.
#pragma once

#include "kette/graph/graph.h"

namespace kette {

/// A node of the same value, built of scalar element-wise operations as `value` is (shape []). Nodes with a
/// name other than `value` itself are kept as they are: they are symbols. Numbers are exact fractions as long
/// as they fit, so x/3·3 is x; logarithms and other functions of numbers stay as they are, but for ln 1, ln e
/// and exp 0. The result is defined wherever `value` is; it may be defined in more places (x/x is 1). Linear
/// in the number of nodes where sums and products have few parts; those with more than 100 stay as they are.
Value simplified(Value value);

}  // namespace kette
