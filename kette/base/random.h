// Counter-based random numbers: a number is a pure function of (seed, stream, position), so the same numbers
// come out in any order, on any number of threads, and after a restart. There is no generator state to share.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace kette {

/// Philox4x32-10 [Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"].
/// counter → four independent uniform 32-bit words.
inline std::array<uint32_t, 4> philox(uint64_t key, std::array<uint32_t, 4> counter) {
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53u} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ k0, static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ k1, static_cast<uint32_t>(p0)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return counter;
}

/// One independent sequence of random numbers, addressed by position. Copyable and immutable. The functions
/// draw from the same bits: numbers of two kinds at equal positions are independent only in different
/// streams.
class Random {
 public:
  /// `seed`: the user's; `stream`: what the numbers are for (a parameter, an epoch, a dropout layer …).
  explicit Random(uint64_t seed, uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  /// Uniform 32-bit word number `position`.
  uint32_t word(uint64_t position) const { return block(position / 4)[position % 4]; }

  /// Uniform in [0, 1), 53 random bits.
  double uniform(uint64_t position) const {
    const auto b = block(position);
    return static_cast<double>((uint64_t{b[0]} << 21) ^ (b[1] >> 11)) * 0x1p-53;
  }

  /// Standard normal (Box–Muller).
  double normal(uint64_t position) const;

  /// Uniform integer in [0, n), n ≥ 1; the bias is below n/2^64.
  uint64_t below(uint64_t n, uint64_t position) const;

  /// A uniformly random order of 0 … n−1 (Fisher–Yates), n ≥ 0.
  std::vector<int64_t> permutation(int64_t n) const;

 private:
  std::array<uint32_t, 4> block(uint64_t i) const {
    return philox(seed_, {static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32),
                          static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)});
  }
  uint64_t seed_, stream_;
};

}  // namespace kette
