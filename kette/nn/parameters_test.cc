#include "kette/nn/parameters.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"

namespace kette::parameters_test {
namespace {

Parameters two() {
  Parameters p;
  p.add("W", Tensor(Shape({2}), {1.f, 2.f}));
  p.add("b", Tensor(Shape({1}), {3.f}));
  return p;
}

TEST(Parameters, keep_the_order_in_which_they_were_added) {
  Parameters p;
  for (const auto* name : {"z", "a", "m"}) p.add(name, Tensor(Shape({2, 3})));
  std::string order;
  for (const auto& [name, tensor] : p) order += name;
  EXPECT_EQ(order, "zam");
  EXPECT_EQ(p.size(), 3u);
  EXPECT_EQ(p.elements(), 18);
}

TEST(Parameters, addresses_survive_growth_and_moves) {
  Parameters p = two();
  const Tensor* tensor = &p.at("W");
  const std::byte* bytes = tensor->bytes();
  for (int i = 0; i < 1000; ++i) p.add(std::to_string(i), Tensor(Shape({1})));
  Parameters moved = std::move(p);
  EXPECT_EQ(&moved.at("W"), tensor);
  EXPECT_EQ(moved.at("W").bytes(), bytes);
}

TEST(Parameters, a_copy_has_its_own_elements) {
  const Parameters p = two();
  Parameters copy = p;
  EXPECT_EQ(copy, p);
  copy.at("W").set(0, 9);
  EXPECT_NE(copy, p);
  EXPECT_EQ(p.at("W").at(0), 1);
}

TEST(Parameters, copying_values_writes_in_place) {
  Parameters p = two();
  Parameters other = two();
  other.at("b").set(0, -4);
  other.add("more", Tensor(Shape({1})));
  const std::byte* bytes = p.at("b").bytes();
  p.copy_values(other);
  EXPECT_EQ(p.at("b").at(0), -4);
  EXPECT_EQ(p.at("b").bytes(), bytes);
}

TEST(Parameters, copying_values_of_another_shape_changes_nothing) {
  Parameters p = two(), other;
  other.add("W", Tensor(Shape({2}), {7.f, 7.f}));
  EXPECT_THROW(p.copy_values(other), Error);  // no b
  other.add("b", Tensor(Shape({2})));
  EXPECT_THROW(p.copy_values(other), Error);
  EXPECT_EQ(p, two());
}

TEST(Parameters, equality_is_bitwise_and_ordered) {
  Parameters zero, minus, reversed;
  zero.add("x", Tensor(Shape({1}), {0.f}));
  minus.add("x", Tensor(Shape({1}), {-0.f}));
  EXPECT_NE(zero, minus);
  reversed.add("b", two().at("b"));
  reversed.add("W", two().at("W"));
  EXPECT_NE(reversed, two());
}

TEST(Parameters, unknown_and_repeated_names_are_errors) {
  Parameters p = two();
  EXPECT_EQ(p.find("w"), nullptr);
  try {
    p.at("w");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[parameters] there is no \"w\"; known: W, b");
  }
  EXPECT_THROW(p.add("W", Tensor(Shape({2}))), Error);
}

TEST(Parameters, first_values_follow_from_seed_and_name_alone) {
  Graph graph;
  const Initializer he{Initializer::Kind::he_normal};
  const Parameter a{graph.parameter("a", Shape({8, 8})), he}, b{graph.parameter("b", Shape({8, 8})), he};
  const Parameters both = initialized(std::vector{a, b}, 3), alone = initialized(std::vector{b}, 3);
  EXPECT_EQ(both.at("b"), alone.at("b"));
  EXPECT_NE(both.at("a"), both.at("b"));
  EXPECT_NE(alone.at("b"), initialized(std::vector{b}, 4).at("b"));
}

TEST(Parameters, first_values_are_the_same_on_every_machine) {
  Graph graph;
  const Parameters p = initialized(std::vector{Parameter{graph.parameter("W1", Shape({2, 1}, DType::f64)),
                                                         {Initializer::Kind::uniform, 1}}},
                                   1);
  // Philox4x32-10 with key 1, counters 0 and 1, stream FNV-1a("W1"), computed by another program.
  EXPECT_DOUBLE_EQ(p.at("W1").at(0), 0.2697936730514145);
  EXPECT_DOUBLE_EQ(p.at("W1").at(1), 0.52445557537799747);
}

}  // namespace
}  // namespace kette::parameters_test
