#include "kette/data/text_column.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kette::data::text_column_test {
namespace {

TEST(TextColumn, keeps_each_text_once_and_every_field_in_order) {
  TextColumn column;
  std::vector<std::string> written;
  for (int i = 0; i < 5000; ++i) written.push_back("town " + std::to_string(i * 7 % 300));
  for (const std::string& text : written) column.append(text);
  ASSERT_EQ(column.size(), 5000);
  EXPECT_EQ(column.distinct_count(), 300);
  for (int64_t row = 0; row < column.size(); ++row) EXPECT_EQ(column[row], written[static_cast<size_t>(row)]);
  EXPECT_EQ(column.code(0), column.code(300));
}

TEST(TextColumn, tells_a_missing_field_from_an_empty_one) {
  TextColumn column;
  column.append("");
  column.append_missing();
  EXPECT_FALSE(column.is_missing(0));
  EXPECT_TRUE(column.is_missing(1));
  EXPECT_EQ(column[1], "");
  EXPECT_EQ(column.distinct_count(), 1);
}

TEST(TextColumn, appends_another_column_and_copies_stand_alone) {
  TextColumn a, b;
  for (const char* text : {"x", "y"}) a.append(text);
  for (const char* text : {"z", "y"}) b.append(text);
  b.append_missing();
  const TextColumn before = a;
  a.append(b);
  ASSERT_EQ(a.size(), 5);
  EXPECT_EQ(a[2], "z");
  EXPECT_EQ(a.code(3), a.code(1));
  EXPECT_TRUE(a.is_missing(4));
  EXPECT_EQ(before.size(), 2);
}

}  // namespace
}  // namespace kette::data::text_column_test
