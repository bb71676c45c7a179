#include "kette/data/findings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/csv.h"
#include "kette/data/generators.h"
#include "kette/data/test_files.h"

namespace kette::data::findings_test {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr uint64_t kSeed = 17;

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

double noise(int64_t row, uint64_t stream) {
  return Random(kSeed, stream).uniform(static_cast<uint64_t>(row));
}

/// "kind: text" of each.
std::vector<std::string> problems(const std::vector<Column>& columns, const std::string& target = "") {
  const Table table("t.csv", columns);
  std::vector<std::string> lines;
  for (const Finding& finding : find_problems(table, profile(table), target)) {
    EXPECT_EQ(finding.text.find('\n'), std::string::npos);
    lines.push_back(fmt::format("{}: {}", to_string(finding.kind), finding.text));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Findings, columns_that_tell_nothing) {
  const Column fine = numbers("fine", 100, [](int64_t r) { return noise(r, 1); });
  EXPECT_EQ(problems({fine}), Lines{});
  EXPECT_EQ(problems({fine, numbers("a", 100, [](int64_t) { return 7.; })}),
            Lines{"constant: \"a\" holds one value only: 7"});
  EXPECT_EQ(problems({fine, texts("a", 100, [](int64_t r) { return r < 70 ? "" : "x"; })}),
            (Lines{"constant: \"a\" holds one value only, where it is not missing: x",
                   "mostly missing: \"a\" is missing in 70 of 100 rows (70 %)"}));
  EXPECT_EQ(problems({fine, numbers("a", 100, [](int64_t) { return kNaN; })}),
            Lines{"empty: \"a\" holds no value"});
  EXPECT_EQ(problems({fine, numbers("a", 100, [](int64_t r) { return static_cast<double>(r); })}),
            Lines{"identifier: \"a\" numbers the rows: nothing to learn from"});
  EXPECT_EQ(
      problems({fine, texts("a", 100, [](int64_t r) { return fmt::format("A{}", r % 60); })}).at(0),
      "many categories: \"a\" holds 60 different texts in 100 rows: most stand in too few to learn from");
}

TEST(Findings, places_of_what_cannot_be_read_as_a_number) {
  EXPECT_EQ(problems({numbers("a", 100, [](int64_t r) { return r == 5 ? HUGE_VAL : noise(r, 1); })}),
            Lines{"infinite: \"a\" holds 1 infinite number, the first at t.csv:7:1"});
  EXPECT_EQ(problems({texts("a", 100, [](int64_t r) { return r == 9 ? "n/a" : fmt::format("{}", r * r); })}),
            Lines{"mixed: \"a\" holds numbers but for 1 field, the first \"n/a\" at t.csv:11:1"});
  EXPECT_EQ(problems({texts("a", 9, [](int64_t r) { return fmt::format("{:02}/01/2024", r + 1); })}).at(0),
            "ambiguous dates: \"a\" is read month first, as in 01/01/2024; day first would do as well");
}

TEST(Findings, columns_that_say_the_same) {
  const Column a = numbers("a", 100, [](int64_t r) { return noise(r, 1); });
  const Column yes = numbers("survived", 100, [](int64_t r) { return noise(r, 2) < 0.4 ? 1. : 0.; });
  const Column alive = texts("alive", 100, [](int64_t r) { return noise(r, 2) < 0.4 ? "yes" : "no"; });
  Column copy = a;
  copy.name = "b";
  EXPECT_EQ(problems({a, yes, alive, copy}), (Lines{"duplicate: \"alive\" says the same as \"survived\"",
                                                    "duplicate: \"b\" is the same as \"a\""}));
  // One row makes the difference; all distinct numbers belong together one to one by accident.
  copy.numbers[50] += 1;
  EXPECT_EQ(problems({a, copy}), Lines{});
  EXPECT_EQ(problems({yes, numbers("c", 100,
                                   [&](int64_t r) {
                                     return r == 3 ? 2 : yes.numbers[static_cast<size_t>(r)] + 5;
                                   })}),
            Lines{});
}

TEST(Findings, columns_that_tell_the_target) {
  const Column noisy = numbers("noise", 2000, [](int64_t r) { return noise(r, 1); });
  const Column target = texts("y", 2000, [](int64_t r) { return noise(r, 2) < 0.3 ? "a" : "b"; });
  const auto is_a = [](int64_t r) { return noise(r, 2) < 0.3; };
  EXPECT_EQ(problems({noisy, target}, "y"), Lines{});
  EXPECT_EQ(
      problems({noisy, target, texts("code", 2000, [&](int64_t r) { return is_a(r) ? "1x" : "2x"; })}, "y"),
      Lines{"leak: \"code\" says the same as \"y\", the target"});
  EXPECT_EQ(problems({noisy, target,
                      texts("code", 2000,
                            [&](int64_t r) { return (is_a(r) ? "p" : "q") + std::to_string(r % 4); })},
                     "y"),
            Lines{"leak: \"code\" alone tells \"y\": each of its 8 values belongs to one class"});
  EXPECT_EQ(problems({noisy, target,
                      numbers("score", 2000, [&](int64_t r) { return noise(r, 3) + (is_a(r) ? 1 : 0); })},
                     "y"),
            Lines{"leak: \"score\" alone tells \"y\": thresholds on it separate the 2 classes"});
  EXPECT_EQ(problems({noisy, numbers("y", 2000, [](int64_t r) { return noise(r, 5); }),
                      numbers("root", 2000, [](int64_t r) { return -std::sqrt(noise(r, 5)); })},
                     "y"),
            Lines{"leak: \"root\" alone tells \"y\": it falls whenever the target rises"});
}

TEST(Findings, what_predicts_well_is_no_leak) {
  const Column target = texts("y", 2000, [](int64_t r) { return noise(r, 2) < 0.3 ? "a" : "b"; });
  const auto is_a = [](int64_t r) { return noise(r, 2) < 0.3; };
  // Right in 98 of 100 rows; a category whose texts are rare; almost always 0; numbers that overlap a little.
  const Column good =
      texts("good", 2000, [&](int64_t r) { return is_a(r) != (noise(r, 4) < 0.02) ? "1x" : "2x"; });
  const Column rare = texts("rare", 2000, [](int64_t r) { return fmt::format("t{}", r / 2); });
  const Column zero = numbers("zero", 2000, [](int64_t r) { return r % 50 == 0 ? noise(r, 6) : 0; });
  const Column near = numbers("near", 2000, [&](int64_t r) { return noise(r, 3) + (is_a(r) ? 0.9 : 0); });
  for (const std::string& line : problems({good, rare, zero, near, target}, "y"))
    EXPECT_FALSE(line.starts_with("leak")) << line;
  // The only other column is what there is to learn from.
  EXPECT_EQ(problems({numbers("x", 200, [](int64_t r) { return noise(r, 1); }),
                      numbers("y", 200, [](int64_t r) { return 2 * noise(r, 1) + 1; })},
                     "y"),
            Lines{});
}

TEST(Findings, of_the_target) {
  const Column a = numbers("a", 400, [](int64_t r) { return noise(r, 1); });
  EXPECT_EQ(
      problems({a, texts("y", 400, [](int64_t r) { return r % 100 == 7 ? "rare"
                                                          : r % 2      ? "b"
                                                                       : "c"; })},
               "y"),
      Lines{"imbalance: \"y\" is \"rare\" in 4 of 400 rows only (1 %)"});
  EXPECT_EQ(
      problems({a, texts("y", 400, [](int64_t r) { return r == 3 || r == 9 ? ""
                                                          : r % 2          ? "b"
                                                                           : "c"; })},
               "y"),
      Lines{"target missing: \"y\" is the target and missing in 2 of 400 rows, the first at t.csv:5:2"});
  EXPECT_THROW(problems({a}, "b"), Error);
}

TEST(Findings, long_tails) {
  EXPECT_EQ(
      problems({numbers("income", 500, [](int64_t r) { return std::floor(std::exp(12 * noise(r, 1))); })})
          .at(0)
          .substr(0, 31),
      "heavy tail: \"income\" has a long");
  EXPECT_EQ(
      problems({numbers("grey", 500,
                        [](int64_t r) { return noise(r, 1) < 0.9 ? 0 : std::floor(255 * noise(r, 2)); })}),
      Lines{});
}

TEST(Findings, tables_without_rows_have_no_problems) {
  EXPECT_EQ(problems({numbers("a", 0, [](int64_t) { return 0.; })}, "a"), Lines{});
  EXPECT_EQ(problems({}), Lines{});
}

TEST(Findings, made_up_data_raises_no_alarm) {
  for (const char* name : {"circle", "xor", "gauss", "spiral", "moons", "sine"}) {
    const Table table = generate(name, 500, 0.1, 1);
    for (const Finding& finding : find_problems(table, profile(table), table.names().back()))
      ADD_FAILURE() << name << ": " << finding.text;
  }
}

TEST(Findings, real_tables_raise_no_false_alarm) {
  const auto folder = folder_of_real_files();
  if (!folder) GTEST_SKIP() << "no folder of public data sets";
  const std::pair<const char*, const char*> sets[] = {
      {"iris/iris_seaborn.csv", "species"},
      {"penguins/penguins_seaborn.csv", "species"},
      {"breast_cancer_wdbc/wdbc_breast_cancer.csv", "diagnosis"},
      {"mushroom/mushroom.csv", "target"},
      {"california_housing/housing.csv", "median_house_value"},
      {"wine_quality/wineQualityReds.csv", "quality"},
  };
  for (const auto& [file, target] : sets) {
    const Table table = read_csv(*folder + "/" + file);
    for (const Finding& finding : find_problems(table, profile(table), target)) {
      EXPECT_NE(finding.kind, FindingKind::leak) << file << ": " << finding.text;
      EXPECT_NE(finding.kind, FindingKind::identifier) << file << ": " << finding.text;
      EXPECT_NE(finding.kind, FindingKind::duplicate) << file << ": " << finding.text;
    }
  }
  const Table titanic = read_csv(*folder + "/titanic/titanic_seaborn.csv");
  std::vector<std::string> leaks, duplicates;
  for (const Finding& finding : find_problems(titanic, profile(titanic), "survived")) {
    if (finding.kind == FindingKind::leak) leaks.push_back(finding.column);
    if (finding.kind == FindingKind::duplicate) duplicates.push_back(finding.column);
  }
  EXPECT_EQ(leaks, std::vector<std::string>{"alive"});
  EXPECT_EQ(duplicates, (std::vector<std::string>{"class", "embark_town"}));
}

}  // namespace
}  // namespace kette::data::findings_test
