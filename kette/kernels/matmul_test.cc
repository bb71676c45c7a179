#include "kette/kernels/matmul.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kette/kernels/simd_targets.h"

namespace kette::kernels::matmul_test {
namespace {

constexpr uint32_t kSeed = 20240607;

/// Memory whose last element ends where an unreadable page begins.
template <class T>
class Guarded {
 public:
  explicit Guarded(int64_t count, T fill = T{}) : count_(count) {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t used = (static_cast<size_t>(count) * sizeof(T) + page - 1) / page * page;
    bytes_ = used + page;
    base_ =
        static_cast<char*>(mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (base_ == MAP_FAILED || mprotect(base_ + used, page, PROT_NONE) != 0) throw std::bad_alloc();
    data_ = reinterpret_cast<T*>(base_ + used) - count;
    std::fill_n(data_, count, fill);
  }
  ~Guarded() { munmap(base_, bytes_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  T* data() { return data_; }
  T& operator[](int64_t i) { return data_[i]; }
  int64_t size() const { return count_; }

 private:
  int64_t count_;
  size_t bytes_;
  char* base_;
  T* data_;
};

struct Problem {
  int64_t m, n, k;
  std::vector<float> a, b, bias;       // [m,k], [k,n], [n]
  std::vector<double> sum, magnitude;  // [m,n]: A·B, |A|·|B|
};

Problem make_problem(int64_t m, int64_t n, int64_t k, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  Problem p{m, n, k, {}, {}, {}, {}, {}};
  for (auto [values, count] : {std::pair(&p.a, m * k), std::pair(&p.b, k * n), std::pair(&p.bias, n)})
    for (int64_t i = 0; i < count; ++i) values->push_back(uniform(random));
  p.sum.assign(static_cast<size_t>(m * n), 0);
  p.magnitude = p.sum;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t l = 0; l < k; ++l) {
      const double a = p.a[static_cast<size_t>(i * k + l)];
      const float* b = p.b.data() + l * n;
      double* sum = p.sum.data() + i * n;
      double* magnitude = p.magnitude.data() + i * n;
      for (int64_t j = 0; j < n; ++j) sum[j] += a * b[j], magnitude[j] += std::abs(a * b[j]);
    }
  return p;
}

/// How the operands lie in memory: transposed or not, and what is added to each row stride.
struct Layout {
  bool a_transposed, b_transposed, bias;
  int64_t a_padding, b_padding, c_padding;
};

template <class T>
std::unique_ptr<Guarded<T>> stored(const std::vector<float>& values, int64_t rows, int64_t columns,
                                   bool transposed, int64_t padding) {
  const int64_t outer = transposed ? columns : rows, inner = transposed ? rows : columns;
  const int64_t size = outer == 0 ? 0 : outer * (inner + padding) - padding;
  auto result = std::make_unique<Guarded<T>>(size, std::numeric_limits<T>::quiet_NaN());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      const int64_t at = transposed ? j * (inner + padding) + i : i * (inner + padding) + j;
      (*result)[at] = static_cast<T>(values[static_cast<size_t>(i * columns + j)]);
    }
  return result;
}

constexpr double kUntouched = 12345;

enum class Minuend { none, apart, in_place };
constexpr double kScale = 0.37;

/// Element i of the minuend.
template <class T>
T minuend_at(int64_t i) {
  return static_cast<T>(0.1) * static_cast<T>(i % 23 - 11);
}

/// C as [m, n] dense. Fails the test where memory outside of C changes.
template <class T>
std::vector<T> multiply(const Problem& p, const Layout& layout, bool backwards = false,
                        Minuend minuend = Minuend::none) {
  const auto a = stored<T>(p.a, p.m, p.k, layout.a_transposed, layout.a_padding);
  const auto b = stored<T>(p.b, p.k, p.n, layout.b_transposed, layout.b_padding);
  const auto bias = stored<T>(p.bias, 1, p.n, false, 0);
  const MatmulPlan plan(sizeof(T) == 4 ? DType::f32 : DType::f64, p.m, p.n, p.k, layout.a_transposed,
                        layout.b_transposed);
  constexpr int64_t before = 64;
  const int64_t c_row = p.n + layout.c_padding;
  Guarded<T> c(before + std::max<int64_t>(p.m * c_row - layout.c_padding, 0), T(kUntouched));

  MatmulCall call{};
  call.a = a->data(), call.b = b->data(), call.bias = layout.bias ? bias->data() : nullptr;
  call.a_row = layout.a_transposed ? 1 : p.k + layout.a_padding;
  call.a_col = layout.a_transposed ? p.m + layout.a_padding : 1;
  call.b_row = layout.b_transposed ? 1 : p.n + layout.b_padding;
  call.b_col = layout.b_transposed ? p.k + layout.b_padding : 1;
  call.c_row = c_row;
  Guarded<T> apart(minuend == Minuend::apart ? p.m * p.n : 0);
  T* const d = minuend == Minuend::apart ? apart.data() : c.data() + before;
  const int64_t d_row = minuend == Minuend::apart ? p.n : c_row;
  const T scale = static_cast<T>(kScale);
  if (minuend != Minuend::none)
    for (int64_t i = 0; i < p.m * p.n; ++i) d[i / p.n * d_row + i % p.n] = minuend_at<T>(i);
  call.minuend_row = d_row;
  call.scale = &scale;

  std::vector<bool> covered(static_cast<size_t>(p.m * p.n));
  for (int64_t i = 0; i < plan.tiles(); ++i) {
    const int64_t index = backwards ? plan.tiles() - 1 - i : i;
    const MatmulTile tile = plan.tile(index);
    for (int64_t r = tile.row_begin; r < tile.row_end; ++r)
      for (int64_t s = tile.col_begin; s < tile.col_end; ++s) {
        EXPECT_FALSE(covered[static_cast<size_t>(r * p.n + s)]) << "two tiles hold " << r << ", " << s;
        covered[static_cast<size_t>(r * p.n + s)] = true;
      }
    // Every tile gets a workspace of its own, filled with NaN: nothing may be left over from another.
    Guarded<std::byte> workspace(static_cast<int64_t>((plan.workspace_bytes() + 63) / 64 * 64),
                                 std::byte{0xff});
    call.workspace = workspace.data();
    call.c = c.data() + before + tile.row_begin * c_row + tile.col_begin;
    if (minuend != Minuend::none) call.minuend = d + tile.row_begin * d_row + tile.col_begin;
    plan.run(call, index);
  }
  EXPECT_TRUE(std::ranges::all_of(covered, [](bool is) { return is; }));

  std::vector<T> result;
  for (int64_t i = 0; i < c.size(); ++i) {
    const int64_t at = i - before;
    if (at >= 0 && at % c_row < p.n)
      result.push_back(c[i]);
    else
      EXPECT_EQ(c[i], T(kUntouched)) << "outside of C, at " << at;
  }
  return result;
}

std::string describe(const Problem& p, const Layout& l) {
  return fmt::format("{}x{}x{} a {}+{} b {}+{} c +{} bias {} seed {}", p.m, p.n, p.k, l.a_transposed,
                     l.a_padding, l.b_transposed, l.b_padding, l.c_padding, l.bias, kSeed);
}

template <class T>
void expect_close(const Problem& p, const Layout& layout) {
  const std::vector<T> c = multiply<T>(p, layout);
  ASSERT_EQ(c.size(), p.sum.size());
  // Of the sum of k products and a bias in any order.
  const double relative = static_cast<double>(p.k + 1) * std::numeric_limits<T>::epsilon();
  for (size_t i = 0; i < c.size(); ++i) {
    const double bias = layout.bias ? p.bias[i % static_cast<size_t>(p.n)] : 0;
    ASSERT_NEAR(c[i], p.sum[i] + bias, relative * (p.magnitude[i] + std::abs(bias)))
        << describe(p, layout) << " element " << i << (sizeof(T) == 4 ? " f32" : " f64");
  }
}

/// minuend − scale·C rounds as two operations of their own would.
template <class T>
void expect_subtracts(const Problem& p, Layout layout) {
  layout.bias = false;
  const MatmulPlan plan(sizeof(T) == 4 ? DType::f32 : DType::f64, p.m, p.n, p.k, layout.a_transposed,
                        layout.b_transposed);
  if (!plan.can_subtract()) return;
  const std::vector<T> c = multiply<T>(p, layout);
  for (const Minuend minuend : {Minuend::apart, Minuend::in_place}) {
    if (minuend == Minuend::in_place && p.n == 1) layout.c_padding = 0;
    const std::vector<T> result = multiply<T>(p, layout, false, minuend);
    for (size_t i = 0; i < c.size(); ++i) {
      const T scaled = static_cast<T>(kScale) * c[i];
      ASSERT_EQ(result[i], minuend_at<T>(static_cast<int64_t>(i)) - scaled)
          << describe(p, layout) << " element " << i;
    }
  }
}

class MatmulTargets : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }
};

void expect_close_in_all_layouts(int64_t m, int64_t n, int64_t k, std::mt19937& random) {
  const Problem p = make_problem(m, n, k, random());
  for (int bits = 0; bits < 4; ++bits) {
    const auto padding = [&] { return static_cast<int64_t>(random() % 2 * (random() % 5)); };
    Layout layout{(bits & 1) != 0, (bits & 2) != 0, random() % 2 == 0, padding(), padding(), padding()};
    if (k == 1) layout.a_padding = layout.b_padding = 0;
    expect_close<float>(p, layout);
    expect_close<double>(p, layout);
    expect_subtracts<float>(p, layout);
    expect_subtracts<double>(p, layout);
  }
}

TEST_P(MatmulTargets, small_products_of_every_shape_match_a_double_sum) {
  std::mt19937 random(kSeed);
  constexpr int64_t sizes[] = {0, 1, 2, 3, 4, 5, 8, 13, 17};
  for (int64_t m : sizes)
    for (int64_t n : sizes)
      for (int64_t k : sizes) expect_close_in_all_layouts(m, n, k, random);
}

TEST_P(MatmulTargets, larger_products_match_a_double_sum) {
  std::mt19937 random(kSeed);
  constexpr int64_t sizes[] = {1, 2, 7, 10, 16, 24, 31, 33, 48, 50, 64, 65, 100, 129, 200, 257, 300};
  const auto size = [&] { return sizes[random() % std::size(sizes)]; };
  for (int i = 0; i < 60; ++i) {
    const int64_t m = size(), n = size(), k = size();
    expect_close_in_all_layouts(m, n, k, random);
  }
}

TEST_P(MatmulTargets, products_of_many_tiles_match_a_double_sum) {
  std::mt19937 random(kSeed);
  constexpr int64_t shapes[][3] = {{130, 520, 300}, {230, 330, 700}, {1, 1100, 1003}, {1100, 1, 1000},
                                   {800, 270, 5},   {1600, 10, 70},  {20, 700, 100},  {500, 130, 20}};
  for (auto [m, n, k] : shapes) expect_close_in_all_layouts(m, n, k, random);
}

template <class T>
void expect_same_bits(const std::vector<T>& x, const std::vector<T>& y, const std::string& what) {
  ASSERT_EQ(x.size(), y.size());
  EXPECT_EQ(std::memcmp(x.data(), y.data(), x.size() * sizeof(T)), 0) << what;
}

TEST_P(MatmulTargets, bits_do_not_depend_on_the_order_of_tiles_nor_on_strides) {
  constexpr int64_t shapes[][3] = {
      {130, 520, 300}, {1, 1100, 1000}, {1100, 1, 1000}, {1600, 10, 70}, {300, 200, 100}};
  for (auto [m, n, k] : shapes) {
    const Problem p = make_problem(m, n, k, kSeed);
    for (int bits = 0; bits < 4; ++bits) {
      const Layout dense{(bits & 1) != 0, (bits & 2) != 0, true, 0, 0, 0};
      Layout padded = dense;
      padded.a_padding = 3, padded.b_padding = 1, padded.c_padding = 2;
      expect_same_bits(multiply<float>(p, dense), multiply<float>(p, padded, true), describe(p, padded));
    }
  }
}

TEST_P(MatmulTargets, nan_and_infinity_reach_exactly_their_rows_and_columns) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                  infinity = std::numeric_limits<float>::infinity();
  constexpr int64_t shapes[][3] = {{5, 7, 9}, {40, 90, 30}, {1, 40, 50}, {40, 1, 50}, {64, 300, 20}};
  for (auto [m, n, k] : shapes)
    for (int bits = 0; bits < 4; ++bits) {
      Problem p = make_problem(m, n, k, kSeed);
      p.a[static_cast<size_t>((m - 1) * k + 3)] = nan;
      p.b[static_cast<size_t>(4 * n + n - 1)] = infinity;
      const auto c = multiply<float>(p, {(bits & 1) != 0, (bits & 2) != 0, true, 0, 0, 0});
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
          const float value = c[static_cast<size_t>(i * n + j)];
          if (i == m - 1)
            ASSERT_TRUE(std::isnan(value)) << m << " " << n << " " << k << " at " << i << " " << j;
          else if (j == n - 1)
            ASSERT_TRUE(std::isinf(value)) << m << " " << n << " " << k << " at " << i << " " << j;
          else
            ASSERT_TRUE(std::isfinite(value)) << m << " " << n << " " << k << " at " << i << " " << j;
        }
    }
}

TEST_P(MatmulTargets, padding_of_c_that_may_be_overwritten_ends_with_the_cache_line) {
  for (int64_t n = 1; n <= 20; ++n)
    for (int64_t k : {1, 3, 9}) {
      const Problem p = make_problem(1, n, k, kSeed);
      const MatmulPlan plan(DType::f32, 1, n, k, false, false);
      constexpr int64_t line = 64 / sizeof(float);
      const int64_t padded = (n + line - 1) / line * line;
      alignas(64) float c[2 * line + 1];
      std::ranges::fill(c, static_cast<float>(kUntouched));
      MatmulCall call{};
      call.a = p.a.data(), call.b = p.b.data(), call.c = c;
      call.a_row = k, call.a_col = 1, call.b_row = n, call.b_col = 1, call.c_row = n;
      call.c_padded = true;
      ASSERT_EQ(plan.tiles(), 1);
      Guarded<std::byte> workspace(static_cast<int64_t>((plan.workspace_bytes() + 63) / 64 * 64));
      call.workspace = workspace.data();
      plan.run(call, 0);
      expect_same_bits(std::vector<float>(c, c + n), multiply<float>(p, {}), "n " + std::to_string(n));
      for (int64_t i = padded; i < 2 * line + 1; ++i)
        EXPECT_EQ(c[i], static_cast<float>(kUntouched)) << n << " " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(AllTargets, MatmulTargets, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return std::string(hwy::TargetName(info.param)); });

TEST(Matmul, an_empty_sum_is_the_bias_or_zero) {
  const Problem p = make_problem(3, 5, 0, kSeed);
  const auto zero = multiply<double>(p, {false, false, false, 0, 0, 0});
  EXPECT_EQ(zero, std::vector<double>(15, 0.0));
  const auto bias = multiply<double>(p, {false, false, true, 0, 0, 0});
  for (size_t i = 0; i < 15; ++i) EXPECT_EQ(bias[i], p.bias[i % 5]);
}

TEST(Matmul, an_empty_result_has_no_tiles) {
  EXPECT_EQ(MatmulPlan(DType::f32, 0, 5, 3, false, false).tiles(), 0);
  EXPECT_EQ(MatmulPlan(DType::f32, 5, 0, 3, false, true).tiles(), 0);
}

TEST(Matmul, tiny_products_are_one_tile_and_large_ones_several) {
  EXPECT_EQ(MatmulPlan(DType::f32, 16, 16, 4, false, false).tiles(), 1);
  EXPECT_EQ(MatmulPlan(DType::f32, 32, 64, 64, false, true).tiles(), 1);
  EXPECT_GE(MatmulPlan(DType::f32, 256, 1024, 784, false, false).tiles(), 8);
  EXPECT_GE(MatmulPlan(DType::f32, 1024, 1024, 256, true, false).tiles(), 8);
  EXPECT_GE(MatmulPlan(DType::f32, 256, 1024, 1024, false, true).tiles(), 8);
  EXPECT_GE(MatmulPlan(DType::f32, 256, 10, 1024, false, false).tiles(), 4);
}

}  // namespace
}  // namespace kette::kernels::matmul_test
