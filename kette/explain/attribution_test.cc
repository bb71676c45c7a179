#include "kette/explain/attribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/data/read.h"
#include "kette/explain/provenance.h"
#include "kette/explain/row.h"
#include "kette/train/build.h"
#include "kette/train/test_data.h"

namespace kette::attribution_test {
namespace {

/// Every kind of column: numbers with gaps, of three scalings, categories one-hot and embedded, dates, words.
data::Table table() {
  std::string text = "size,rooms,town,street,built,note,price\n";
  for (int i = 0; i < 80; ++i)
    text += fmt::format("{},{},{},s{},19{:02}-0{}-11,{} house,{}\n",
                        i % 7 == 0 ? std::string() : std::to_string(50 + i), 1 + i % 5,
                        i % 3 == 0 ? "Bern" : "Basel", i % 60, 30 + i % 60, 1 + i % 9,
                        i % 2 == 0 ? "old" : "new", 100 + 3 * i + 20 * (i % 5));
  return data::parse_table(text, "houses.csv").table;
}

struct Case {
  const char* name;
  const char* target;
  NetworkOptions options;
  double tolerance;  // of completeness, of the change of F
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Completeness : public testing::TestWithParam<Case> {};

TEST_P(Completeness, integrated_gradients_sum_to_the_change_of_the_output) {
  const data::Dataset dataset = data::make_dataset(table(), {.target = GetParam().target});
  std::vector<int64_t> rows(static_cast<size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  Network network = build_network(dataset, rows, GetParam().options, 4);
  Subject subject = subject_of(std::move(network.model), "houses", "none");
  for (const int64_t row : {0, 1, 13}) {
    bind_row(subject, row_of(table(), row));
    const Attribution attribution = attribution_of(subject);
    ASSERT_EQ(attribution.features.size(), subject.schema.features.size());  // nothing of several columns
    double sum = 0;
    for (const FeatureAttribution& feature : attribution.features) sum += feature.integrated;
    const double change = attribution.at_row - attribution.at_baseline;
    EXPECT_NEAR(sum, change, GetParam().tolerance * std::max(0.1, std::abs(change))) << "row " << row;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Completeness,
    testing::Values(
        Case{"smooth", "price", {.hidden = {8}, .activations = {Activation::tanh}}, 1e-3},
        Case{"relu", "price", {.hidden = {16, 8}}, 2e-3},
        Case{"classes", "town", {.hidden = {8}, .activations = {Activation::tanh}}, 1e-3},
        Case{"embedded",
             "price",
             {.hidden = {8}, .activations = {Activation::tanh}, .preparation = {.most_one_hot = 10}},
             1e-3},
        Case{"quantiles",
             "price",
             {.hidden = {8}, .preparation = {.scaling = data::Scaling::quantile_normal}},
             2e-3},
        Case{"logarithm", "price", {.hidden = {8}, .preparation = {.scaling = data::Scaling::log}}, 2e-3}),
    [](const auto& info) { return info.param.name; });

/// Of a linear model both attributions are w·x of each feature.
TEST(Attribution, of_a_linear_model_is_weight_times_input) {
  const data::Dataset dataset =
      data::make_dataset(table(), {.target = "price", .features = {"rooms", "town"}});
  std::vector<int64_t> rows(static_cast<size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  Network network =
      build_network(dataset, rows, {.hidden = {}, .target_scaling = TargetScaling::Kind::none}, 4);
  const Tensor weights = network.model.parameters.at("W1");
  Subject subject = subject_of(std::move(network.model), "houses", "none");
  bind_row(subject, row_of(table(), 3));
  const Tensor prepared = [&] {
    Bindings bindings = subject.inputs;
    const Reference value = interpret(subject.prepared, bindings);
    Tensor tensor(value.shape.as(DType::f64), std::span<const double>(value.values));
    return tensor;
  }();
  const std::vector<int> features = features_behind(subject, subject.prepared);
  std::map<std::string, double> expected;
  for (size_t i = 0; i < features.size(); ++i)
    expected[subject.schema.features[static_cast<size_t>(features[i])].name] +=
        prepared.at(static_cast<int64_t>(i)) * weights.at(static_cast<int64_t>(i));
  for (const FeatureAttribution& feature : attribution_of(subject).features) {
    EXPECT_NEAR(feature.gradient_input, expected.at(feature.feature), 1e-5) << feature.feature;
    EXPECT_NEAR(feature.integrated, expected.at(feature.feature), 1e-5) << feature.feature;
  }
}

TEST(Attribution, refuses_an_unknown_class) {
  const data::Dataset dataset = data::make_dataset(table(), {.target = "town"});
  std::vector<int64_t> rows(static_cast<size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  Subject subject =
      subject_of(std::move(build_network(dataset, rows, {.hidden = {3}}, 4).model), "houses", "none");
  bind_row(subject, row_of(table(), 0));
  try {
    attribution_of(subject, "Berne");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "houses: has no class \"Berne\"; did you mean Bern?");
  }
}

}  // namespace
}  // namespace kette::attribution_test
