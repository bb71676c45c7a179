#include "kette/kernels/matmul.h"

namespace kette::kernels {
namespace {

template <class T>
void run_plain(const MatmulPlan::Geometry& g, const MatmulCall& call, int64_t tile) {
  (void)tile;
  const T* a = static_cast<const T*>(call.a);
  const T* b = static_cast<const T*>(call.b);
  const T* bias = static_cast<const T*>(call.bias);
  T* c = static_cast<T*>(call.c);
  for (int64_t m = 0; m < g.m; ++m) {
    for (int64_t n = 0; n < g.n; ++n) {
      T sum = 0;
      for (int64_t k = 0; k < g.k; ++k) sum += a[m * call.a_row + k * call.a_col] * b[k * call.b_row + n * call.b_col];
      c[m * call.c_row + n] = sum + (bias ? bias[n] : T{0});
    }
  }
}

}  // namespace

MatmulPlan::MatmulPlan(DType dtype, int64_t m, int64_t n, int64_t k, bool a_transposed, bool b_transposed)
    : geometry_{m, n, k, m, n, m > 0 && n > 0 ? 1 : 0, m > 0 && n > 0 ? 1 : 0, a_transposed, b_transposed},
      run_(dtype == DType::f32 ? run_plain<float> : run_plain<double>),
      workspace_bytes_(0) {}

}  // namespace kette::kernels
