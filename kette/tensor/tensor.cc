#include "kette/tensor/tensor.h"

#include <cmath>
#include <cstring>
#include <new>

namespace kette {

void AlignedFree::operator()(std::byte* pointer) const {
  ::operator delete[](pointer, std::align_val_t{kAlignment});
}

AlignedBuffer allocate_aligned(size_t bytes) {
  const size_t padded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  auto* pointer =
      static_cast<std::byte*>(::operator new[](padded, std::align_val_t{kAlignment}, std::nothrow));
  if (!pointer) fail("[memory] {} bytes are not available", bytes);
  std::memset(pointer, 0, padded);
  return AlignedBuffer(pointer);
}

Tensor::Tensor(const Tensor& other) : Tensor(other.shape_) {
  if (other.data_) std::memcpy(bytes(), other.bytes(), static_cast<size_t>(shape_.bytes()));
}

double Tensor::at(int64_t i) const {
  switch (dtype()) {
    case DType::f32:
      return values<float>()[static_cast<size_t>(i)];
    case DType::f64:
      return values<double>()[static_cast<size_t>(i)];
    case DType::i64:
      return static_cast<double>(values<int64_t>()[static_cast<size_t>(i)]);
  }
  return 0;
}

void Tensor::set(int64_t i, double value) {
  switch (dtype()) {
    case DType::f32:
      values<float>()[static_cast<size_t>(i)] = static_cast<float>(value);
      break;
    case DType::f64:
      values<double>()[static_cast<size_t>(i)] = value;
      break;
    case DType::i64: {
      const double rounded = std::nearbyint(value);
      if (!(rounded >= -0x1p63 && rounded < 0x1p63)) fail("[tensor] {} is not a 64-bit whole number", value);
      values<int64_t>()[static_cast<size_t>(i)] = static_cast<int64_t>(rounded);
      break;
    }
  }
}

Tensor Tensor::reshaped(const Shape& shape) const {
  if (shape.size() != size() || shape.dtype() != dtype())
    fail("[tensor] cannot view {} as {}", to_string(shape_), to_string(shape));
  Tensor result(shape);
  std::memcpy(result.bytes(), bytes(), static_cast<size_t>(shape.bytes()));
  return result;
}

bool operator==(const Tensor& a, const Tensor& b) {
  return a.shape_ == b.shape_ &&
         (a.size() == 0 || std::memcmp(a.bytes(), b.bytes(), static_cast<size_t>(a.shape_.bytes())) == 0);
}

}  // namespace kette
