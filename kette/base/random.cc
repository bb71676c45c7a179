#include "kette/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace kette {
namespace {
__extension__ using Uint128 = unsigned __int128;
}  // namespace

double Random::normal(uint64_t position) const {
  const auto b = block(position);
  const double u = (static_cast<double>(b[0]) + (b[2] + 0.5) * 0x1p-32) * 0x1p-32;  // in (0, 1]
  const double v = (static_cast<double>(b[1]) + b[3] * 0x1p-32) * 0x1p-32;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

uint64_t Random::below(uint64_t n, uint64_t position) const {
  const auto b = block(position);
  const uint64_t bits = (uint64_t{b[0]} << 32) | b[1];
  return static_cast<uint64_t>((static_cast<Uint128>(bits) * n) >> 64);
}

std::vector<int64_t> Random::permutation(int64_t n) const {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), int64_t{0});
  for (int64_t i = n - 1; i > 0; --i)
    std::swap(order[i], order[below(static_cast<uint64_t>(i) + 1, static_cast<uint64_t>(i))]);
  return order;
}

}  // namespace kette
