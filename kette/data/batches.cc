#include "kette/data/batches.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr size_t kWorthThreads = size_t{1} << 17;                // bytes: about 10 µs
constexpr uint64_t kEpochStream = uint64_t{0x65706f6368} << 24;  // "epoch", room for 2²⁴ epochs and more

/// Number `position` of a sequence of uniform integers in [0, n): two to a block of random words, so at half
/// the cost of Random::below. The remainder of 64 random bits makes the bias at most n · 2⁻⁶⁴.
class Draws {
 public:
  Draws(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}
  uint64_t below(uint64_t n, uint64_t position) {
    if (position / 2 != block_) {
      block_ = position / 2;
      words_ = philox(seed_, {static_cast<uint32_t>(block_), static_cast<uint32_t>(block_ >> 32),
                              static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)});
    }
    const size_t half = position % 2 * 2;
    const uint64_t bits = (uint64_t{words_[half]} << 32) | words_[half + 1];
    return static_cast<uint64_t>((static_cast<Uint128>(bits) * n) >> 64);
  }

 private:
  uint64_t seed_, stream_, block_ = UINT64_MAX;
  std::array<uint32_t, 4> words_{};
};

bool draws_with_replacement(Descent descent) {
  return descent == Descent::sgd || descent == Descent::minibatch;
}

template <size_t kBytes>
void copy_rows(const std::byte* source, std::span<const int64_t> rows, std::byte* out) {
  for (int64_t row : rows) {
    std::memcpy(out, source + static_cast<size_t>(row) * kBytes, kBytes);
    out += kBytes;
  }
}

}  // namespace

std::string_view to_string(Descent descent) {
  switch (descent) {
    case Descent::batch:
      return "batch";
    case Descent::sgd:
      return "sgd";
    case Descent::sgd_shuffle:
      return "sgd-shuffle";
    case Descent::minibatch:
      return "minibatch";
    case Descent::minibatch_shuffle:
      return "minibatch-shuffle";
  }
  return "?";
}

Descent parse_descent(std::string_view text) {
  std::string choices;
  for (Descent descent : kDescents) {
    if (text == to_string(descent)) return descent;
    choices += (choices.empty() ? "" : ", ") + std::string(to_string(descent));
  }
  fail("[descent] unknown algorithm \"{}\"; expected one of {}", text, choices);
}

Batches::Batches(Descent descent, int64_t rows, int64_t batch_size, uint64_t seed)
    : descent_(descent), rows_(rows), batch_size_(1), steps_(1), seed_(seed) {
  if (rows < 1) fail("[batches] no rows to learn from");
  const bool minibatch = descent == Descent::minibatch || descent == Descent::minibatch_shuffle;
  if (minibatch && batch_size < 1) fail("[batches] batch size is {}; expected at least 1", batch_size);
  if (minibatch && batch_size > rows)
    fail("[batches] batch size {} is larger than the data: {} training rows", batch_size, rows);
  if (descent == Descent::batch) batch_size_ = rows;
  if (minibatch) batch_size_ = batch_size;
  steps_ = (rows + batch_size_ - 1) / batch_size_;
  order_.resize(static_cast<size_t>(draws_with_replacement(descent) ? steps_ * batch_size_ : rows));
  start_epoch(0);
}

void Batches::start_epoch(int64_t epoch) {
  if (epoch < 0) fail("[batches] epoch is {}; expected 0 or more", epoch);
  const uint64_t stream = kEpochStream + static_cast<uint64_t>(epoch);
  if (draws_with_replacement(descent_)) return draw(stream);
  std::iota(order_.begin(), order_.end(), int64_t{0});
  if (descent_ != Descent::batch) shuffle(stream);
}

/// Fisher–Yates: every order equally likely.
void Batches::shuffle(uint64_t stream) {
  Draws draws(seed_, stream);
  for (size_t i = order_.size() - 1; i > 0; --i) std::swap(order_[i], order_[draws.below(i + 1, i)]);
}

void Batches::draw(uint64_t stream) {
  Draws draws(seed_, stream);
  for (size_t i = 0; i < order_.size(); ++i)
    order_[i] = static_cast<int64_t>(draws.below(static_cast<uint64_t>(rows_), i));
}

std::span<const int64_t> Batches::step(int64_t t) const {
  if (t < 0 || t >= steps_) fail("[batches] step {} is out of range; an epoch has {} steps", t, steps_);
  const size_t start = static_cast<size_t>(t * batch_size_), size = static_cast<size_t>(batch_size_);
  return std::span<const int64_t>(order_).subspan(start, std::min(size, order_.size() - start));
}

bool are_consecutive(std::span<const int64_t> rows) {
  for (size_t i = 1; i < rows.size(); ++i)
    if (rows[i] != rows[i - 1] + 1) return false;
  return true;
}

void gather_rows(const std::byte* source, size_t row_bytes, std::span<const int64_t> rows, std::byte* out,
                 Threads* threads) {
  if (threads != nullptr && rows.size() * row_bytes >= kWorthThreads) {
    const size_t step = std::max<size_t>(1, kWorthThreads / 4 / row_bytes);
    return for_each_tile(
        threads, static_cast<int64_t>((rows.size() + step - 1) / step), [&](int64_t tile, int) {
          const size_t first = static_cast<size_t>(tile) * step;
          gather_rows(source, row_bytes, rows.subspan(first, std::min(step, rows.size() - first)),
                      out + first * row_bytes);
        });
  }
  // A copy of known size is a move or two; of unknown size, a function call per row.
  switch (row_bytes) {
    case 0:
      return;
    case 4:
      return copy_rows<4>(source, rows, out);
    case 8:
      return copy_rows<8>(source, rows, out);
    case 12:
      return copy_rows<12>(source, rows, out);
    case 16:
      return copy_rows<16>(source, rows, out);
    case 32:
      return copy_rows<32>(source, rows, out);
    case 64:
      return copy_rows<64>(source, rows, out);
    default:
      break;
  }
  // The next row comes from anywhere in memory: it is asked for while this one is copied.
  const auto row_at = [&](size_t i) { return source + static_cast<size_t>(rows[i]) * row_bytes; };
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 < rows.size())
      for (size_t byte = 0; byte < row_bytes; byte += kAlignment) __builtin_prefetch(row_at(i + 1) + byte);
    std::memcpy(out + i * row_bytes, row_at(i), row_bytes);
  }
}

void gather_rows(const Tensor& source, std::span<const int64_t> rows, Tensor& out) {
  const Shape &from = source.shape(), &to = out.shape();
  if (from.rank() < 1 || to.rank() != from.rank() || to.dtype() != from.dtype() ||
      to[0] != static_cast<int64_t>(rows.size()) ||
      !std::ranges::equal(from.dims().subspan(1), to.dims().subspan(1)))
    fail("[gather_rows] cannot take {} rows of {} into {}", rows.size(), to_string(from), to_string(to));
  const size_t row_bytes = static_cast<size_t>(from.product(1, from.rank()) * size_of(from.dtype()));
  gather_rows(source.bytes(), row_bytes, rows, out.bytes());
}

Tensor gather_rows(const Tensor& source, std::span<const int64_t> rows) {
  if (source.shape().rank() < 1) fail("[gather_rows] a scalar has no rows");
  std::vector<int64_t> dims(source.shape().dims().begin(), source.shape().dims().end());
  dims[0] = static_cast<int64_t>(rows.size());
  Tensor out(Shape(dims, source.dtype()));
  gather_rows(source, rows, out);
  return out;
}

}  // namespace kette::data
