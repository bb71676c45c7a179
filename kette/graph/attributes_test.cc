#include "kette/graph/attributes.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "kette/graph/test_ops.h"

namespace kette::attributes_test {
namespace {

using testing_ops::message;

TEST(Attributes, are_found_by_key_in_any_order_of_setting) {
  Attributes a{{"b", int64_t{2}}, {"a", 0.5}};
  Attributes b{{"a", 0.5}, {"b", int64_t{2}}};
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.hash(), b.hash());
  EXPECT_EQ(a.integer("b"), 2);
  EXPECT_EQ(a.real("a"), 0.5);
  EXPECT_EQ(a.find("c"), nullptr);
}

TEST(Attributes, setting_again_replaces) {
  Attributes attributes{{"a", int64_t{1}}};
  attributes.set("a", int64_t{2});
  EXPECT_EQ(attributes, (Attributes{{"a", int64_t{2}}}));
}

TEST(Attributes, differ_by_key_value_and_type) {
  const Attributes one{{"a", int64_t{1}}};
  EXPECT_NE(one, (Attributes{{"b", int64_t{1}}}));
  EXPECT_NE(one, (Attributes{{"a", int64_t{2}}}));
  EXPECT_NE(one, (Attributes{{"a", 1.0}}));
  EXPECT_NE(one, Attributes());
  EXPECT_NE((Attributes{{"a", std::vector<int64_t>{1}}}), (Attributes{{"a", std::vector<int64_t>{1, 1}}}));
}

TEST(Attributes, reals_compare_by_their_bits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ((Attributes{{"a", nan}}), (Attributes{{"a", nan}}));
  EXPECT_EQ((Attributes{{"a", nan}}).hash(), (Attributes{{"a", nan}}).hash());
  EXPECT_NE((Attributes{{"a", 0.0}}), (Attributes{{"a", -0.0}}));
}

TEST(Attributes, a_whole_number_is_read_as_a_real) {
  EXPECT_EQ((Attributes{{"a", int64_t{3}}}).real("a"), 3.0);
}

TEST(Attributes, missing_and_mistyped_ones_are_named) {
  const Attributes attributes{{"mode", std::string("plain")}};
  EXPECT_EQ(message([&] { attributes.integer("axis"); }), "[attributes] \"axis\" is missing");
  EXPECT_EQ(message([&] { attributes.real("mode"); }),
            "[attributes] \"mode\" is \"plain\"; expected a number");
  EXPECT_EQ(message([&] { attributes.integers("mode"); }),
            "[attributes] \"mode\" is \"plain\"; expected a list of whole numbers");
  EXPECT_EQ(attributes.text("mode"), "plain");
}

TEST(Attributes, texts_tell_the_types_apart) {
  EXPECT_EQ(to_string(Attribute(int64_t{-3})), "-3");
  EXPECT_EQ(to_string(Attribute(3.0)), "3.0");
  EXPECT_EQ(to_string(Attribute(-0.0)), "-0.0");
  EXPECT_EQ(to_string(Attribute(1e300)), "1e+300");
  EXPECT_EQ(to_string(Attribute(std::numeric_limits<double>::infinity())), "inf");
  EXPECT_EQ(to_string(Attribute(std::bit_cast<double>(0x7ff8000000000001))), "0x7ff8000000000001");
  EXPECT_EQ(to_string(Attribute("a \"b\"\n")), R"("a \"b\"\n")");
  EXPECT_EQ(to_string(Attribute(std::vector<int64_t>{1, -2})), "[1, -2]");
  EXPECT_EQ(to_string(Attribute(std::vector<int64_t>{})), "[]");
}

}  // namespace
}  // namespace kette::attributes_test
