#include "kette/nn/initializer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "kette/base/error.h"

namespace kette::initializer_test {
namespace {

constexpr uint64_t kSeed = 7;

struct Moments {
  double mean, variance, largest;
};

/// Of 100 × 300 weights: fan_in 100, fan_out 300.
Moments moments_of(std::string_view initializer) {
  Tensor w(Shape({100, 300}, DType::f64));
  initialize(w, parse_initializer(initializer), Random(kSeed));
  double sum = 0, squares = 0, largest = 0;
  for (const double x : w.values<double>()) {
    sum += x;
    squares += x * x;
    largest = std::max(largest, std::abs(x));
  }
  const auto n = static_cast<double>(w.size());
  return {sum / n, squares / n - sum / n * (sum / n), largest};
}

void expect_uniform(std::string_view initializer, double limit) {
  const Moments m = moments_of(initializer);
  EXPECT_NEAR(m.mean, 0, 0.02 * limit) << initializer;
  EXPECT_NEAR(m.variance, limit * limit / 3, 0.02 * limit * limit) << initializer;
  EXPECT_LE(m.largest, limit) << initializer;
  EXPECT_GE(m.largest, 0.999 * limit) << initializer;
}

void expect_normal(std::string_view initializer, double deviation) {
  const Moments m = moments_of(initializer);
  EXPECT_NEAR(m.mean, 0, 0.02 * deviation) << initializer;
  EXPECT_NEAR(m.variance, deviation * deviation, 0.03 * deviation * deviation) << initializer;
  EXPECT_GE(m.largest, 3.5 * deviation) << initializer;
}

TEST(Initializer, uniform_kinds_fill_their_interval_evenly) {
  expect_uniform("glorot_uniform", std::sqrt(6.0 / 400));
  expect_uniform("he_uniform", std::sqrt(6.0 / 100));
  expect_uniform("lecun_uniform", std::sqrt(3.0 / 100));
  expect_uniform("uniform(0.25)", 0.25);
}

TEST(Initializer, normal_kinds_have_their_deviation) {
  expect_normal("glorot_normal", std::sqrt(2.0 / 400));
  expect_normal("he_normal", std::sqrt(2.0 / 100));
  expect_normal("lecun_normal", std::sqrt(1.0 / 100));
  expect_normal("normal(3)", 3);
}

TEST(Initializer, zeros_and_constants_overwrite_what_was_there) {
  Tensor b(Shape({3}), {1.f, 2.f, 3.f});
  initialize(b, {Initializer::Kind::zeros}, Random(kSeed));
  EXPECT_EQ(b, Tensor(Shape({3})));
  initialize(b, {Initializer::Kind::constant, 0.1}, Random(kSeed));
  EXPECT_EQ(b, Tensor(Shape({3}), {0.1f, 0.1f, 0.1f}));
}

TEST(Initializer, float32_holds_the_rounded_float64_numbers) {
  for (const auto* name : {"glorot_uniform", "he_normal"}) {
    Tensor narrow(Shape({5, 4})), wide(Shape({5, 4}, DType::f64));
    initialize(narrow, parse_initializer(name), Random(kSeed));
    initialize(wide, parse_initializer(name), Random(kSeed));
    for (int64_t i = 0; i < wide.size(); ++i)
      EXPECT_EQ(narrow.at(i), static_cast<double>(static_cast<float>(wide.at(i))));
  }
}

TEST(Initializer, another_seed_gives_other_numbers) {
  Tensor a(Shape({4, 4})), b(Shape({4, 4})), c(Shape({4, 4}));
  initialize(a, {Initializer::Kind::he_normal}, Random(1));
  initialize(b, {Initializer::Kind::he_normal}, Random(1));
  initialize(c, {Initializer::Kind::he_normal}, Random(2));
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Initializer, text_form_is_read_back) {
  for (const auto* text :
       {"zeros", "constant(0.1)", "constant(-2)", "uniform(0.05)", "normal(1e-05)", "glorot_uniform",
        "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"})
    EXPECT_EQ(to_string(parse_initializer(text)), text);
  EXPECT_EQ(parse_initializer("constant(0.1)").value, 0.1);
}

TEST(Initializer, an_unknown_name_lists_the_choices) {
  try {
    parse_initializer("xavier");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "[initializer] \"xavier\" is unknown; expected one of zeros, constant(VALUE), uniform(VALUE), "
        "normal(VALUE), glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal");
  }
}

TEST(Initializer, malformed_values_are_rejected) {
  for (const auto* text :
       {"", "constant", "constant()", "constant(", "constant(1", "constant(1)x", "constant(a)",
        "constant(nan)", "constant(inf)", "normal(-1)", "uniform(-0.5)", "zeros(1)", "he_normal()"})
    EXPECT_THROW(parse_initializer(text), Error) << text;
}

TEST(Initializer, indices_cannot_be_initialized) {
  Tensor indices(Shape({3}, DType::i64));
  EXPECT_THROW(initialize(indices, {}, Random(kSeed)), Error);
}

}  // namespace
}  // namespace kette::initializer_test
