#include "kette/kernels/dropout.h"

#include <algorithm>

#include "kette/base/random.h"
#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

template <class T>
void run(const DropoutDraws& draws, double scale, const void* from, void* to, int64_t first, int64_t count) {
  const Random words(draws.key, draws.sequence);
  const T* x = static_cast<const T*>(from);
  T* y = static_cast<T*>(to);
  const auto rounded = static_cast<T>(scale);
  for (int64_t i = 0; i < count; ++i)
    y[i] = words.word(static_cast<uint64_t>(first + i)) >= draws.lowest ? x[i] * rounded : T{0};
}

#else

using Words = hn::ScalableTag<uint32_t>;
using Counters = hn::Repartition<uint64_t, Words>;
using WordVector = hn::Vec<Words>;
using CounterVector = hn::Vec<Counters>;

/// The draws of one group, in the order of the elements: 4 words for each lane of Counters.
struct Group {
  WordVector first, second;
};

/// philox() of base/random.h, a counter in each 64-bit lane. Products read the low halves of their operands
/// only, and sums are exclusive-or, so the high halves may hold anything until the end.
HWY_INLINE Group draw(const DropoutDraws& draws, uint64_t block) {
  const Words words;
  const Counters counters;
  const auto product = [&](CounterVector x, uint64_t factor) HWY_ATTR {
    return hn::MulEven(hn::BitCast(words, x), hn::BitCast(words, hn::Set(counters, factor)));
  };
  // Within each 128 bits, lane 0 holds a block of the first half of the group and lane 1 one of the second:
  // then interleaving, which works within 128 bits, gives the elements in order.
  const CounterVector lane = hn::Iota(counters, 0);
  const CounterVector half = hn::Set(counters, hn::Lanes(counters) / 2);
  const CounterVector is_odd = hn::And(lane, hn::Set(counters, 1));
  const CounterVector offset =
      hn::Add(hn::ShiftRight<1>(lane), hn::IfThenElseZero(hn::Ne(is_odd, hn::Zero(counters)), half));
  CounterVector c0 = hn::Add(hn::Set(counters, block), offset), c1 = hn::ShiftRight<32>(c0);
  CounterVector c2 = hn::Set(counters, draws.sequence), c3 = hn::ShiftRight<32>(c2);
  uint32_t k0 = static_cast<uint32_t>(draws.key), k1 = static_cast<uint32_t>(draws.key >> 32);
  for (int round = 0; round < 10; ++round) {
    const CounterVector p0 = product(c0, 0xD2511F53u), p1 = product(c2, 0xCD9E8D57u);
    c0 = hn::Xor3(hn::ShiftRight<32>(p1), c1, hn::Set(counters, k0));
    c1 = p1;
    c2 = hn::Xor3(hn::ShiftRight<32>(p0), c3, hn::Set(counters, k1));
    c3 = p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  const auto pair = [&](CounterVector even, CounterVector odd) HWY_ATTR {
    return hn::BitCast(counters,
                       hn::OddEven(hn::BitCast(words, hn::ShiftLeft<32>(odd)), hn::BitCast(words, even)));
  };
  const CounterVector a = pair(c0, c1), b = pair(c2, c3);
  return {hn::BitCast(words, hn::InterleaveLower(counters, a, b)),
          hn::BitCast(words, hn::InterleaveUpper(counters, a, b))};
}

/// As many elements as words, of which the first `count` are wanted.
HWY_INLINE void apply(const DropoutDraws& draws, WordVector drawn, float scale, const float* x, float* y,
                      int64_t count) {
  const Words words;
  const hn::RebindToFloat<Words> d;
  const auto is_dropped = hn::RebindMask(d, hn::Lt(drawn, hn::Set(words, draws.lowest)));
  const auto result = [&](auto value) HWY_ATTR {
    return hn::IfThenZeroElse(is_dropped, hn::Mul(value, hn::Set(d, scale)));
  };
  if (count >= static_cast<int64_t>(hn::Lanes(d))) {
    hn::StoreU(result(hn::LoadU(d, x)), d, y);
  } else if (count > 0) {
    const auto wanted = hn::FirstN(d, static_cast<size_t>(count));
    hn::BlendedStore(result(hn::MaskedLoad(wanted, d, x)), wanted, d, y);
  }
}

HWY_INLINE void apply(const DropoutDraws& draws, WordVector drawn, double scale, const double* x, double* y,
                      int64_t count) {
  HWY_ALIGN uint32_t words[hn::MaxLanes(Words())];
  hn::Store(drawn, Words(), words);
  const int64_t here = std::min(count, static_cast<int64_t>(hn::Lanes(Words())));
  for (int64_t i = 0; i < here; ++i) y[i] = words[i] >= draws.lowest ? x[i] * scale : 0;
}

template <class T>
void run(const DropoutDraws& draws, double scale, const void* from, void* to, int64_t first, int64_t count) {
  const T* x = static_cast<const T*>(from);
  T* y = static_cast<T*>(to);
  const auto rounded = static_cast<T>(scale);
  const auto lanes = static_cast<int64_t>(hn::Lanes(Words()));
  for (int64_t i = 0; i < count; i += 2 * lanes) {
    const Group group = draw(draws, static_cast<uint64_t>((first + i) / 4));
    apply(draws, group.first, rounded, x + i, y + i, count - i);
    if (i + lanes < count)
      apply(draws, group.second, rounded, x + i + lanes, y + i + lanes, count - i - lanes);
  }
}

#endif

void RunF32(const DropoutDraws& draws, double scale, const void* x, void* y, int64_t first, int64_t count) {
  run<float>(draws, scale, x, y, first, count);
}
void RunF64(const DropoutDraws& draws, double scale, const void* x, void* y, int64_t first, int64_t count) {
  run<double>(draws, scale, x, y, first, count);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(RunF32);
HWY_EXPORT(RunF64);

DropoutLoop dropout_loop(DType dtype) {
  return dtype == DType::f32 ? choose_target(HWY_DISPATCH_TABLE(RunF32))
                             : choose_target(HWY_DISPATCH_TABLE(RunF64));
}

}  // namespace kette::kernels
#endif  // HWY_ONCE
