#include "kette/data/column_profile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/csv.h"
#include "kette/data/test_files.h"

namespace kette::data::column_profile_test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Column numbers(std::string name, int64_t rows, const std::function<double(int64_t)>& value) {
  Column column{std::move(name)};
  for (int64_t row = 0; row < rows; ++row) column.numbers.push_back(value(row));
  return column;
}

/// A text column; an empty text is a missing field.
Column texts(std::string name, int64_t rows, const std::function<std::string(int64_t)>& value) {
  Column column{std::move(name), {}, {}, 0};
  for (int64_t row = 0; row < rows; ++row) {
    const std::string text = value(row);
    if (text.empty())
      column.text.append_missing();
    else
      column.text.append(text);
  }
  return column;
}

ColumnProfile profile_of(const Column& column) { return profile(Table("t.csv", {column}))[0]; }

ColumnType type_of(const Column& column) { return profile_of(column).type; }

ColumnType type_of_list(const std::vector<std::string>& list, int64_t rows = 200) {
  return type_of(texts("c", rows, [&](int64_t row) { return list[static_cast<size_t>(row) % list.size()]; }));
}

TEST(ColumnType, numbers_and_codes) {
  EXPECT_EQ(type_of(numbers("a", 200, [](int64_t r) { return 0.25 * static_cast<double>(r % 5); })),
            ColumnType::number);
  EXPECT_EQ(type_of(numbers("class", 200, [](int64_t r) { return static_cast<double>(1 + r % 3); })),
            ColumnType::codes);
  // Too few rows for each, too far apart, too many.
  EXPECT_EQ(type_of(numbers("a", 80, [](int64_t r) { return static_cast<double>(1 + r % 3); })),
            ColumnType::number);
  EXPECT_EQ(type_of(numbers("a", 200, [](int64_t r) { return static_cast<double>(100 * (r % 3)); })),
            ColumnType::number);
  EXPECT_EQ(type_of(numbers("a", 2000, [](int64_t r) { return static_cast<double>(r % 13); })),
            ColumnType::number);
  // Counts: 0 in most rows, each more is rarer.
  EXPECT_EQ(type_of(numbers("children", 1000,
                            [](int64_t r) {
                              return r < 700 ? 0. : r < 900 ? 1. : r < 960 ? 2. : r < 990 ? 3. : 6.;
                            })),
            ColumnType::number);
  // Almost one value only.
  EXPECT_EQ(type_of(numbers("pixel", 1000, [](int64_t r) { return r < 995   ? 0.
                                                                  : r < 998 ? 2.
                                                                            : 1.; })),
            ColumnType::number);
}

TEST(ColumnType, yes_and_no_in_their_spellings) {
  EXPECT_EQ(type_of(numbers("a", 50, [](int64_t r) { return static_cast<double>(r % 2); })),
            ColumnType::boolean);
  EXPECT_EQ(
      type_of(numbers("a", 50, [](int64_t r) { return r % 3 == 0 ? kNaN : static_cast<double>(r % 2); })),
      ColumnType::boolean);
  EXPECT_EQ(type_of(numbers("a", 50, [](int64_t r) { return static_cast<double>(1 + r % 2); })),
            ColumnType::number);
  for (const std::vector<std::string>& pair : std::vector<std::vector<std::string>>{
           {"true", "false"}, {"Yes", "NO", "no"}, {"t", "f"}, {"on", "off", ""}, {"Ja", "Nein"}, {"Y", "N"}})
    EXPECT_EQ(type_of_list(pair), ColumnType::boolean) << pair[0];
  EXPECT_EQ(type_of_list({"yes", "false"}), ColumnType::category);
  EXPECT_EQ(type_of_list({"yes", "no", "perhaps"}), ColumnType::category);
  EXPECT_EQ(type_of_list({"yes"}), ColumnType::category);
  EXPECT_EQ(type_of_list({"male", "female"}), ColumnType::category);
}

TEST(ColumnType, identifiers_name_rows) {
  const auto row_number = [](int64_t r) { return static_cast<double>(r + 1); };
  EXPECT_EQ(type_of(numbers("PassengerId", 50, row_number)), ColumnType::identifier);
  EXPECT_EQ(type_of(numbers("anything", 50, row_number)), ColumnType::identifier);
  EXPECT_EQ(type_of(numbers("time", 50, row_number)), ColumnType::number);
  EXPECT_EQ(type_of(numbers("anything", 10, row_number)), ColumnType::number);
  EXPECT_EQ(type_of(numbers("customer_id", 50,
                            [](int64_t r) { return static_cast<double>(1000 + r * 7919 % 5003); })),
            ColumnType::identifier);
  EXPECT_EQ(
      type_of(numbers("income", 50, [](int64_t r) { return static_cast<double>(1000 + r * 7919 % 5003); })),
      ColumnType::number);
  EXPECT_EQ(type_of(texts("c", 50, [](int64_t r) { return "A" + std::to_string(r); })),
            ColumnType::identifier);
  EXPECT_EQ(type_of(texts("c", 50, [](int64_t r) { return "A" + std::to_string(r % 30); })),
            ColumnType::category);
  EXPECT_EQ(type_of(texts("Animal ID", 50, [](int64_t r) { return "A" + std::to_string(r % 30); })),
            ColumnType::identifier);
}

TEST(ColumnType, names_are_read_word_by_word) {
  for (const char* name : {"id", "ID", "PassengerId", "user_id", "Sample Number", "id code", "row-index"})
    EXPECT_TRUE(is_named_like_identifier(name)) << name;
  for (const char* name : {"", "idle", "humidity", "width", "number of rooms", "monkey", "Paid", "\xff\xfe"})
    EXPECT_FALSE(is_named_like_identifier(name)) << name;
}

TEST(ColumnType, texts_dates_and_nothing) {
  EXPECT_EQ(type_of(texts("c", 60, [](int64_t r) { return fmt::format("I saw it {} times, or more", r); })),
            ColumnType::text);
  EXPECT_EQ(type_of_list({"a b c d e f", "g h i j k l"}), ColumnType::category);
  EXPECT_EQ(type_of_list({"2024-03-05", "2024-03-06", ""}), ColumnType::date);
  EXPECT_EQ(type_of_list({"2024-03-05", "tomorrow"}), ColumnType::category);
  EXPECT_EQ(type_of_list({""}), ColumnType::empty);
  EXPECT_EQ(type_of(numbers("a", 5, [](int64_t) { return kNaN; })), ColumnType::empty);
  EXPECT_EQ(type_of(numbers("a", 0, [](int64_t) { return 0.; })), ColumnType::empty);
}

TEST(ColumnType, nearly_numbers_are_numbers_with_a_stray) {
  const auto horsepower = [](int64_t r) {
    return r % 50 == 7 ? std::string("?") : std::to_string(50 + r * 3 % 91);
  };
  const Table table("cars.csv", {texts("horsepower", 200, horsepower)});
  const ColumnProfile column = profile_column(table, 0);
  ASSERT_EQ(column.type, ColumnType::number);
  ASSERT_TRUE(column.stray);
  EXPECT_EQ(column.stray->row, 7);
  EXPECT_EQ(column.stray->fields, 4);
  EXPECT_EQ(column.numbers.present, 196);
  EXPECT_EQ(column.missing, 0);
  EXPECT_EQ(describe_stray(table, 0, column),
            "cars.csv:9:1: expected a number, found \"?\" in column \"horsepower\"; --missing ? takes it as "
            "missing, "
            "--categorical horsepower as a category");
  // Numbers that are names of categories, and mixtures with many different texts.
  EXPECT_EQ(type_of_list({"2", "3", "4", "5more"}), ColumnType::category);
  EXPECT_EQ(
      type_of(texts("ticket", 200, [](int64_t r) { return (r % 3 ? "" : "A") + std::to_string(r % 120); })),
      ColumnType::category);
}

TEST(ColumnProfile, tells_what_a_column_holds) {
  const ColumnProfile column = profile_of(texts("town", 9, [](int64_t r) {
    return std::vector<std::string>{
        "Köln", " Bonn ", "", "Köln", "Ulm", "Köln", "Ulm", "Ulm", ""}[static_cast<size_t>(r)];
  }));
  EXPECT_EQ(column.missing, 2);
  EXPECT_EQ(column.distinct, 3);
  EXPECT_EQ(column.shortest, 3);
  EXPECT_EQ(column.longest, 4);
  ASSERT_EQ(column.most_frequent.size(), 3u);
  EXPECT_EQ(column.most_frequent[0].value, "Köln");  // as often as Ulm, but first
  EXPECT_EQ(column.most_frequent[0].rows, 3);
  EXPECT_EQ(column.most_frequent[2].value, "Bonn");
  EXPECT_EQ(column.examples, (std::vector<std::string>{"Köln", "Bonn", "Ulm"}));
}

TEST(ColumnProfile, of_dates_holds_their_range) {
  const ColumnProfile column =
      profile_of(texts("when", 4, [](int64_t r) { return fmt::format("{:02}.12.1999", 10 + 7 * r); }));
  ASSERT_EQ(column.type, ColumnType::date);
  EXPECT_EQ(to_string(*column.dates), "DD.MM.YYYY");
  EXPECT_EQ(iso_date(static_cast<int64_t>(column.numbers.smallest)), "1999-12-10");
  EXPECT_EQ(iso_date(static_cast<int64_t>(column.numbers.largest)), "1999-12-31");
}

TEST(ColumnProfile, infinite_numbers_are_counted_and_left_out) {
  const ColumnProfile column = profile_of(numbers("a", 30, [](int64_t r) {
    return r == 3 ? -std::numeric_limits<double>::infinity() : 0.5 * static_cast<double>(r);
  }));
  EXPECT_EQ(column.type, ColumnType::number);
  EXPECT_EQ(column.numbers.infinite, 1);
  EXPECT_EQ(column.numbers.first_infinite, 3);
  EXPECT_EQ(column.numbers.smallest, 0);
  EXPECT_EQ(column.missing, 0);
}

TEST(ColumnProfile, is_the_same_at_any_number_of_threads) {
  constexpr uint64_t kSeed = 11;
  SCOPED_TRACE(kSeed);
  const Random random(kSeed, 0);
  std::vector<Column> columns;
  for (int i = 0; i < 40; ++i)
    columns.push_back(numbers("c" + std::to_string(i), 500, [&](int64_t r) {
      const double u = random.uniform(static_cast<uint64_t>(500 * i + r));
      return i % 3 == 0 ? std::floor(u * i) : u * u * u;
    }));
  const Table table("t.csv", columns);
  const auto alone = profile(table);
  for (const int count : {1, 3}) {
    Threads threads(count);
    const auto shared = profile(table, &threads);
    ASSERT_EQ(shared.size(), alone.size());
    for (size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(shared[i].type, alone[i].type);
      EXPECT_EQ(shared[i].reason, alone[i].reason);
      EXPECT_EQ(shared[i].numbers.mean, alone[i].numbers.mean);
      EXPECT_EQ(shared[i].numbers.skew, alone[i].numbers.skew);
      EXPECT_EQ(shared[i].numbers.histogram, alone[i].numbers.histogram);
    }
  }
}

/// The named column of a public data set with a header; the test is skipped where it is not at hand.
ColumnType type_in(const std::string& file, const std::string& column) {
  const Table table = read_csv(*folder_of_real_files() + "/" + file);
  return profile_column(table, table.index(column)).type;
}

TEST(ColumnType, of_columns_of_real_tables) {
  if (!folder_of_real_files()) GTEST_SKIP() << "no folder of public data sets";
  const std::string titanic = "titanic/titanic.csv";
  EXPECT_EQ(type_in(titanic, "PassengerId"), ColumnType::identifier);
  EXPECT_EQ(type_in(titanic, "Survived"), ColumnType::boolean);
  EXPECT_EQ(type_in(titanic, "Pclass"), ColumnType::codes);
  EXPECT_EQ(type_in(titanic, "Name"), ColumnType::text);
  EXPECT_EQ(type_in(titanic, "Sex"), ColumnType::category);
  EXPECT_EQ(type_in(titanic, "SibSp"), ColumnType::number);
  EXPECT_EQ(type_in(titanic, "Parch"), ColumnType::number);
  EXPECT_EQ(type_in(titanic, "Ticket"), ColumnType::category);
  EXPECT_EQ(type_in(titanic, "Fare"), ColumnType::number);
  EXPECT_EQ(type_in("auto_mpg/mpg.csv", "cylinders"), ColumnType::codes);
  EXPECT_EQ(type_in("auto_mpg/mpg.csv", "model_year"), ColumnType::number);
  EXPECT_EQ(type_in("penguins/penguins_raw.csv", "Individual ID"), ColumnType::identifier);
  EXPECT_EQ(type_in("penguins/penguins_raw.csv", "Date Egg"), ColumnType::date);
  EXPECT_EQ(type_in("mushroom/mushroom.csv", "odor"), ColumnType::codes);
  EXPECT_EQ(type_in("california_housing/housing.csv", "ocean_proximity"), ColumnType::category);
  EXPECT_EQ(type_in("california_housing/housing.csv", "median_income"), ColumnType::number);
  for (const char* name : {"sepal_length", "petal_width"})
    EXPECT_EQ(type_in("iris/iris_seaborn.csv", name), ColumnType::number);
}

}  // namespace
}  // namespace kette::data::column_profile_test
