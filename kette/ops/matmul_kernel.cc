#include "kette/ops/matmul_kernel.h"

namespace kette {
namespace {

kernels::MatmulPlan plan_for(const KernelSpec& spec) {
  const Shape& a = spec.inputs[0];
  const bool ta = spec.attributes.integer("transpose_a") != 0,
             tb = spec.attributes.integer("transpose_b") != 0;
  return {a.dtype(), spec.output[0], spec.output[1], a[ta ? 0 : 1], ta, tb};
}

}  // namespace

MatmulKernel::MatmulKernel(const KernelSpec& spec)
    : plan_(plan_for(spec)), columns_(spec.output[1]), dtype_(spec.output.dtype()) {
  const bool ta = spec.attributes.integer("transpose_a") != 0,
             tb = spec.attributes.integer("transpose_b") != 0;
  const int64_t a_columns = spec.inputs[0][1], b_columns = spec.inputs[1][1];
  strides_.a_row = ta ? 1 : a_columns;
  strides_.a_col = ta ? a_columns : 1;
  strides_.b_row = tb ? 1 : b_columns;
  strides_.b_col = tb ? b_columns : 1;
  strides_.c_row = columns_;
  has_row_ = spec.inputs.size() == 3;
  flops_ = 2.0 * static_cast<double>(spec.output.size()) * static_cast<double>(spec.inputs[0][ta ? 0 : 1]);
}

void MatmulKernel::run(const void* const* in, void* out, int64_t tile, void* workspace) const {
  kernels::MatmulCall call = strides_;
  call.a = in[0];
  call.b = in[1];
  call.bias = has_row_ ? in[2] : nullptr;
  const kernels::MatmulTile region = plan_.tile(tile);
  call.c = static_cast<std::byte*>(out) + (region.row_begin * columns_ + region.col_begin) * size_of(dtype_);
  call.workspace = workspace;
  plan_.run(call, tile);
}

}  // namespace kette
