// The rows of numbers that a network learns from, as narrow as they come.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kette/base/threads.h"
#include "kette/tensor/tensor.h"

namespace kette::data {

/// f32 [rows, columns], either dense or packed: a code of one byte for each number, and what the codes mean.
/// Rows of images are read in any order at every step of descent, and a quarter of the memory is read in less
/// than half the time. Copies of packed rows share the codes.
class Matrix {
 public:
  static constexpr int64_t kCodes = 256;
  using Codes = std::shared_ptr<const uint8_t[]>;

  /// f32[0].
  Matrix() = default;
  Matrix(Tensor dense) : shape_(dense.shape()), dense_(std::move(dense)) {}
  /// `codes` [rows, columns]; `meaning` f32 [256, columns], the number that each code stands for.
  Matrix(int64_t rows, Codes codes, Tensor meaning);

  const Shape& shape() const { return shape_; }
  int64_t size() const { return shape_.size(); }
  bool is_packed() const { return codes_ != nullptr; }
  /// Throw Error when the matrix is packed.
  Tensor& dense();
  const Tensor& dense() const { return const_cast<Matrix*>(this)->dense(); }
  /// The numbers, packed or not.
  Tensor unpacked() const;
  /// Of a packed matrix.
  const Codes& codes() const { return codes_; }
  /// f32 [256, columns], of a packed matrix.
  Tensor meaning() const;

  float at(int64_t row, int64_t column) const {
    const size_t place = static_cast<size_t>(row * shape_[1] + column);
    if (!is_packed()) return dense_.values<float>()[place];
    return meaning_.values<float>()[static_cast<size_t>(codes_[place] * stride() + column * (stride() > 1))];
  }
  /// Writes the given rows as numbers, one behind the other, to `to`. On all `threads` where there is much to
  /// do. Allocates nothing, as the functions below.
  void copy(std::span<const int64_t> rows, float* to, Threads* threads = nullptr) const;
  /// `count` rows from `first` on.
  void copy(int64_t first, int64_t count, float* to) const;
  /// The same, but where the rows lie as numbers one behind the other, that is where they are read; else
  /// `buffer`, after copying.
  const float* read(std::span<const int64_t> rows, float* buffer, Threads* threads = nullptr) const;
  const float* read(int64_t first, int64_t count, float* buffer) const;

  /// Bitwise, of the numbers.
  friend bool operator==(const Matrix& a, const Matrix& b);

 private:
  // From the meaning of a code to that of the next: 1 where all columns agree on it.
  int64_t stride() const { return meaning_.shape()[1]; }
  template <class RowAt>
  void unpack(int64_t count, const RowAt& row_at, float* to, Threads* threads) const;

  Shape shape_{std::initializer_list<int64_t>{0}};
  Tensor dense_, meaning_;
  Codes codes_;
  float divisor_ = 0;  // if not 0, codes divided by it give the numbers: faster than looking them up
};

/// The given rows, packed if `source` is; `rows` must lie in [0, N).
Matrix gather_rows(const Matrix& source, std::span<const int64_t> rows);

}  // namespace kette::data
