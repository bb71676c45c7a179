#include "kette/report/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "kette/base/error.h"
#include "kette/report/page_text.h"

namespace kette::report_test {
namespace {

using Json = nlohmann::json;

data::Table towns() {
  data::Table table("folder/towns.csv");
  table.add_numbers("size", std::vector<double>{1, 2, NAN, 4});
  table.add_text("town", std::vector<std::string>{"Bonn", "</script>", std::string(200, 'x'), "\xff"});
  table.add_numbers("price", std::vector<double>{10, 20, 30, 41});
  return table;
}

Schema schema() {
  return {.task = data::Task::regression,
          .features = {{.name = "size"}, {.name = "town", .kind = data::Feature::Kind::category}},
          .targets = {"price"}};
}

Report report(const data::Table& table) {
  Report report{.command = "evaluate", .producer = "kette 1", .model = "towns.onnx"};
  report.table = {{"folder/towns.csv"}, table.rows(), data::profile(table)};
  const Predictions predictions{Tensor(Shape({4, 1}), {10.F, 20.F, 30.F, 40.F}),
                                Tensor(Shape({4, 1}), {10.F, 20.F, 30.F, 40.F})};
  report.judgement =
      judge(schema(), predictions, Tensor(Shape({4, 1}), {10.F, 20.F, 30.F, 41.F}), {.curves = true});
  report.judged = {"rows of towns.csv", &table};
  return report;
}

TEST(Report, worst_rows_are_told_as_they_stand_in_the_table) {
  const data::Table table = towns();
  const Json json = Json::parse(report_json(report(table), schema()));
  const Json& examples = json["examples"];
  EXPECT_EQ(examples["columns"], (Json{"size", "town"}));
  ASSERT_EQ(examples["rows"].size(), json["judgement"]["worst"].size());
  EXPECT_EQ(json["judgement"]["worst"][0]["row"], 3);
  EXPECT_EQ(examples["rows"][0]["place"], "towns.csv:5");
  EXPECT_EQ(examples["rows"][0]["values"], (Json{"4", "\ufffd"}));
}

TEST(Report, what_is_absent_is_left_out) {
  const data::Table table = towns();
  Report bare = report(table);
  bare.judgement.reset();
  const Json json = Json::parse(report_json(bare, schema()));
  for (const char* key :
       {"judgement", "examples", "curves", "search", "doctor", "importance", "baseline", "network"})
    EXPECT_FALSE(json.contains(key)) << key;
  EXPECT_EQ(json["data"]["list"][0]["role"], "target");
  EXPECT_EQ(json["data"]["list"][1]["missing"], 1);
}

TEST(Report, long_curves_keep_their_ends_and_what_was_kept) {
  std::vector<EpochReport> history(5000);
  for (size_t i = 0; i < history.size(); ++i) {
    history[i].epoch = static_cast<int64_t>(i) + 1;
    history[i].loss = 1 / 3.0;
  }
  const data::Table table = towns();
  Report long_run = report(table);
  long_run.curves = {learning_curve("", history, 4321)};
  const Json curve = Json::parse(report_json(long_run, schema()))["curves"]["list"][0];
  const Json& points = curve["points"];
  EXPECT_LE(points.size(), 402u);
  EXPECT_EQ(points.front()["at"], 1);
  EXPECT_EQ(points.back()["at"], 5000);
  EXPECT_EQ(curve["kept"], 4321);
  EXPECT_TRUE(std::ranges::any_of(points, [](const Json& point) { return point["at"] == 4321; }));
  EXPECT_EQ(points.front()["loss"].dump(), "0.3333333");
}

TEST(Report, many_columns_are_not_all_listed_but_the_target_is) {
  data::Table table("wide.csv");
  Schema wide{.task = data::Task::regression, .targets = {"y"}};
  for (int i = 0; i < 200; ++i) {
    table.add_numbers(fmt::format("c{}", i), std::vector<double>{1, 2.5, 3, 4});
    wide.features.push_back({.name = fmt::format("c{}", i)});
  }
  table.add_numbers("y", std::vector<double>{10, 20, 30, 41});
  Report of_wide = report(table);
  const Json json = Json::parse(report_json(of_wide, wide));
  EXPECT_EQ(json["data"]["columns"], 201);
  EXPECT_EQ(json["data"]["list"].size(), 60u);
  EXPECT_EQ(json["data"]["list"][0]["name"], "y");
  EXPECT_EQ(json["examples"]["columns"].size(), 12u);
  EXPECT_EQ(json["examples"]["more_columns"], 188);
}

TEST(Report, pixels_become_pictures) {
  data::Table table("images.csv");
  Schema images{.task = data::Task::regression, .targets = {"price"}};
  for (int i = 0; i < 16; ++i)
    table.add_numbers(fmt::format("pixel{}", i), std::vector<double>{0, 1, 2, i * 1.0});
  images.features = {{.name = "pixel3"}, {.name = "pixel5"}};  // constant ones are no features
  table.add_numbers("price", std::vector<double>{10, 20, 30, 41});
  const Json json = Json::parse(report_json(report(table), images));
  EXPECT_EQ(json["data"]["image"]["width"], 4);
  EXPECT_EQ(json["data"]["image"]["largest"], 15);
  std::vector<double> wanted(16);
  std::iota(wanted.begin(), wanted.end(), 0.0);
  EXPECT_EQ(json["examples"]["rows"][0]["values"], Json(wanted));
}

TEST(Report, data_cannot_end_the_element_that_holds_it) {
  if (page_text().empty()) GTEST_SKIP() << "built without the page";
  const data::Table table = towns();
  const std::string page = report_page(report(table), schema());
  const std::string_view start = "id=\"report\">";
  const size_t begin = page.find(start) + start.size(), end = page.find("</script>", begin);
  EXPECT_EQ(Json::parse(page.substr(begin, end - begin)), Json::parse(report_json(report(table), schema())));
  EXPECT_EQ(page, report_page(report(table), schema()));
}

TEST(Report, importance_is_measured_on_fewer_rows_of_larger_models) {
  Model small, large;
  small.schema.features.resize(10);
  small.parameters.add("W", Tensor(Shape({10, 10})));
  large.schema.features.resize(784);
  large.parameters.add("W", Tensor(Shape({784, 128})));
  EXPECT_EQ(importance_rows(small, 5000, 5), 5000);
  EXPECT_EQ(importance_rows(small, 1'000'000, 5), 10000);
  const int64_t rows = importance_rows(large, 1'000'000, 5);
  EXPECT_LT(rows, 10000);
  EXPECT_GE(rows, 200);
  EXPECT_EQ(importance_rows(large, 50, 5), 50);
}

}  // namespace
}  // namespace kette::report_test
