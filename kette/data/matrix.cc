#include "kette/data/matrix.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/batches.h"
#include "kette/kernels/divide_bytes.h"

namespace kette::data {
namespace {

constexpr int64_t kWorthUnpacking = 1 << 15;  // numbers that are worth all threads: about 10 µs
constexpr int64_t kRowsAhead = 2;             // asked for, as they come from anywhere in memory
constexpr int64_t kWord = 8;                  // codes that are loaded at once

uint64_t word_at(const uint8_t* codes) {
  uint64_t word = 0;
  std::memcpy(&word, codes, sizeof word);
  return word;
}

/// Numbers of one row; all columns agree on what a code means.
void unpack_alike(const uint8_t* codes, int64_t columns, const float* meaning, float* to) {
  int64_t j = 0;
  for (; j + kWord <= columns; j += kWord) {
    const uint64_t word = word_at(codes + j);
    for (int64_t i = 0; i < kWord; ++i) to[j + i] = meaning[word >> (8 * i) & 0xFF];
  }
  for (; j < columns; ++j) to[j] = meaning[codes[j]];
}

/// Numbers of one row. Runs of the code 0, the background of images, are copied.
void unpack_each(const uint8_t* codes, int64_t columns, const float* meaning, float* to) {
  int64_t j = 0;
  for (; j + kWord <= columns; j += kWord) {
    if (word_at(codes + j) == 0)
      std::memcpy(to + j, meaning + j, kWord * sizeof(float));
    else
      for (int64_t i = j; i < j + kWord; ++i) to[i] = meaning[codes[i] * columns + i];
  }
  for (; j < columns; ++j) to[j] = meaning[codes[j] * columns + j];
}

/// f32 [256, 1] where all columns agree.
Tensor narrowed(Tensor meaning) {
  const int64_t columns = meaning.shape()[1];
  const std::span<const float> values = std::as_const(meaning).values<float>();
  const auto bits = [](const float& v) { return std::bit_cast<uint32_t>(v); };
  Tensor first(Shape({Matrix::kCodes, 1}));
  for (int64_t code = 0; code < Matrix::kCodes; ++code) {
    const auto row = values.subspan(static_cast<size_t>(code * columns), static_cast<size_t>(columns));
    if (std::ranges::any_of(row, [&](const float& v) { return bits(v) != bits(row[0]); })) return meaning;
    first.values<float>()[static_cast<size_t>(code)] = row[0];
  }
  return first;
}

/// What all codes divided by give what they mean; 0 where there is nothing of the kind.
float divisor_of(const Tensor& meaning) {
  const std::span<const float> values = meaning.values<float>();
  if (meaning.shape()[1] != 1 || !(values.back() > 0)) return 0;
  constexpr float kLast = Matrix::kCodes - 1;
  const float divisor = kLast / values.back();
  std::vector<uint8_t> codes(values.size());
  std::iota(codes.begin(), codes.end(), uint8_t{0});
  std::vector<float> quotients(values.size());
  kernels::divide_bytes(codes.data(), Matrix::kCodes, divisor, quotients.data());
  return std::memcmp(quotients.data(), values.data(), values.size_bytes()) == 0 ? divisor : 0;
}

}  // namespace

Matrix::Matrix(int64_t rows, Codes codes, Tensor meaning)
    : shape_({rows, meaning.shape()[1]}), codes_(std::move(codes)) {
  if (meaning.shape() != Shape({kCodes, shape_[1]}) || shape_[1] == 0)
    fail("[matrix] the meaning of codes is {}; expected f32[{},C] for C columns", to_string(meaning.shape()),
         kCodes);
  meaning_ = narrowed(std::move(meaning));
  divisor_ = divisor_of(meaning_);
}

Tensor& Matrix::dense() {
  if (is_packed()) fail("[matrix] the rows are packed; they can be read only");
  return dense_;
}

Tensor Matrix::unpacked() const {
  if (!is_packed()) return dense_;
  Tensor all(shape_);
  copy(0, shape_[0], all.values<float>().data());
  return all;
}

Tensor Matrix::meaning() const {
  if (!is_packed()) fail("[matrix] the rows are not packed");
  if (stride() == shape_[1]) return meaning_;
  Tensor all(Shape({kCodes, shape_[1]}));
  float* to = all.values<float>().data();
  for (const float number : meaning_.values<float>()) to = std::fill_n(to, shape_[1], number);
  return all;
}

template <class RowAt>
void Matrix::unpack(int64_t count, const RowAt& row_at, float* to, Threads* threads) const {
  const int64_t columns = shape_[1];
  const float* meaning = meaning_.values<float>().data();
  const auto codes_of = [&](int64_t i) { return codes_.get() + row_at(i) * columns; };
  const auto some = [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      if (i + kRowsAhead < last)
        for (int64_t byte = 0; byte < columns; byte += static_cast<int64_t>(kAlignment))
          __builtin_prefetch(codes_of(i + kRowsAhead) + byte);
      if (divisor_ > 0)
        kernels::divide_bytes(codes_of(i), columns, divisor_, to + i * columns);
      else
        (stride() == 1 ? unpack_alike : unpack_each)(codes_of(i), columns, meaning, to + i * columns);
    }
  };
  if (threads == nullptr || count * columns < kWorthUnpacking) return some(0, count);
  const int64_t step = std::max<int64_t>(1, kWorthUnpacking / 4 / columns);
  for_each_tile(threads, (count + step - 1) / step,
                [&](int64_t tile, int) { some(tile * step, std::min(count, (tile + 1) * step)); });
}

void Matrix::copy(std::span<const int64_t> rows, float* to, Threads* threads) const {
  if (is_packed())
    unpack(
        std::ssize(rows), [&](int64_t i) { return rows[static_cast<size_t>(i)]; }, to, threads);
  else
    gather_rows(dense_.bytes(), static_cast<size_t>(shape_.row_bytes()), rows,
                reinterpret_cast<std::byte*>(to), threads);
}

void Matrix::copy(int64_t first, int64_t count, float* to) const {
  if (is_packed())
    unpack(
        count, [&](int64_t i) { return first + i; }, to, nullptr);
  else
    std::copy_n(dense_.values<float>().data() + first * shape_[1], count * shape_[1], to);
}

const float* Matrix::read(std::span<const int64_t> rows, float* buffer, Threads* threads) const {
  if (!is_packed() && are_consecutive(rows))
    return read(rows.empty() ? 0 : rows[0], std::ssize(rows), buffer);
  copy(rows, buffer, threads);
  return buffer;
}

const float* Matrix::read(int64_t first, int64_t count, float* buffer) const {
  if (!is_packed()) return dense_.values<float>().data() + first * shape_[1];
  copy(first, count, buffer);
  return buffer;
}

bool operator==(const Matrix& a, const Matrix& b) {
  if (a.shape_ != b.shape_) return false;
  if (!a.is_packed() && !b.is_packed()) return a.dense_ == b.dense_;
  for (int64_t row = 0; row < a.shape_[0]; ++row)
    for (int64_t column = 0; column < a.shape_[1]; ++column)
      if (std::bit_cast<uint32_t>(a.at(row, column)) != std::bit_cast<uint32_t>(b.at(row, column)))
        return false;
  return true;
}

Matrix gather_rows(const Matrix& source, std::span<const int64_t> rows) {
  if (!source.is_packed()) return gather_rows(source.dense(), rows);
  const auto columns = static_cast<size_t>(source.shape()[1]);
  auto codes = std::make_shared_for_overwrite<uint8_t[]>(rows.size() * columns);
  gather_rows(reinterpret_cast<const std::byte*>(source.codes().get()), columns, rows,
              reinterpret_cast<std::byte*>(codes.get()));
  return {std::ssize(rows), std::move(codes), source.meaning()};
}

}  // namespace kette::data
