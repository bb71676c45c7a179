// An aligned buffer with a concrete shape.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "kette/base/error.h"
#include "kette/tensor/shape.h"

namespace kette {

inline constexpr size_t kAlignment = 64;  // one cache line, one AVX-512 vector

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else {
    static_assert(std::is_same_v<T, int64_t>, "float, double or int64_t");
    return DType::i64;
  }
}

struct AlignedFree {
  void operator()(std::byte* pointer) const;
};
/// Zeroed memory at a multiple of kAlignment; throws Error when there is not enough.
using AlignedBuffer = std::unique_ptr<std::byte[], AlignedFree>;
AlignedBuffer allocate_aligned(size_t bytes);

/// A value type: copies copy the elements (row-major, dense).
class Tensor {
 public:
  /// f32[0].
  Tensor() = default;
  /// All zero. `shape` must not hold N.
  explicit Tensor(const Shape& shape)
      : shape_(shape), data_(allocate_aligned(static_cast<size_t>(shape.bytes()))) {}
  /// `values.size()` must be the shape's size.
  template <class T>
  Tensor(const Shape& shape, std::span<const T> values) {
    if (static_cast<int64_t>(values.size()) != shape.size())
      fail("[tensor] {} values for shape {}", values.size(), to_string(shape));
    *this = Tensor(shape);
    std::copy(values.begin(), values.end(), this->values<T>().begin());
  }
  template <class T>
  Tensor(const Shape& shape, std::initializer_list<T> values)
      : Tensor(shape, std::span<const T>(values.begin(), values.size())) {}
  Tensor(const Tensor& other);
  /// Leaves `other` as default-constructed.
  Tensor(Tensor&& other) noexcept : Tensor() { swap(other); }
  Tensor& operator=(Tensor other) noexcept {
    swap(other);
    return *this;
  }
  void swap(Tensor& other) noexcept {
    std::swap(shape_, other.shape_);
    std::swap(data_, other.data_);
  }

  const Shape& shape() const { return shape_; }
  DType dtype() const { return shape_.dtype(); }
  int64_t size() const { return shape_.size(); }
  std::byte* bytes() { return data_.get(); }
  const std::byte* bytes() const { return data_.get(); }

  /// The elements; throws Error when T is not the tensor's element type.
  template <class T>
  std::span<T> values() {
    check(dtype_of<T>());
    return {reinterpret_cast<T*>(data_.get()), static_cast<size_t>(size())};
  }
  template <class T>
  std::span<const T> values() const {
    check(dtype_of<T>());
    return {reinterpret_cast<const T*>(data_.get()), static_cast<size_t>(size())};
  }

  /// Element `i` as a double, whatever the element type.
  double at(int64_t i) const;
  /// Sets element `i`, rounded to the nearest of the element type; throws Error when i64 cannot hold it.
  void set(int64_t i, double value);
  /// The same elements with other dims; the size must not change.
  Tensor reshaped(const Shape& shape) const;
  /// Bitwise equality of shape and elements.
  friend bool operator==(const Tensor& a, const Tensor& b);

 private:
  void check(DType asked) const {
    if (asked != dtype()) fail("[tensor] elements are {}, not {}", to_string(dtype()), to_string(asked));
  }
  Shape shape_{std::initializer_list<int64_t>{0}};
  AlignedBuffer data_;
};

}  // namespace kette
