#include "kette/data/generators.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/csv.h"
#include "kette/data/dataset.h"

namespace kette::data::generators_test {
namespace {

constexpr double kRounding = 1e-6;

struct Points {
  explicit Points(const Table& table) : x1(table.numbers(0)), x2(table.numbers(1)), label(table.numbers(2)) {}
  Numbers x1, x2, label;
};

TEST(Generate, every_name_gives_the_samples_asked_for) {
  EXPECT_EQ(generator_names().size(), 6u);
  for (std::string_view name : generator_names()) {
    for (int64_t samples : {2, 3, 101}) EXPECT_EQ(generate(name, samples, 0.1, 1).rows(), samples) << name;
    const Table table = generate(name, 100, 0.1, 1);
    const Dataset dataset = make_dataset(table, {table.name(table.columns() - 1), {}, {}});
    EXPECT_EQ(dataset.task, name == "sine" ? Task::regression : Task::binary) << name;
  }
}

TEST(Generate, follows_the_seed) {
  for (std::string_view name : generator_names()) {
    EXPECT_EQ(to_csv(generate(name, 50, 0.1, 1)), to_csv(generate(name, 50, 0.1, 1))) << name;
    EXPECT_NE(to_csv(generate(name, 50, 0.1, 1)), to_csv(generate(name, 50, 0.1, 2))) << name;
  }
}

TEST(Generate, circle_is_a_disc_within_a_ring) {
  const Table table = generate("circle", 400, 0, 1);
  const Points p(table);
  for (size_t i = 0; i < 400; ++i) {
    const double r = std::hypot(p.x1[i], p.x2[i]);
    if (p.label[i] == 1)
      EXPECT_LE(r, 2.5 + kRounding);
    else
      EXPECT_TRUE(r >= 3.5 - kRounding && r <= 5 + kRounding) << r;
  }
}

TEST(Generate, xor_is_positive_where_the_signs_agree) {
  const Table table = generate("xor", 400, 0, 1);
  const Points p(table);
  double positive = 0;
  for (size_t i = 0; i < 400; ++i) {
    EXPECT_EQ(p.label[i] == 1, p.x1[i] * p.x2[i] > 0);
    EXPECT_GE(std::min(std::abs(p.x1[i]), std::abs(p.x2[i])), 0.3 - kRounding);
    positive += p.label[i];
  }
  EXPECT_NEAR(positive, 200, 50);  // deviation 10
}

TEST(Generate, gauss_clouds_have_their_centres_and_variance) {
  const Table table = generate("gauss", 20'000, 0.1, 1);
  const Points p(table);
  double sum = 0, squares = 0;
  for (size_t i = 0; i < 20'000; ++i) {
    const double d = p.x1[i] - (p.label[i] == 1 ? 2 : -2);
    sum += d;
    squares += d * d;
  }
  EXPECT_NEAR(sum / 20'000, 0, 0.05);                  // deviation 0.008
  EXPECT_NEAR(squares / 20'000, 0.5 + 7 * 0.1, 0.06);  // deviation 0.012
}

TEST(Generate, spiral_arms_turn_and_face_each_other) {
  const Table table = generate("spiral", 200, 0, 1);
  const Points p(table);
  for (size_t i = 0; i < 200; i += 2) {
    EXPECT_NEAR(p.x1[i], -p.x1[i + 1], 2 * kRounding);
    EXPECT_NEAR(p.x2[i], -p.x2[i + 1], 2 * kRounding);
    EXPECT_NEAR(std::hypot(p.x1[i], p.x2[i]), 5.0 * static_cast<double>(i) / 200, 2 * kRounding);
  }
}

TEST(Generate, moons_are_half_circles_of_radius_one) {
  const Table table = generate("moons", 101, 0, 1);
  const Points p(table);
  for (size_t i = 0; i < 101; ++i) {
    const double x = p.label[i] == 1 ? 1 : 0, y = p.label[i] == 1 ? 0.5 : 0;
    EXPECT_NEAR(std::hypot(p.x1[i] - x, p.x2[i] - y), 1, 3 * kRounding);
    EXPECT_TRUE(p.label[i] == 1 ? p.x2[i] <= 0.5 : p.x2[i] >= 0);
  }
  EXPECT_EQ(p.x1[100], -1);  // the arc's end
}

TEST(Generate, sine_is_sine_plus_noise_of_the_given_deviation) {
  const Table table = generate("sine", 10'000, 0.2, 1);
  double squares = 0;
  for (size_t i = 0; i < 10'000; ++i) {
    const double x = table.numbers(0)[i], noise = table.numbers(1)[i] - std::sin(x);
    EXPECT_LE(std::abs(x), std::numbers::pi + kRounding);
    squares += noise * noise;
  }
  EXPECT_NEAR(std::sqrt(squares / 10'000), 0.2, 0.01);  // deviation 0.0014
}

TEST(Generate, wrong_arguments_are_refused) {
  try {
    generate("circles", 100, 0, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "[data] unknown data set \"circles\"; expected one of circle, xor, gauss, spiral, moons, sine");
  }
  EXPECT_THROW(generate("xor", 1, 0, 1), Error);
  EXPECT_THROW(generate("xor", 100'000'000, 0, 1), Error);
  EXPECT_THROW(generate("xor", 10, -1, 1), Error);
  EXPECT_THROW(generate("xor", 10, std::nan(""), 1), Error);
}

}  // namespace
}  // namespace kette::data::generators_test
