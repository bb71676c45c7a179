// Our matrix product against oneDNN's, single thread, on the products of the benchmark's training steps:
//
//   OMP_NUM_THREADS=1 bench_matmul_rate [FIRST [LAST [f64]]]
//
// Each line: the product (t marks an operand that is stored transposed), both rates in GFLOP/s (best of
// several runs that alternate), the ratio, and our time.
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <random>
#include <vector>

#include "kette/kernels/matmul.h"

namespace {

using kette::kernels::MatmulCall;
using kette::kernels::MatmulPlan;
using kette::kernels::MatmulTile;

struct Product {
  int64_t m, n, k;
  bool a_transposed, b_transposed;
};

constexpr Product kProducts[] = {
    // 784-1024-1024-10, batch 256
    {256, 1024, 784, false, false},
    {256, 1024, 1024, false, false},
    {256, 10, 1024, false, false},
    {784, 1024, 256, true, false},
    {1024, 1024, 256, true, false},
    {1024, 10, 256, true, false},
    {256, 1024, 1024, false, true},
    {256, 1024, 10, false, true},
    // 784-128-10, batch 256
    {256, 128, 717, false, false},
    {717, 128, 256, true, false},
    // 784-128-10, batch 128, with and without the pixels that never change
    {128, 128, 717, false, false},
    {717, 128, 128, true, false},
    {128, 128, 784, false, false},
    {784, 128, 128, true, false},
    // 784-128-10, batch 64 and 1
    {64, 128, 784, false, false},
    {784, 128, 64, true, false},
    {64, 10, 128, false, false},
    {64, 128, 10, false, true},
    {128, 10, 64, true, false},
    {1, 128, 784, false, false},
    {784, 128, 1, true, false},
    {1, 10, 128, false, false},
    {1, 128, 10, false, true},
    {128, 10, 1, true, false},
    // 8-64-64-1, batch 32
    {32, 64, 8, false, false},
    {32, 64, 64, false, false},
    {32, 1, 64, false, false},
    {8, 64, 32, true, false},
    {64, 64, 32, true, false},
    {64, 1, 32, true, false},
    {32, 64, 1, false, true},
    {32, 64, 64, false, true},
    // 4-16-3, batch 16
    {16, 16, 4, false, false},
    {16, 3, 16, false, false},
    {16, 3, 16, true, false},
    {16, 16, 3, false, true},
    {4, 16, 16, true, false},
    // 3-4-1, batch 1
    {1, 4, 3, false, false},
    {1, 1, 4, false, false},
    {4, 1, 1, true, false},
    {1, 4, 1, false, true},
    {3, 4, 1, true, false},
};

// Time of this thread on the processor, so that other programs on the machine do not count.
double now() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

template <class Body>
double seconds(int64_t repeats, Body body) {
  const double start = now();
  for (int64_t i = 0; i < repeats; ++i) body();
  return (now() - start) / static_cast<double>(repeats);
}

struct Aligned {
  explicit Aligned(size_t bytes) : data(std::aligned_alloc(64, (bytes + 127) / 64 * 64)) {}
  ~Aligned() { std::free(data); }
  void* data;
};

template <class T>
void compare(const Product& p) {
  std::mt19937 random(7);
  std::uniform_real_distribution<T> uniform(-1, 1);
  Aligned a_memory(sizeof(T) * p.m * p.k), b_memory(sizeof(T) * p.n * p.k), c_memory(sizeof(T) * p.m * p.n),
      reference_memory(sizeof(T) * p.m * p.n);
  T* a = static_cast<T*>(a_memory.data);
  T* b = static_cast<T*>(b_memory.data);
  T* c = static_cast<T*>(c_memory.data);
  T* reference = static_cast<T*>(reference_memory.data);
  for (int64_t i = 0; i < p.m * p.k; ++i) a[i] = uniform(random);
  for (int64_t i = 0; i < p.n * p.k; ++i) b[i] = uniform(random);

  const auto dtype = sizeof(T) == 4 ? kette::DType::f32 : kette::DType::f64;
  const MatmulPlan plan(dtype, p.m, p.n, p.k, p.a_transposed, p.b_transposed);
  Aligned workspace(plan.workspace_bytes());
  MatmulCall call{.a = a,
                  .a_row = p.a_transposed ? 1 : p.k,
                  .a_col = p.a_transposed ? p.m : 1,
                  .b = b,
                  .b_row = p.b_transposed ? 1 : p.n,
                  .b_col = p.b_transposed ? p.k : 1,
                  .bias = nullptr,
                  .c = c,
                  .c_row = p.n,
                  .c_padded = false,
                  .minuend = nullptr,
                  .minuend_row = 0,
                  .scale = nullptr,
                  .workspace = workspace.data};
  const auto ours = [&] {
    for (int64_t t = 0; t < plan.tiles(); ++t) {
      const MatmulTile tile = plan.tile(t);
      call.c = c + tile.row_begin * p.n + tile.col_begin;
      plan.run(call, t);
    }
  };
  const auto theirs = [&] {
    if constexpr (sizeof(T) == 4)
      dnnl_sgemm(p.a_transposed ? 'T' : 'N', p.b_transposed ? 'T' : 'N', p.m, p.n, p.k, 1.0f, a,
                 p.a_transposed ? p.m : p.k, b, p.b_transposed ? p.k : p.n, 0.0f, reference, p.n);
  };

  ours();
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t j = 0; j < p.n; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < p.k; ++k)
        sum += double(a[p.a_transposed ? k * p.m + i : i * p.k + k]) *
               b[p.b_transposed ? j * p.k + k : k * p.n + j];
      if (!(std::abs(sum - c[i * p.n + j]) <= 1e-5 * static_cast<double>(p.k))) {
        std::printf("wrong result at %ld, %ld\n", i, j);
        std::exit(1);
      }
    }

  const double flop = 2.0 * static_cast<double>(p.m * p.n * p.k);
  const int64_t repeats = std::max<int64_t>(1, static_cast<int64_t>(1e-3 / seconds(3, ours)));
  double best_ours = 1e9, best_theirs = 1e9;
  for (int round = 0; round < 30; ++round) {
    best_ours = std::min(best_ours, seconds(repeats, ours));
    if (sizeof(T) == 4) best_theirs = std::min(best_theirs, seconds(repeats, theirs));
  }
  std::printf(
      "%s %5ld x %4ld%s · %4ld x %4ld%s %3ld tiles  ours %7.2f  oneDNN %7.2f  ratio %5.2f  %10.1f ns\n",
      sizeof(T) == 4 ? "f32" : "f64", p.m, p.k, p.a_transposed ? "t" : " ", p.k, p.n,
      p.b_transposed ? "t" : " ", plan.tiles(), flop / best_ours * 1e-9,
      sizeof(T) == 4 ? flop / best_theirs * 1e-9 : 0, sizeof(T) == 4 ? best_theirs / best_ours : 0,
      best_ours * 1e9);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const size_t first = argc > 1 ? std::atoi(argv[1]) : 0,
               last = argc > 2 ? std::atoi(argv[2]) : std::size(kProducts);
  for (size_t i = first; i < last; ++i) compare<float>(kProducts[i]);
  if (argc > 3)
    for (size_t i = first; i < last; ++i) compare<double>(kProducts[i]);
}
