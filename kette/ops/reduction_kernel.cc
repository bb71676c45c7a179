#include "kette/ops/reduction_kernel.h"

namespace kette {
namespace {

class ReductionKernel final : public Kernel {
 public:
  ReductionKernel(kernels::Reduction kind, DType dtype, Blocks b)
      : plan_(kind, dtype, b.outer, b.axis, b.inner) {}
  int64_t tiles() const override { return plan_.tiles(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    plan_.run(in[0], out, tile);
  }

 private:
  kernels::ReducePlan plan_;
};

/// The sum, divided while it is in cache.
template <class T>
class MeanKernel final : public Kernel {
 public:
  MeanKernel(DType dtype, Blocks b)
      : plan_(kernels::Reduction::sum, dtype, b.outer, b.axis, b.inner),
        inner_(b.inner),
        count_(static_cast<T>(b.axis)) {}
  int64_t tiles() const override { return plan_.tiles(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    plan_.run(in[0], out, tile);
    const auto region = plan_.grid().tile(tile);
    for (int64_t i = region.outer_begin; i < region.outer_end; ++i) {
      T* y = static_cast<T*>(out) + i * inner_;
      for (int64_t k = region.inner_begin; k < region.inner_end; ++k) y[k] /= count_;
    }
  }

 private:
  kernels::ReducePlan plan_;
  int64_t inner_;
  T count_;
};

class SoftmaxKernel final : public Kernel {
 public:
  SoftmaxKernel(kernels::SoftmaxKind kind, DType dtype, Blocks b)
      : plan_(kind, dtype, b.outer, b.axis, b.inner) {}
  int64_t tiles() const override { return plan_.tiles(); }
  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    plan_.run(in[0], out, tile);
  }

 private:
  kernels::SoftmaxPlan plan_;
};

}  // namespace

std::unique_ptr<Kernel> reduction_kernel(kernels::Reduction kind, DType dtype, Blocks blocks) {
  return std::make_unique<ReductionKernel>(kind, dtype, blocks);
}

std::unique_ptr<Kernel> mean_kernel(DType dtype, Blocks blocks) {
  if (dtype == DType::f32) return std::make_unique<MeanKernel<float>>(dtype, blocks);
  return std::make_unique<MeanKernel<double>>(dtype, blocks);
}

std::unique_ptr<Kernel> softmax_kernel(kernels::SoftmaxKind kind, DType dtype, Blocks blocks) {
  return std::make_unique<SoftmaxKernel>(kind, dtype, blocks);
}

}  // namespace kette
