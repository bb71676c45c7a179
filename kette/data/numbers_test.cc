#include "kette/data/numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "kette/data/number_summary.h"
#include "kette/data/table.h"

namespace kette::data::numbers_test {
namespace {

Table of(std::string source, std::vector<double> numbers, std::vector<uint8_t> bytes) {
  return Table(std::move(source), {{"x", std::move(numbers), {}, -1, std::move(bytes)}});
}

TEST(Numbers, bytes_and_doubles_read_alike) {
  const std::vector<double> doubles = {0, 7, 255};
  const std::vector<uint8_t> bytes = {0, 7, 255};
  for (const Numbers numbers : {Numbers(doubles), Numbers(std::span(bytes))}) {
    EXPECT_EQ(numbers.size(), 3u);
    EXPECT_EQ(numbers[2], 255);
    EXPECT_EQ(numbers.to_vector(), doubles);
    EXPECT_TRUE(std::ranges::equal(numbers, doubles));
    EXPECT_EQ(summarise(numbers).mean, 262.0 / 3);
  }
  EXPECT_TRUE(Numbers().empty());
}

TEST(Numbers, a_column_of_bytes_is_a_column_of_numbers) {
  const Table table = of("a", {}, {3, 0, 200});
  EXPECT_TRUE(table.is_numeric(0));
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.field(2, 0), "200");
  EXPECT_FALSE(table.is_missing(1, 0));
}

TEST(Numbers, rows_of_bytes_and_of_doubles_join_in_either_order) {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  Table bytes = of("a", {}, {1, 2});
  bytes.append_rows(of("b", {}, {3}));
  EXPECT_EQ(bytes.numbers(0).to_vector(), (std::vector<double>{1, 2, 3}));
  bytes.append_rows(of("c", {0.5, missing}, {}));
  EXPECT_EQ(bytes.rows(), 5);
  EXPECT_EQ(bytes.numbers(0)[3], 0.5);
  EXPECT_TRUE(bytes.is_missing(4, 0));
  Table doubles = of("d", {0.5}, {});
  doubles.append_rows(of("e", {}, {9}));
  EXPECT_EQ(doubles.numbers(0).to_vector(), (std::vector<double>{0.5, 9}));
}

TEST(Numbers, bytes_give_way_to_other_numbers_in_their_place) {
  Table table = of("a", {}, {1, 2});
  table.set_numbers(0, {0.5, -1});
  EXPECT_EQ(table.numbers(0).to_vector(), (std::vector<double>{0.5, -1}));
}

}  // namespace
}  // namespace kette::data::numbers_test
