#include "kette/train/build.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/judge/measures.h"
#include "kette/ops/ops.h"
#include "kette/train/predictor.h"
#include "kette/train/prepared.h"
#include "kette/train/test_data.h"
#include "kette/train/trainer.h"

namespace kette::build_test {
namespace {

using test_data::all_rows;
using test_data::generated;

Bindings bound(const Network& network, const Samples& samples) {
  Bindings bindings{{"features", samples.features.dense()}, {"target", samples.targets}};
  for (const auto& [name, tensor] : network.model.parameters) bindings.emplace(name, tensor);
  return bindings;
}

TEST(BuildNetwork, the_graph_leads_from_raw_features_to_the_prediction) {
  const data::Dataset dataset = test_data::plane();
  const Network network = build_network(dataset, all_rows(dataset), {.hidden = {4}}, 1);
  const Graph& graph = *network.model.graph;
  for (const char* name : {"features", "prepared", "z1", "h1", "scores", "prediction", "target", "loss"})
    EXPECT_TRUE(graph.find(name)) << name;
  EXPECT_EQ(network.model.schema.features, dataset.features);
  EXPECT_EQ(network.model.schema.targets, (std::vector<std::string>{"y"}));
  EXPECT_EQ(network.model.parameters.elements(), 2 * 4 + 4 + 4 + 1);
}

TEST(BuildNetwork, features_are_standardised_by_the_training_rows_alone) {
  const data::Dataset dataset = test_data::plane();
  const std::vector<int64_t> training = {0, 1, 2, 3};
  const Network network = build_network(dataset, training, {}, 1);
  const Samples samples = select(dataset, all_rows(dataset));
  const Reference z = interpret(network.model.graph->find("prepared"), bound(network, samples));
  for (size_t column = 0; column < 2; ++column) {
    double sum = 0, squares = 0;
    for (size_t row = 0; row < 4; ++row)
      sum += z.values[2 * row + column], squares += std::pow(z.values[2 * row + column], 2);
    EXPECT_NEAR(sum, 0, 1e-5);
    EXPECT_NEAR(squares, 4, 1e-5);
  }
}

TEST(Samples, all_rows_are_taken_and_others_copied) {
  data::Dataset dataset = test_data::plane();
  const data::Dataset before = dataset;
  const std::vector<int64_t> some = {4, 0};
  EXPECT_EQ(take(dataset, some).features, select(before, some).features);
  const std::vector<int64_t> turned = {6, 5, 4, 3, 2, 1, 0};
  EXPECT_EQ(take(dataset, turned).features, select(before, turned).features);
  EXPECT_EQ(dataset.x, before.x);
  const Samples all = take(dataset, all_rows(before));
  EXPECT_EQ(all.features, before.x);
  EXPECT_EQ(all.targets, select(before, all_rows(before)).targets);
  EXPECT_EQ(dataset.x.size(), 0);
  EXPECT_EQ(dataset.y, before.y);
}

TEST(Prepare, gives_the_same_rows_in_place) {
  const data::Dataset dataset = generated("moons", 3000, 0.2, 1);  // several runs of the preprocessing
  Network network = build_network(dataset, all_rows(dataset), {}, 1);
  Samples samples = select(dataset, all_rows(dataset));
  const Prepared copied = prepare(network.model, samples);
  const Prepared in_place = prepare(network.model, std::move(samples));
  EXPECT_EQ(in_place.inputs, copied.inputs);
  EXPECT_EQ(in_place.targets, copied.targets);
  EXPECT_NE(copied.inputs, dataset.x);
}

TEST(Prepare, of_packed_rows_gives_the_same_numbers_whatever_the_scaling) {
  constexpr int64_t kRows = 1200, kColumns = 3;
  auto codes = std::make_shared<uint8_t[]>(kRows * kColumns);
  for (int64_t i = 0; i < kRows * kColumns; ++i) codes[i] = static_cast<uint8_t>(i * i % 251);
  Tensor meaning(Shape({data::Matrix::kCodes, kColumns}));
  for (int64_t code = 0; code < data::Matrix::kCodes; ++code)
    for (int64_t c = 0; c < kColumns; ++c) meaning.set(code * kColumns + c, static_cast<double>(code));
  data::Dataset packed{.targets = {"y"},
                       .features = {{"a"}, {"b"}, {"c"}},
                       .x = data::Matrix(kRows, std::move(codes), std::move(meaning)),
                       .y = Tensor(Shape({kRows}))};
  for (int64_t row = 0; row < kRows; ++row) packed.y.set(row, static_cast<double>(row));
  data::Dataset dense = packed;
  dense.x = packed.x.unpacked();
  using data::Scaling;
  for (const Scaling scaling : {Scaling::none, Scaling::standard, Scaling::min_max, Scaling::robust,
                                Scaling::quantile_normal, Scaling::log}) {
    const NetworkOptions options{.preparation = {.scaling = scaling}};
    Network of_packed = build_network(packed, all_rows(packed), options, 1);
    Network of_dense = build_network(dense, all_rows(dense), options, 1);
    EXPECT_EQ(of_packed.preparation, of_dense.preparation);
    const Prepared found = prepare(of_packed.model, select(packed, all_rows(packed)));
    EXPECT_EQ(found.inputs, prepare(of_dense.model, select(dense, all_rows(dense))).inputs)
        << to_string(scaling);
    if (scaling == Scaling::standard) {
      EXPECT_TRUE(found.inputs.is_packed());
    }
  }
}

TEST(BuildNetwork, the_regression_loss_is_half_the_squared_error_in_standard_units) {
  const data::Dataset dataset = test_data::plane();
  const Network network = build_network(dataset, all_rows(dataset), {.hidden = {3}}, 2);
  const Samples samples = select(dataset, all_rows(dataset));
  const Bindings bindings = bound(network, samples);
  const Reference prediction = interpret(network.model.prediction, bindings);
  double mean = 0, variance = 0, expected = 0;
  for (int64_t i = 0; i < 7; ++i) mean += dataset.y.at(i) / 7;
  for (int64_t i = 0; i < 7; ++i) variance += std::pow(dataset.y.at(i) - mean, 2) / 7;
  for (int64_t i = 0; i < 7; ++i)
    expected += 0.5 * std::pow(prediction.values[static_cast<size_t>(i)] - dataset.y.at(i), 2) / variance / 7;
  EXPECT_NEAR(interpret(network.objective.loss, bindings).values[0], expected, 1e-5 * expected);
}

TEST(BuildNetwork, a_sigmoid_regression_stays_within_the_range_of_the_training_target) {
  const data::Dataset dataset = test_data::plane();
  Network network = build_network(dataset, all_rows(dataset), {.output = OutputForm::sigmoid}, 1);
  for (float& w : network.model.parameters.at("W3").values<float>()) w *= 1000;
  const Predictions p = Predictor(network.model).predict(select(dataset, all_rows(dataset)).features);
  for (const float y : p.prediction.values<float>()) {
    EXPECT_GE(y, -58.4f);
    EXPECT_LE(y, 51.3f);
  }
}

TEST(BuildNetwork, probabilities_sum_to_one_in_both_binary_forms) {
  const data::Dataset dataset = generated("moons", 50, 0.1, 3);
  for (const OutputForm form : {OutputForm::softmax, OutputForm::sigmoid}) {
    Network network = build_network(dataset, all_rows(dataset), {.output = form}, 1);
    const Predictions p = Predictor(network.model).predict(dataset.x);
    EXPECT_EQ(p.scores.shape()[1], form == OutputForm::softmax ? 2 : 1);
    ASSERT_EQ(p.prediction.shape(), Shape({50, 2}));
    for (int64_t row = 0; row < 50; ++row)
      EXPECT_NEAR(p.prediction.at(2 * row) + p.prediction.at(2 * row + 1), 1, 1e-6);
  }
}

TEST(BuildNetwork, every_loss_of_a_task_has_its_value_by_formula) {
  const data::Dataset dataset = generated("moons", 40, 0.1, 3);
  const Samples samples = select(dataset, all_rows(dataset));
  for (const OutputForm form : {OutputForm::softmax, OutputForm::sigmoid}) {
    for (const Loss loss : {Loss::cross_entropy, Loss::hinge, Loss::squared_error}) {
      Network network = build_network(dataset, all_rows(dataset), {.output = form, .loss = loss}, 5);
      Predictor predictor(network.model, network.objective);
      const Predictor::Result result = predictor.evaluate(prepare(network.model, samples));
      double expected = 0;
      for (int64_t i = 0; i < 40; ++i) {
        const int64_t y = static_cast<int64_t>(samples.targets.at(i));
        const double p = result.predictions.prediction.at(2 * i + y);
        const double lead = form == OutputForm::softmax ? result.predictions.scores.at(2 * i + y) -
                                                              result.predictions.scores.at(2 * i + 1 - y)
                                                        : result.predictions.scores.at(i) * (y == 1 ? 1 : -1);
        const double one = loss == Loss::cross_entropy ? -std::log(p)
                           : loss == Loss::hinge       ? std::max(0.0, 1 - lead)
                                                       : (1 - p) * (1 - p);  // ½·2·(1 − p)²
        expected += one / 40;
      }
      EXPECT_NEAR(result.loss, expected, 1e-5 * (1 + expected)) << to_string(form) << " " << to_string(loss);
    }
  }
}

TEST(BuildNetwork, several_targets_are_scaled_each_by_itself) {
  data::Table table("two.csv");
  table.add_numbers("x", std::vector<double>{0.5, 1, 2.5, 4});
  table.add_numbers("small", std::vector<double>{0.001, 0.003, 0.002, 0.004});
  table.add_numbers("large", std::vector<double>{-5000, 1000, 7000, 3000});
  const data::Dataset dataset = data::make_dataset(table, {.targets = {"small", "large"}});
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {3}}, 1);
  const Samples samples = select(dataset, all_rows(dataset));
  ASSERT_EQ(samples.targets.shape(), Shape({4, 2}));
  const Predictor::Result result =
      Predictor(network.model, network.objective).evaluate(prepare(network.model, samples));
  ASSERT_EQ(result.predictions.prediction.shape(), Shape({4, 2}));
  double expected = 0;
  for (int64_t target = 0; target < 2; ++target) {
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < 4; ++i) mean += samples.targets.at(2 * i + target) / 4;
    for (int64_t i = 0; i < 4; ++i) variance += std::pow(samples.targets.at(2 * i + target) - mean, 2) / 4;
    for (int64_t i = 0; i < 4; ++i) {
      const int64_t at = 2 * i + target;
      expected +=
          0.5 * std::pow(result.predictions.prediction.at(at) - samples.targets.at(at), 2) / variance / 4;
    }
  }
  EXPECT_NEAR(result.loss, expected, 1e-4 * expected);
}

TEST(BuildNetwork, codes_that_no_training_row_holds_are_embedded_as_zeros) {
  const data::Dataset dataset = test_data::towns();
  const NetworkOptions options{.hidden = {2}, .preparation = {.most_one_hot = 2, .embedding_width = 3}};
  const Network network = build_network(dataset, all_rows(dataset), options, 3);
  const Tensor& table = network.model.parameters.at("E1");
  ASSERT_EQ(table.shape(), Shape({5, 3}));  // three towns, any other, missing
  double kept = 0, unknown = 0;
  for (int64_t i = 0; i < 9; ++i) kept += std::abs(table.at(i));
  for (int64_t i = 9; i < 15; ++i) unknown += std::abs(table.at(i));
  EXPECT_GT(kept, 0);
  EXPECT_EQ(unknown, 0);
}

TEST(BuildNetwork, words_of_a_window_are_embedded_by_one_table) {
  const data::Dataset dataset = test_data::windows();
  Network network = build_network(
      dataset, all_rows(dataset),
      {.hidden = {4}, .activations = {Activation::tanh}, .preparation = {.embedding_width = 5}}, 3);
  Graph& graph = *network.model.graph;
  EXPECT_EQ(graph.find("E").shape(), Shape({10, 5}));  // six words, two ends, any other, missing
  EXPECT_EQ(graph.find("x").shape(), Shape({kBatch, 15}));
  EXPECT_EQ(graph.find("W1").shape(), Shape({15, 4}));
  EXPECT_FALSE(graph.find("E1"));
  EXPECT_EQ(std::ranges::count(graph.nodes(), &kLookup, &Node::op), 3);
  const Tensor& table = network.model.parameters.at("E");
  for (int64_t i = 40; i < 50; ++i) EXPECT_EQ(table.at(i), 0) << "a row of codes that training does not hold";

  const Samples samples = select(dataset, all_rows(dataset));
  train(network, samples, nullptr, {.batch_size = 16, .learning_rate = 0.05, .stopping = {.epochs = 60}});
  EXPECT_EQ(accuracy(Predictor(network.model).predict(samples.features).prediction, samples.targets), 1);
}

TEST(BuildNetwork, weights_of_the_data_set_count_in_the_loss) {
  data::Dataset dataset = test_data::plane();
  dataset.weights = Tensor(Shape({7, 1}), {2.f, 0.5f, 0.5f, 1.f, 1.f, 1.f, 1.f});
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {3}}, 2);
  ASSERT_TRUE(network.objective.weight);
  const Samples samples = select(dataset, all_rows(dataset));
  const Predictor::Result result =
      Predictor(network.model, network.objective).evaluate(prepare(network.model, samples));
  double mean = 0, variance = 0, expected = 0;
  for (int64_t i = 0; i < 7; ++i) mean += dataset.y.at(i) / 7;
  for (int64_t i = 0; i < 7; ++i) variance += std::pow(dataset.y.at(i) - mean, 2) / 7;
  for (int64_t i = 0; i < 7; ++i)
    expected += 0.5 * dataset.weights.at(i) *
                std::pow(result.predictions.prediction.at(i) - dataset.y.at(i), 2) / variance / 7;
  EXPECT_NEAR(result.loss, expected, 1e-5 * expected);
}

TEST(BuildNetwork, the_same_seed_gives_the_same_parameters) {
  const data::Dataset dataset = test_data::plane();
  const auto parameters = [&](uint64_t seed) {
    return build_network(dataset, all_rows(dataset), {}, seed).model.parameters;
  };
  EXPECT_EQ(parameters(4), parameters(4));
  EXPECT_FALSE(parameters(4) == parameters(5));
}

TEST(BuildNetwork, choices_that_do_not_fit_the_task_are_errors) {
  const data::Dataset plane = test_data::plane(), moons = generated("moons", 20, 0.1, 1);
  EXPECT_THROW(build_network(plane, all_rows(plane), {.output = OutputForm::softmax}, 1), Error);
  EXPECT_THROW(build_network(plane, all_rows(plane), {.loss = Loss::cross_entropy}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.output = OutputForm::identity}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.loss = Loss::huber}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.hidden = {4, 0}}, 1), Error);
  EXPECT_THROW(build_network(moons, {}, {}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.label_smoothing = 1}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.loss = Loss::hinge, .label_smoothing = 0.1}, 1),
               Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.input_dropout = 1}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.hidden = {4, 4, 4}, .dropout = {0.1, 0.2}}, 1), Error);
  EXPECT_THROW(build_network(moons, all_rows(moons), {.target_scaling = TargetScaling::Kind::log}, 1), Error);
  EXPECT_THROW(
      build_network(plane, all_rows(plane),
                    {.output = OutputForm::sigmoid, .target_scaling = TargetScaling::Kind::standard}, 1),
      Error);
  EXPECT_THROW(build_network(moons, all_rows(moons),
                             {.hidden = {4, 4, 4}, .activations = {Activation::relu, Activation::tanh}}, 1),
               Error);
}

TEST(BuildNetwork, names_of_choices_read_back) {
  for (const OutputForm form : {OutputForm::softmax, OutputForm::sigmoid, OutputForm::identity})
    EXPECT_EQ(parse_output_form(to_string(form)), form);
  for (const Loss loss : {Loss::squared_error, Loss::mean_squared_error, Loss::mean_absolute_error,
                          Loss::huber, Loss::cross_entropy, Loss::hinge})
    EXPECT_EQ(parse_loss(to_string(loss)), loss);
  EXPECT_THROW(parse_loss("cross"), Error);
}

/// The mean of what each network predicts, in float64.
std::vector<double> mean_prediction(std::vector<Network>& networks, const Tensor& x) {
  std::vector<double> mean;
  for (Network& network : networks) {
    const Tensor said = Predictor(network.model).predict(x).prediction;
    mean.resize(static_cast<size_t>(said.size()));
    for (int64_t i = 0; i < said.size(); ++i)
      mean[static_cast<size_t>(i)] += said.at(i) / static_cast<double>(networks.size());
  }
  return mean;
}
Model average_of(const std::vector<Network>& networks) {
  std::vector<const Network*> pointers;
  for (const Network& network : networks) pointers.push_back(&network);
  return average_networks(pointers);
}

TEST(AverageNetworks, says_the_mean_of_predictions_whatever_the_preparations_and_target_scalings) {
  const data::Dataset dataset = test_data::towns();
  using Scaling = data::Scaling;
  std::vector<Network> networks;
  const auto add = [&](const NetworkOptions& options) {
    networks.push_back(build_network(dataset, all_rows(dataset), options, networks.size()));
  };
  add({.hidden = {4}});
  add({.hidden = {3, 2}, .normalization = Normalization::batch, .target_scaling = TargetScaling::Kind::log});
  add({.hidden = {5}, .preparation = {.scaling = Scaling::quantile_normal, .most_one_hot = 2}});
  add({.hidden = {}, .target_scaling = TargetScaling::Kind::none});
  add({.hidden = {4},
       .output = OutputForm::sigmoid,
       .preparation = {.scaling = Scaling::robust, .most_one_hot = 2}});
  add({.hidden = {2}, .dropout = {0.5}});
  const std::vector<double> expected = mean_prediction(networks, dataset.x.dense());
  Model average = average_of(networks);
  const Tensor said = Predictor(average).predict(dataset.x).prediction;
  ASSERT_EQ(static_cast<size_t>(said.size()), expected.size());
  for (int64_t i = 0; i < said.size(); ++i)
    EXPECT_NEAR(said.at(i), expected[static_cast<size_t>(i)],
                1e-5 * (1 + std::abs(expected[static_cast<size_t>(i)])));
}

TEST(AverageNetworks, says_the_mean_of_probabilities_in_both_binary_forms) {
  const data::Dataset dataset = generated("moons", 60, 0.1, 3);
  std::vector<Network> networks;
  networks.push_back(build_network(dataset, all_rows(dataset), {.hidden = {4}}, 1));
  networks.push_back(
      build_network(dataset, all_rows(dataset), {.hidden = {3}, .output = OutputForm::sigmoid}, 2));
  networks.push_back(build_network(dataset, all_rows(dataset), {.hidden = {5}}, 3));
  const std::vector<double> expected = mean_prediction(networks, dataset.x.dense());
  Model average = average_of(networks);
  const Predictions said = Predictor(average).predict(dataset.x);
  for (int64_t i = 0; i < said.prediction.size(); ++i) {
    EXPECT_NEAR(said.prediction.at(i), expected[static_cast<size_t>(i)], 1e-6);
    EXPECT_NEAR(said.scores.at(i), std::log(expected[static_cast<size_t>(i)]), 1e-5);
  }
}

TEST(AverageNetworks, of_certain_networks_has_finite_scores) {
  const data::Dataset dataset = generated("moons", 20, 0.1, 3);
  std::vector<Network> networks;
  networks.push_back(build_network(dataset, all_rows(dataset), {.hidden = {}}, 1));
  for (float& w : networks[0].model.parameters.at("W1").values<float>()) w = 1e6f;
  networks[0].model.parameters.at("W1").set(0, -1e6);
  networks[0].model.parameters.at("W1").set(2, -1e6);
  Model average = average_of(networks);
  const Predictions said = Predictor(average).predict(dataset.x);
  for (const float score : said.scores.values<float>()) EXPECT_TRUE(std::isfinite(score));
  for (int64_t row = 0; row < 20; ++row)
    EXPECT_NEAR(said.prediction.at(2 * row) + said.prediction.at(2 * row + 1), 1, 1e-6);
}

TEST(AverageNetworks, of_none_is_refused) { EXPECT_THROW(average_networks({}), Error); }

}  // namespace
}  // namespace kette::build_test
