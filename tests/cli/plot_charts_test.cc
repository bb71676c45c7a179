// The numbers that kette plot draws, against closed forms.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "kette/cli/command.h"
#include "kette/cli/plot.h"
#include "kette/onnx/write.h"
#include "kette/train/build.h"
#include "kette/train/test_data.h"

namespace kette::cli {
namespace {

double sigma(double z) { return 1 / (1 + std::exp(-z)); }

/// The largest distance between what a series shows and f, over all its places but those next to a kink.
template <class F>
double distance(const Series& series, F f, std::initializer_list<double> kinks = {}) {
  double most = 0;
  for (size_t i = 0; i < series.x.size(); ++i) {
    const double x = series.x[i];
    if (std::ranges::any_of(kinks, [&](double kink) { return std::abs(x - kink) < 1e-6; })) continue;
    most = std::max(most, std::abs(series.y[i] - f(x)));
  }
  return most;
}

std::string refusal(const PlotFlags& flags,
                    std::vector<Chart> (*charts)(const PlotFlags&) = function_charts) {
  try {
    charts(flags);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(FunctionCharts, show_the_four_activations_and_their_derivatives_in_one_picture) {
  const std::vector<Chart> charts = function_charts({.what = {"activations"}, .derivative = true});
  ASSERT_EQ(charts.size(), 2u);
  const auto& f = charts[0].series;
  const auto& d = charts[1].series;
  ASSERT_EQ(f.size(), 4u);
  ASSERT_EQ(d.size(), 4u);
  EXPECT_EQ(f[0].name, "sigmoid");
  EXPECT_EQ(f[3].name, "relu");
  EXPECT_EQ(d[2].name, "hardtanh′");
  EXPECT_EQ(f[1].color, d[1].color);
  EXPECT_GT(f[0].x.size(), 300u);
  const auto clip = [](double z) { return std::clamp(z, -1.0, 1.0); };
  EXPECT_LT(distance(f[0], sigma), 1e-12);
  EXPECT_LT(distance(f[1], [](double z) { return std::tanh(z); }), 1e-12);
  EXPECT_LT(distance(f[2], clip), 1e-12);
  EXPECT_LT(distance(f[3], [](double z) { return std::max(0.0, z); }), 1e-12);
  EXPECT_LT(distance(d[0], [](double z) { return sigma(z) * (1 - sigma(z)); }), 1e-12);
  EXPECT_LT(distance(d[1], [](double z) { return 1 - std::tanh(z) * std::tanh(z); }), 1e-12);
  EXPECT_LT(distance(d[2], [](double z) { return std::abs(z) < 1 ? 1.0 : 0.0; }, {-1, 1}), 1e-12);
  EXPECT_LT(distance(d[3], [](double z) { return z > 0 ? 1.0 : 0.0; }), 1e-12);
}

TEST(FunctionCharts, show_a_formula_and_its_derivative_in_one_chart) {
  const auto charts = function_charts({.what = {"x^2*exp(-x)"}, .from = -1, .to = 3, .derivative = true});
  ASSERT_EQ(charts.size(), 1u);
  const Chart& chart = charts[0];
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_EQ(chart.x.label, "x");
  EXPECT_EQ(chart.series[0].x.front(), -1);
  EXPECT_EQ(chart.series[0].x.back(), 3);
  EXPECT_LT(distance(chart.series[0], [](double x) { return x * x * std::exp(-x); }), 1e-12);
  EXPECT_LT(distance(chart.series[1], [](double x) { return (2 * x - x * x) * std::exp(-x); }), 1e-12);
}

TEST(FunctionCharts, look_at_what_is_not_next_to_a_pole_and_draw_no_line_across_it) {
  const Chart chart = function_charts({.what = {"1/(x - 0.001)"}}).front();
  EXPECT_LT(*chart.y.to, 20);
  EXPECT_GT(*chart.y.from, -20);
  const Series& series = chart.series.front();
  for (size_t i = 0; i + 1 < series.x.size(); ++i)
    EXPECT_FALSE(series.y[i] < *chart.y.from && series.y[i + 1] > *chart.y.to) << series.x[i];
}

TEST(FunctionCharts, of_two_variables_are_a_field) {
  const Chart chart =
      function_charts({.what = {"x*y^2"}, .from = -2, .to = 1, .y_from = 0, .y_to = 3}).front();
  ASSERT_TRUE(chart.field.has_value());
  const Field& field = *chart.field;
  EXPECT_EQ(chart.x.label, "x");
  EXPECT_EQ(chart.y.label, "y");
  for (size_t j = 0; j < field.y.size(); ++j)
    for (size_t i = 0; i < field.x.size(); ++i)
      ASSERT_NEAR(field.values[j * field.x.size() + i], field.x[i] * field.y[j] * field.y[j], 1e-12);
  EXPECT_GT(field.x.front(), -2);
  EXPECT_LT(field.x.back(), 1);
  EXPECT_GE(field.levels.size(), 4u);
}

TEST(FunctionCharts, refuse_what_is_no_function) {
  EXPECT_EQ(
      refusal({.what = {"rellu"}}),
      "there is neither an activation nor a file \"rellu\"; did you mean \"relu\"? (see kette plot --help)");
  try {
    function_charts({.what = {"x^^2"}});
    ADD_FAILURE();
  } catch (const UsageError& error) {
    EXPECT_EQ(error.below(), "  x^^2\n    ^");
  }
  EXPECT_EQ(refusal({.what = {"2 + 3"}}), "\"2 + 3\" has no variable: it is the same everywhere");
  EXPECT_EQ(refusal({.what = {"x*y*z"}}), "\"x*y*z\" has the variables x, y, z; one or two can be drawn");
  EXPECT_EQ(refusal({.what = {"x*y", "relu"}}), "\"x*y\" has two variables: it needs a picture of its own");
  EXPECT_EQ(refusal({.what = {"relu"}, .from = 3, .to = 1}), "the z axis cannot go from 3 to 1");
}

TEST(RoundLevels, are_about_eight_round_numbers) {
  EXPECT_EQ(round_levels(0, 8), (std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(round_levels(-150, 250).front(), -150);
  EXPECT_EQ(round_levels(-150, 250).size(), 9u);
  EXPECT_TRUE(round_levels(3, 3).empty());
}

TEST(RoundLevels, there_are_none_between_numbers_next_to_each_other) {
  EXPECT_TRUE(round_levels(1 - 0x1p-53, 1).empty());
  EXPECT_TRUE(round_levels(-1e300, std::nextafter(-1e300, 0)).empty());
  EXPECT_TRUE(round_levels(0, 5e-324).empty());
  const std::vector<double> near = round_levels(1, 1 + 1e-13);
  EXPECT_GE(near.size(), 4u);
  EXPECT_LE(near.size(), 13u);
  for (size_t i = 1; i < near.size(); ++i) EXPECT_LT(near[i - 1], near[i]);
}

class ModelCharts : public testing::Test {
 public:
  ModelCharts()
      : folder_(std::filesystem::temp_directory_path() / fmt::format("kette_plot_charts_test.{}", getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~ModelCharts() override { std::filesystem::remove_all(folder_); }

 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string written(const std::string& name, std::string_view text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }
  /// P(1) = σ(2·a − b + 0.5)
  std::string logistic() const {
    const data::Dataset dataset = test_data::exclusive_or();
    Network network = build_network(
        dataset, test_data::all_rows(dataset),
        {.hidden = {}, .output = OutputForm::sigmoid, .preparation = {.scaling = data::Scaling::none}}, 1);
    Parameters& parameters = network.model.parameters;
    *parameters.find("W1") = Tensor(Shape({2, 1}), {2.f, -1.f});
    *parameters.find("b1") = Tensor(parameters.find("b1")->shape(), {0.5f});
    save_model(network.model, path("logistic.onnx"));
    return path("logistic.onnx");
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(ModelCharts, show_the_probabilities_of_two_features_and_the_rows) {
  const std::string table = written("rows.csv", "b,a,y\n0,-1,0\n2,3,1\n1,0,0\n");
  const Chart chart = model_charts({.what = {logistic(), table}}).front();
  ASSERT_TRUE(chart.field.has_value());
  const Field& field = *chart.field;
  EXPECT_EQ(chart.x.label, "a");
  EXPECT_NEAR(*chart.x.from, -1.2, 1e-6);
  EXPECT_NEAR(*chart.x.to, 3.2, 1e-6);
  EXPECT_NEAR(*chart.y.to, 2.1, 1e-6);
  for (size_t j = 0; j < field.y.size(); ++j)
    for (size_t i = 0; i < field.x.size(); ++i)
      ASSERT_NEAR(field.values[j * field.x.size() + i], sigma(2 * field.x[i] - field.y[j] + 0.5), 1e-5);
  EXPECT_EQ(field.levels, (std::vector<double>{0.5}));
  EXPECT_EQ(field.label, "P(y = 1)");
  ASSERT_EQ(chart.series.size(), 2u);
  EXPECT_EQ(chart.series[0].name, "0");
  EXPECT_EQ(chart.series[0].x, (std::vector<double>{-1, 0}));
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{0, 1}));
  EXPECT_EQ(chart.series[1].x, (std::vector<double>{3}));
}

TEST_F(ModelCharts, show_rows_without_a_target_in_one_colour) {
  const Chart chart = model_charts({.what = {logistic(), written("rows.csv", "b,a\n0,-1\n2,3\n")}}).front();
  ASSERT_EQ(chart.series.size(), 1u);
  EXPECT_EQ(chart.series[0].name, "rows");
  EXPECT_EQ(chart.series[0].x, (std::vector<double>{-1, 3}));
}

TEST_F(ModelCharts, go_as_far_as_asked_for) {
  const Chart chart =
      model_charts({.what = {logistic()}, .from = -2, .to = 2, .y_from = 0, .y_to = 5}).front();
  EXPECT_EQ(*chart.y.to, 5);
  EXPECT_TRUE(chart.series.empty());
  EXPECT_EQ(refusal({.what = {logistic()}, .from = -2, .to = 2}, model_charts),
            "how far \"b\" goes is not known: give a table, or --y-from and --y-to");
}

TEST_F(ModelCharts, of_other_features_are_refused_by_their_names) {
  const data::Dataset dataset = test_data::towns();
  const Network network = build_network(dataset, test_data::all_rows(dataset), {.hidden = {}}, 1);
  save_model(network.model, path("towns.onnx"));
  const std::string message = refusal({.what = {path("towns.onnx")}}, model_charts);
  EXPECT_NE(message.find("towns.onnx: has the features \"size\", \"age\", "), std::string::npos) << message;
  EXPECT_NE(message.find("\"town\" (category)"), std::string::npos) << message;
}

TEST_F(ModelCharts, learning_curves_are_the_numbers_of_the_record) {
  const std::string record = written("small.run.toml", R"(epochs = 3

[result]
epochs = 3

[[curve]]
kept = 2
epoch = [1, 2, 3]
loss = [0.5, 0.25, 0.125]
validation_loss = [0.6, nan, 0.7]
validation_accuracy = [0.8, 0.9, 1]
)");
  const Chart chart = learning_charts({.what = {record}}).front();
  ASSERT_EQ(chart.series.size(), 3u);
  EXPECT_EQ(chart.title, "small");
  EXPECT_EQ(chart.x.label, "epoch");
  EXPECT_EQ(chart.series[0].name, "training");
  EXPECT_EQ(chart.series[0].y, (std::vector<double>{0.5, 0.25, 0.125}));
  EXPECT_EQ(chart.series[1].mark, Series::Mark::dashes);
  EXPECT_EQ(chart.series[1].y[2], 0.7);
  EXPECT_TRUE(std::isnan(chart.series[1].y[1]));
  EXPECT_EQ(chart.series[2].x, (std::vector<double>{2}));
  const Chart accuracy = learning_charts({.what = {record}, .measure = "accuracy"}).front();
  EXPECT_EQ(accuracy.y.label, "accuracy");
  EXPECT_EQ(accuracy.series[0].y, (std::vector<double>{0.8, 0.9, 1}));
  EXPECT_EQ(refusal({.what = {record}, .measure = "acuracy"}, learning_charts),
            "--measure: expected one of loss, accuracy, not \"acuracy\"; did you mean \"accuracy\"?");
  EXPECT_NE(refusal({.what = {written("old.run.toml", "[result]\nepochs = 3\n")}}, learning_charts)
                .find("old.run.toml: holds no learning curve"),
            std::string::npos);
}

}  // namespace
}  // namespace kette::cli
