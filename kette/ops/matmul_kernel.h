// The matrix product as a kernel whose tiles a compiler can follow with element-wise work while they are in
// cache.
#pragma once

#include "kette/graph/kernel.h"
#include "kette/kernels/matmul.h"

namespace kette {

class MatmulKernel : public Kernel {
 public:
  explicit MatmulKernel(const KernelSpec& spec);
  size_t workspace_bytes() const override { return plan_.workspace_bytes(); }
  int64_t tiles() const override { return plan_.tiles(); }
  void run(const void* const* in, void* out, int64_t tile, void* workspace) const override;

  const kernels::MatmulPlan& plan() const { return plan_; }
  /// Everything of a call but the addresses.
  kernels::MatmulCall strides() const { return strides_; }
  int64_t columns() const { return columns_; }
  /// Multiplications and additions of the whole product.
  double flops() const { return flops_; }
  DType dtype() const { return dtype_; }

 private:
  kernels::MatmulPlan plan_;
  kernels::MatmulCall strides_{};
  int64_t columns_;
  double flops_;
  DType dtype_;
  bool has_row_ = false;
};

}  // namespace kette
