#include "kette/ops/reduction_kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kette/ops/row_tiles.h"

namespace kette {
namespace {

template <class T>
class ReductionKernel final : public Kernel {
 public:
  ReductionKernel(Reduction kind, Blocks blocks)
      : kind_(kind), blocks_(blocks), tiles_(blocks.outer, blocks.axis * blocks.inner * static_cast<int64_t>(sizeof(T))) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i) {
      const T* x = static_cast<const T*>(in[0]) + i * blocks_.axis * blocks_.inner;
      T* y = static_cast<T*>(out) + i * blocks_.inner;
      std::fill_n(y, blocks_.inner, kind_ == Reduction::max ? -std::numeric_limits<T>::infinity() : T{0});
      for (int64_t j = 0; j < blocks_.axis; ++j)
        for (int64_t k = 0; k < blocks_.inner; ++k) {
          const T v = x[j * blocks_.inner + k];
          if (kind_ == Reduction::max) y[k] = std::isnan(y[k]) || y[k] >= v ? y[k] : v;
          else y[k] += v;
        }
      if (kind_ == Reduction::mean)
        for (int64_t k = 0; k < blocks_.inner; ++k) y[k] /= static_cast<T>(blocks_.axis);
    }
  }

 private:
  Reduction kind_;
  Blocks blocks_;
  RowTiles tiles_;
};

template <class T>
class SoftmaxKernel final : public Kernel {
 public:
  SoftmaxKernel(Softmax kind, Blocks blocks)
      : kind_(kind), blocks_(blocks), tiles_(blocks.outer, blocks.axis * blocks.inner * static_cast<int64_t>(sizeof(T))) {}
  int64_t tiles() const override { return tiles_.count(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const auto [outer, axis, inner] = blocks_;
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i)
      for (int64_t k = 0; k < inner; ++k) {
        const T* x = static_cast<const T*>(in[0]) + i * axis * inner + k;
        T* y = static_cast<T*>(out) + i * inner * (kind_ == Softmax::logsumexp ? 1 : axis) + k;
        T largest = -std::numeric_limits<T>::infinity(), sum = 0;
        for (int64_t j = 0; j < axis; ++j) largest = std::max(largest, x[j * inner]);
        for (int64_t j = 0; j < axis; ++j) sum += std::exp(x[j * inner] - largest);
        if (kind_ == Softmax::logsumexp) y[0] = largest + std::log(sum);
        else
          for (int64_t j = 0; j < axis; ++j)
            y[j * inner] = kind_ == Softmax::softmax ? std::exp(x[j * inner] - largest) / sum
                                                     : x[j * inner] - largest - std::log(sum);
      }
  }

 private:
  Softmax kind_;
  Blocks blocks_;
  RowTiles tiles_;
};

}  // namespace

std::unique_ptr<Kernel> reduction_kernel(Reduction kind, DType dtype, Blocks blocks) {
  if (dtype == DType::f32) return std::make_unique<ReductionKernel<float>>(kind, blocks);
  return std::make_unique<ReductionKernel<double>>(kind, blocks);
}

std::unique_ptr<Kernel> softmax_kernel(Softmax kind, DType dtype, Blocks blocks) {
  if (dtype == DType::f32) return std::make_unique<SoftmaxKernel<float>>(kind, blocks);
  return std::make_unique<SoftmaxKernel<double>>(kind, blocks);
}

}  // namespace kette
