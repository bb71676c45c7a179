// Dims and element type of a tensor.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace kette {

enum class DType : uint8_t { f32, f64, i64 };

/// Bytes of one element: 4, 8, 8.
constexpr int64_t size_of(DType dtype) { return dtype == DType::f32 ? 4 : 8; }
constexpr bool is_float(DType dtype) { return dtype != DType::i64; }
std::string_view to_string(DType dtype);
/// "f32", "f64" or "i64"; throws Error otherwise.
DType parse_dtype(std::string_view text);

/// The symbolic batch size `N`, allowed as the first dim only; bound when a program runs.
inline constexpr int64_t kBatch = -1;
inline constexpr int kMaxRank = 8;

/// A value type. Rank 0 is a scalar. `Shape({kBatch, 10})` prints as `f32[N,10]`.
class Shape {
 public:
  Shape() = default;
  /// Throws Error when a dim is negative (other than a leading kBatch), the rank exceeds kMaxRank, or the
  /// number of elements overflows.
  Shape(std::span<const int64_t> dims, DType dtype = DType::f32);
  Shape(std::initializer_list<int64_t> dims, DType dtype = DType::f32)
      : Shape(std::span<const int64_t>(dims.begin(), dims.size()), dtype) {}

  DType dtype() const { return dtype_; }
  int rank() const { return rank_; }
  /// axis in [0, rank).
  int64_t operator[](int axis) const { return dims_[static_cast<size_t>(axis)]; }
  std::span<const int64_t> dims() const { return {dims_.data(), static_cast<size_t>(rank_)}; }
  bool has_batch() const { return rank_ > 0 && dims_[0] == kBatch; }

  /// The same dims with another element type.
  Shape as(DType dtype) const;
  /// The shape with N = `batch` ≥ 0; throws Error as the constructor does.
  Shape bind(int64_t batch) const;
  /// Number of elements; the shape must not hold N.
  int64_t size() const;
  int64_t bytes() const { return size() * size_of(dtype_); }
  /// Bytes of one row: of everything behind the first dim, which may be N.
  int64_t row_bytes() const { return product(1, rank_) * size_of(dtype_); }
  /// Product of dims in [first, last), N bound to `batch`.
  int64_t product(int first, int last, int64_t batch = 1) const;
  bool same_dims(const Shape& other) const;

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
  DType dtype_ = DType::f32;
};

/// "f32[N,10]"; a scalar is "f32[]".
std::string to_string(const Shape& shape);
/// "[N,10]", for messages.
std::string dims_to_string(const Shape& shape);
/// Reads to_string's form; throws Error.
Shape parse_shape(std::string_view text);

/// Maps a possibly negative axis to [0, rank); throws Error naming `op`.
int resolve_axis(std::string_view op, int64_t axis, int rank);

}  // namespace kette
