#include "kette/data/features.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/csv.h"
#include "kette/data/read.h"

namespace kette::data::features_test {
namespace {

using Kind = Feature::Kind;
using Lines = std::vector<std::string>;
using Rows = std::vector<int64_t>;

/// A table of `rows` rows: `field(row)` of each column.
struct NamedColumn {
  std::string name;
  std::string (*field)(int row);
};
Table table_of(int rows, const std::vector<NamedColumn>& columns) {
  std::string text;
  for (size_t c = 0; c < columns.size(); ++c) text += (c == 0 ? "" : ",") + columns[c].name;
  text += '\n';
  for (int row = 0; row < rows; ++row) {
    for (size_t c = 0; c < columns.size(); ++c) text += (c == 0 ? "" : ",") + columns[c].field(row);
    text += '\n';
  }
  return parse_csv(text, "f.csv");
}

const NamedColumn kTarget = {"y", [](int row) { return fmt::format("{}", row * 0.37); }};
const NamedColumn kAmount = {"amount", [](int row) { return fmt::format("{}", (row * 7919) % 1000 * 0.5); }};

FeatureChoice choice(const Table& table, const DatasetOptions& options = {}) {
  return choose_features(table, options, Lines{"y"});
}
/// What becomes of a column of 100 rows beside an amount; nothing when it is left out.
std::optional<Kind> kind_of(const NamedColumn& column, const DatasetOptions& options = {}) {
  for (const Feature& feature : choice(table_of(100, {column, kAmount, kTarget}), options).features)
    if (feature.name == column.name) return feature.kind;
  return std::nullopt;
}

std::string refusal(const DatasetOptions& options, const Lines& targets = {"y"}) {
  static const Table table = parse_csv("a,b,w,y\n1,u,1,0\n2.5,v,2,1\n", "f.csv");
  try {
    choose_features(table, options, targets);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ChooseFeatures, the_kind_follows_from_what_the_column_holds) {
  EXPECT_EQ(kind_of({"size", [](int row) { return fmt::format("{}", row * 1.25); }}), Kind::number);
  EXPECT_EQ(kind_of({"flag", [](int row) { return std::to_string(row % 2); }}), Kind::number);
  EXPECT_EQ(kind_of({"class", [](int row) { return std::to_string(1 + row % 3); }}), Kind::category);
  EXPECT_EQ(kind_of({"town", [](int row) { return std::string(row % 2 == 0 ? "Ulm" : "Bonn"); }}),
            Kind::category);
  EXPECT_EQ(
      kind_of({"day", [](int row) { return fmt::format("2024-{:02}-{:02}", 1 + row % 12, 1 + row % 28); }}),
      Kind::date);
  EXPECT_EQ(kind_of({"note", [](int row) { return fmt::format("one of very many sentences {}", row); }}),
            Kind::words);
}

TEST(ChooseFeatures, identifiers_empty_and_constant_columns_are_left_out_and_said_so) {
  const FeatureChoice c = choice(table_of(60, {{"id", [](int row) { return std::to_string(row + 1); }},
                                               {"nothing", [](int) { return std::string("NA"); }},
                                               {"same", [](int) { return std::string("7"); }},
                                               {"same_text", [](int) { return std::string("u"); }},
                                               kAmount,
                                               kTarget}));
  ASSERT_EQ(names_of(c.features), (Lines{"amount"}));
  EXPECT_EQ(c.notes, (Lines{"column \"id\" names the rows and is left out",
                            "column \"nothing\" holds no value and is left out"}));
  EXPECT_EQ(
      c.warnings,
      (Lines{"2 columns are constant and carry no information: \"same\" (7), \"same_text\" (\"u\"); they are "
             "left out"}));
}

TEST(ChooseFeatures, a_column_of_one_value_and_gaps_tells_something) {
  EXPECT_EQ(kind_of({"had", [](int row) { return std::string(row % 3 == 0 ? "5.5" : ""); }}), Kind::number);
}

TEST(ChooseFeatures, columns_that_are_asked_for_stay) {
  const Table table = table_of(60, {{"id", [](int row) { return std::to_string(row + 1); }},
                                    {"same", [](int) { return std::string("7"); }},
                                    kAmount,
                                    kTarget});
  const FeatureChoice c = choice(table, {.features = {"id", "same"}});
  EXPECT_EQ(names_of(c.features), (Lines{"id", "same"}));
  EXPECT_TRUE(c.notes.empty());
  EXPECT_EQ(c.warnings, (Lines{"column \"same\" is constant (7) and carries no information"}));
}

TEST(ChooseFeatures, columns_may_be_ignored_or_named_categorical_or_numeric) {
  const NamedColumn grade{"grade", [](int row) { return std::to_string(1 + row % 3); }};
  EXPECT_EQ(kind_of(grade, {.ignore = {"grade"}}), std::nullopt);
  EXPECT_EQ(kind_of(grade, {.numeric = {"grade"}}), Kind::number);
  EXPECT_EQ(kind_of(kAmount, {.categorical = {"amount"}}), Kind::category);
}

TEST(ChooseFeatures, free_text_is_left_out_where_no_words_are_wanted) {
  const Table table =
      table_of(100, {{"note", [](int row) { return fmt::format("one of very many sentences {}", row); }},
                     kAmount,
                     kTarget});
  EXPECT_EQ(choice(table, {.most_words = 0}).notes, (Lines{"column \"note\" is free text and is left out"}));
}

TEST(ChooseFeatures, weight_and_group_are_no_features) {
  const Table table = parse_csv("a,w,g,y\n1.5,1,u,0\n2.5,2,v,1\n", "f.csv");
  EXPECT_EQ(names_of(choose_features(table, {.weight = "w", .group = "g"}, Lines{"y"}).features),
            (Lines{"a"}));
}

TEST(ChooseFeatures, contradicting_roles_are_refused) {
  EXPECT_EQ(refusal({.features = {"a", "y"}}), "f.csv: column \"y\" is the target and also a feature");
  EXPECT_EQ(refusal({.features = {"a", "a"}}), "f.csv: feature \"a\" is listed twice");
  EXPECT_EQ(refusal({.weight = "y"}), "f.csv: column \"y\" is the target and also a weight");
  EXPECT_EQ(refusal({.features = {"w"}, .weight = "w"}), "f.csv: column \"w\" is weight and also a feature");
  EXPECT_EQ(refusal({.categorical = {"a"}, .numeric = {"a"}}),
            "f.csv: column \"a\" is said to be categorical and numeric");
  EXPECT_EQ(refusal({.numeric = {"a"}, .share_embedding = {"a"}}),
            "f.csv: column \"a\" is said to be numeric and to share an embedding");
  EXPECT_EQ(refusal({.features = {"a"}, .share_embedding = {"b"}}),
            "f.csv: column \"b\" is to share an embedding, but is no feature");
  EXPECT_EQ(refusal({.share_embedding = {"y"}}),
            "f.csv: column \"y\" is to share an embedding, but is no feature");
  EXPECT_EQ(refusal({}, {"y", "y"}), "f.csv: target \"y\" is listed twice");
}

TEST(ChooseFeatures, unknown_columns_are_named_in_any_role) {
  const std::string message = "f.csv: no column \"q\"; the columns are \"a\", \"b\", \"w\", \"y\"";
  EXPECT_EQ(refusal({.features = {"q"}}), message);
  EXPECT_EQ(refusal({.ignore = {"q"}}), message);
  EXPECT_EQ(refusal({.categorical = {"q"}}), message);
  EXPECT_EQ(refusal({.numeric = {"q"}}), message);
  EXPECT_EQ(refusal({.weight = "q"}), message);
  EXPECT_EQ(refusal({.group = "q"}), message);
}

TEST(ChooseFeatures, a_text_in_a_numeric_column_is_refused_with_its_place) {
  EXPECT_EQ(refusal({.numeric = {"b"}}), "f.csv:2:2: expected a number, found \"u\" in column \"b\"");
  std::string text = "a,y\n";
  for (int row = 0; row < 50; ++row)
    text += row == 7 ? "seven,3\n" : fmt::format("{},{}\n", row * 1.5, row * 0.3);
  try {
    choice(parse_csv(text, "f.csv"));
    ADD_FAILURE() << "taken";
  } catch (const Error& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("f.csv:9:1: expected a number, found \"seven\""))
        << error.what();
  }
}

TEST(ChooseFeatures, nothing_left_is_refused) {
  EXPECT_EQ(refusal({.ignore = {"a", "b", "w"}}),
            "f.csv: no feature column that tells anything; expected at least one besides the target \"y\"");
}

/// The column "c" of so many rows of each text, as a fitted category.
Feature fitted(const std::vector<std::pair<std::string, int>>& counts,
               const DatasetOptions& options = {.target = "y"}) {
  std::string text = "c,y\n";
  int rows = 0;
  for (const auto& [category, count] : counts)
    for (int i = 0; i < count; ++i) text += fmt::format("{},{}\n", category, rows++);
  std::vector<Feature> features = {{.name = "c", .kind = Kind::category}};
  Rows all;
  for (int row = 0; row < rows; ++row) all.push_back(row);
  fit_categories(features, parse_table(text, "f.csv", {.header = true}).table, all, options);
  return features.front();
}

TEST(FitCategories, stand_in_order_of_number_or_text) {
  EXPECT_EQ(fitted({{"b", 1}, {"a", 2}, {"", 3}}).categories, (Lines{"a", "b"}));
  EXPECT_EQ(fitted({{"10", 1}, {"9", 2}, {"-1.50", 3}}).categories, (Lines{"-1.5", "9", "10"}));
  EXPECT_EQ(fitted({{"10", 1}, {"9", 2}, {"x", 3}}).categories, (Lines{"9", "10", "x"}));
}

TEST(FitCategories, rare_ones_stand_behind_those_kept) {
  const Feature f = fitted({{"d", 1}, {"a", 3}, {"c", 1}, {"b", 4}}, {.target = "y", .rare = 3});
  EXPECT_EQ(f.categories, (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(f.kept, 2);
  const Feature g = fitted({{"a", 1}, {"b", 5}, {"c", 1}}, {.target = "y", .rare = 3});
  EXPECT_EQ(g.categories, (Lines{"b", "a", "c"}));
  EXPECT_EQ(g.kept, 1);
}

TEST(FitCategories, rare_is_one_row_in_two_hundred_up_to_twenty) {
  EXPECT_EQ(fitted({{"a", 199}, {"b", 1}}).kept, 2);
  EXPECT_EQ(fitted({{"a", 1194}, {"b", 5}}).kept, 2);
  EXPECT_EQ(fitted({{"a", 1195}, {"b", 5}}).kept, 1);
  EXPECT_EQ(fitted({{"a", 1194}, {"b", 6}}).kept, 2);
  EXPECT_EQ(fitted({{"a", 9980}, {"b", 20}}).kept, 2);
  EXPECT_EQ(fitted({{"a", 9981}, {"b", 19}}).kept, 1);
}

TEST(FitCategories, only_the_given_rows_count) {
  std::vector<Feature> features = {{.name = "c", .kind = Kind::category}};
  fit_categories(features, parse_csv("c,y\nu,1\nv,2\nw,3\nu,4\n", "f.csv"), Rows{0, 2}, {.target = "y"});
  EXPECT_EQ(features[0].categories, (Lines{"u", "w"}));
}

/// The categories of a shared vocabulary of the columns l and r; both must have them.
Feature shared(const Lines& left, const Lines& right, const Rows& rows, const DatasetOptions& options) {
  Table table("f.csv");
  table.add_text("l", left);
  table.add_text("r", right);
  std::vector<Feature> features = choose_features(table, options, {}).features;
  fit_categories(features, table, rows, options);
  EXPECT_EQ(names_of(features), (Lines{"l", "r"}));
  EXPECT_EQ(features[0].categories, features[1].categories);
  EXPECT_EQ(features[0].kept, features[1].kept);
  EXPECT_TRUE(features[0].shared && features[1].shared);
  return features[0];
}

TEST(FitCategories, shared_ones_are_those_of_all_columns) {
  const DatasetOptions options{.share_embedding = {"l", "r"}};
  EXPECT_EQ(shared({"a", "b", "c"}, {"b", "d", "a"}, {0, 1, 2}, options).categories,
            (Lines{"a", "b", "c", "d"}));
  EXPECT_EQ(shared({"a", "b", "c"}, {"b", "d", "a"}, {0, 2}, options).categories, (Lines{"a", "b", "c"}));
  EXPECT_EQ(shared({"1", "2", "3"}, {"2", "4", "x"}, {0, 1, 2}, options).categories,
            (Lines{"1", "2", "3", "4", "x"}));
}

TEST(FitCategories, a_shared_one_is_as_frequent_as_in_the_column_that_holds_it_most) {
  const DatasetOptions options{.share_embedding = {"l", "r"}, .rare = 2};
  const Feature f = shared({"a", "a", "b", "c"}, {"b", "c", "d", "d"}, {0, 1, 2, 3}, options);
  EXPECT_EQ(f.categories, (Lines{"a", "d", "b", "c"}));
  EXPECT_EQ(f.kept, 2);
}

TEST(FitCategories, a_shared_vocabulary_of_rare_ones_alone_is_refused) {
  const auto error = [](const Lines& left, const Lines& right, std::optional<int64_t> rare) -> std::string {
    try {
      shared(left, right, {0, 1, 2}, {.share_embedding = {"l", "r"}, .rare = rare});
    } catch (const Error& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(
      error({"a", "b", "c"}, {"b", "d", "a"}, 2),
      "f.csv: no value of the columns that share an embedding is in 2 training rows or more, so there is "
      "nothing to learn of any: take more rows, or a smaller --rare");
  EXPECT_EQ(error({"a", "b", "c"}, {"b", "d", "b"}, 2), "none");
  EXPECT_EQ(error({"a", "b", "c"}, {"b", "d", "a"}, {}), "none");
}

TEST(FitCategories, a_shared_vocabulary_may_be_large) {
  Lines words;
  Rows rows;
  for (int i = 0; i < 5000; ++i) words.push_back(fmt::format("w{}", i)), rows.push_back(i);
  EXPECT_EQ(shared(words, words, rows, {.share_embedding = {"l", "r"}, .rare = 1}).kept, 5000);
}

/// "c0" … in a file where word k of the list stands in `rows[k]` of 200 rows.
Lines vocabulary(const std::vector<int>& rows, int64_t most_words = 100) {
  std::vector<std::string> fields(200);
  for (size_t k = 0; k < rows.size(); ++k)
    for (int row = 0; row < rows[k]; ++row) fields[static_cast<size_t>(row)] += fmt::format("W{0} w{0}, ", k);
  Table table("f.csv");
  table.add_text("t", fields);
  Rows all;
  for (int row = 0; row < 200; ++row) all.push_back(row);
  std::vector<Feature> features = {{.name = "t", .kind = Kind::words}, {.name = "a"}};
  fit_categories(features, table, all, {.target = "y", .most_words = most_words});
  return features.front().kind == Kind::words ? features.front().categories : Lines{};
}

TEST(FitVocabulary, holds_words_of_at_least_five_rows_but_not_of_nearly_all) {
  EXPECT_EQ(vocabulary({4, 5, 100, 196, 197}), (Lines{"w1", "w2", "w3"}));
}

TEST(FitVocabulary, holds_the_most_frequent_in_order_of_the_alphabet) {
  EXPECT_EQ(vocabulary({10, 30, 20, 40}, 2), (Lines{"w1", "w3"}));
}

TEST(FitVocabulary, a_text_without_one_is_dropped) { EXPECT_EQ(vocabulary({4, 200}), Lines{}); }

}  // namespace
}  // namespace kette::data::features_test
