// For tests: where operands of an operation are sampled.
#pragma once

#include <algorithm>
#include <cmath>

#include "kette/base/random.h"
#include "kette/graph/op_def.h"

namespace kette::test_samples {

/// A number of the domain, uniform, at least 0.05 away from every kink. The same for the same position.
inline double sample(const Domain& domain, const Random& random, uint64_t position) {
  for (uint64_t attempt = 0;; ++attempt) {
    const double x = domain.low + (domain.high - domain.low) * random.uniform(position * 64 + attempt);
    if (std::ranges::none_of(domain.kinks, [x](double kink) { return std::abs(x - kink) < 0.05; })) return x;
  }
}

/// A tensor of such numbers; of whole ones where the shape's type is.
inline Tensor sampled(const Shape& shape, const Domain& domain, uint64_t seed, uint64_t stream) {
  Tensor result(shape);
  const Random random(seed, stream);
  for (int64_t i = 0; i < shape.size(); ++i) {
    const double x = sample(domain, random, static_cast<uint64_t>(i));
    result.set(i, is_float(shape.dtype()) ? x : std::round(x));
  }
  return result;
}

}  // namespace kette::test_samples
