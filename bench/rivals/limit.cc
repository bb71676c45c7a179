// The machine's float32 matmul rate: limit [--threads K] [--seconds S] prints {"gflops": G}, the best that
// oneDNN reaches over a few large shapes with operands in the layout that it prefers.
#include <omp.h>
#include <dnnl.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

namespace {

using dnnl::memory;
using Clock = std::chrono::steady_clock;

class Product {
 public:
  Product(const dnnl::engine& engine, memory::dim m, memory::dim k, memory::dim n)
      : flops_(2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n)) {
    const auto any = [](memory::dim rows, memory::dim columns) {
      return memory::desc({rows, columns}, memory::data_type::f32, memory::format_tag::any);
    };
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(any(m, k), any(k, n), any(m, n)),
                                                   engine);
    product_ = dnnl::matmul(description);
    arguments_ = {{DNNL_ARG_SRC, filled(description.src_desc(), engine)},
                  {DNNL_ARG_WEIGHTS, filled(description.weights_desc(), engine)},
                  {DNNL_ARG_DST, filled(description.dst_desc(), engine)}};
  }

  /// FLOP/s of the fastest run within `seconds`.
  double rate(dnnl::stream& stream, double seconds) {
    double best = 0;
    for (const auto start = Clock::now();
         std::chrono::duration<double>(Clock::now() - start).count() < seconds;) {
      const auto begin = Clock::now();
      product_.execute(stream, arguments_);
      stream.wait();
      best = std::max(best, flops_ / std::chrono::duration<double>(Clock::now() - begin).count());
    }
    return best;
  }

 private:
  static memory filled(const memory::desc& description, const dnnl::engine& engine) {
    memory result(description, engine);
    auto* values = static_cast<float*>(result.get_data_handle());
    for (std::size_t i = 0; i < description.get_size() / sizeof(float); ++i) values[i] = 0.5F;
    return result;
  }

  double flops_;
  dnnl::matmul product_;
  std::unordered_map<int, memory> arguments_;
};

}  // namespace

int main(int argc, char** argv) {
  int threads = 1;
  double seconds = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--threads") == 0) threads = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atof(argv[i + 1]);
  }
  omp_set_num_threads(threads);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const memory::dim shapes[][3] = {{256, 1024, 1024}, {512, 512, 512}, {1024, 1024, 1024}, {256, 784, 1024}};
  double best = 0;
  for (const auto& [m, k, n] : shapes)
    best = std::max(best, Product(engine, m, k, n).rate(stream, seconds / std::size(shapes)));
  std::printf("{\"gflops\": %.6g}\n", best / 1e9);
}
