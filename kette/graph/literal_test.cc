#include "kette/graph/literal.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "kette/base/random.h"

namespace kette::literal_test {
namespace {

template <class T>
class RealLiteral : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(RealLiteral, Reals);

template <class T>
auto bits(T value) {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<uint32_t>(value);
  else
    return std::bit_cast<uint64_t>(value);
}

TYPED_TEST(RealLiteral, is_read_back_bit_for_bit) {
  using Limits = std::numeric_limits<TypeParam>;
  std::vector<TypeParam> values = {0,
                                   TypeParam(-0.0),
                                   1,
                                   TypeParam(0.1),
                                   Limits::max(),
                                   Limits::lowest(),
                                   Limits::min(),
                                   Limits::denorm_min(),
                                   Limits::infinity(),
                                   -Limits::infinity(),
                                   Limits::quiet_NaN(),
                                   -Limits::quiet_NaN()};
  const Random random(11);
  for (uint64_t i = 0; i < 20000;
       ++i) {  // every pattern of bits: subnormals and NaNs with payloads among them
    const uint64_t word = (uint64_t{random.word(2 * i)} << 32) | random.word(2 * i + 1);
    if constexpr (sizeof(TypeParam) == 4)
      values.push_back(std::bit_cast<float>(static_cast<uint32_t>(word)));
    else
      values.push_back(std::bit_cast<double>(i % 2 ? word : word | 0x7ff0000000000000));
  }
  for (const TypeParam value : values) {
    const auto read = read_literal<TypeParam>(literal(value));
    ASSERT_TRUE(read) << literal(value);
    EXPECT_EQ(bits(*read), bits(value)) << literal(value) << ", seed 11";
  }
}

TYPED_TEST(RealLiteral, other_spellings_are_refused) {
  for (const std::string_view text : {"", "-", "e", ".", "1e", "1e999", "infinity", "NaN", "nan(1)", "1_000",
                                      " 1", "1 ", "1f", "0x", "0xg", "0x11112222333344445", "+-1", "--1"})
    EXPECT_FALSE(read_literal<TypeParam>(text)) << text;
}

TEST(Literal, is_the_shortest_that_reads_back) {
  EXPECT_EQ(literal(0.1f), "0.1");
  EXPECT_EQ(literal(0.1), "0.1");
  EXPECT_EQ(literal(static_cast<double>(0.1f)), "0.10000000149011612");
  EXPECT_EQ(literal(4.0f), "4");
  EXPECT_EQ(literal(int64_t{-7}), "-7");
}

TEST(Literal, whole_numbers_are_exact_to_the_ends_of_their_range) {
  EXPECT_EQ(read_literal<int64_t>("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(read_literal<int64_t>("-9223372036854775808"), INT64_MIN);
  for (const std::string_view text : {"9223372036854775808", "1.0", "1e3", "", "-", "0x1", "nan"})
    EXPECT_FALSE(read_literal<int64_t>(text)) << text;
}

TEST(Quoted, escapes_what_would_end_or_disturb_a_line) {
  EXPECT_EQ(in_quotes("Größe"), "\"Größe\"");
  EXPECT_EQ(in_quotes("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(in_quotes(std::string_view("\0\x1b\x7f", 3)), R"("\x00\x1b\x7f")");
}

TEST(PlainName, is_an_identifier_with_dots) {
  for (const std::string_view name : {"x", "_", "layer1.W", "N"}) EXPECT_TRUE(is_plain_name(name)) << name;
  for (const std::string_view name : {"", "1x", ".x", "a b", "%1", "ä", "a-b"})
    EXPECT_FALSE(is_plain_name(name)) << name;
}

}  // namespace
}  // namespace kette::literal_test
