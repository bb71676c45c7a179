// Whole models, preprocessing and averages included, written to ONNX and read back.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "kette/judge/measures.h"
#include "kette/onnx/read.h"
#include "kette/onnx/test_models.h"
#include "kette/onnx/write.h"
#include "kette/ops/ops.h"
#include "kette/train/predictor.h"
#include "kette/train/test_data.h"
#include "kette/train/trainer.h"

namespace kette::model_round_trip_test {
namespace {

using test_data::all_rows;

/// What `task` asks of the rows of test_data::towns().
data::Dataset towns(data::Task task) {
  data::Dataset dataset = test_data::towns();
  if (task == data::Task::regression) return dataset;
  const int64_t classes = task == data::Task::binary ? 2 : 3;
  Tensor y(Shape({dataset.rows()}, DType::i64));
  for (int64_t i = 0; i < dataset.rows(); ++i)
    y.set(i, std::min<double>(static_cast<double>(classes - 1), std::floor(dataset.y.at(i) / 80)));
  dataset.task = task;
  dataset.labels = {"low", "mid", "high"};
  dataset.labels.resize(static_cast<size_t>(classes));
  dataset.y = std::move(y);
  return dataset;
}

/// A trained network with everything a file must keep.
Network trained(const data::Dataset& dataset, const NetworkOptions& options, uint64_t seed) {
  Network network = build_network(dataset, all_rows(dataset), options, seed);
  train(network, select(dataset, all_rows(dataset)), nullptr,
        {.batch_size = 15, .learning_rate = 0.01, .stopping = {.epochs = 3}});
  return network;
}

const data::PreparationOptions kQuantiles{.scaling = data::Scaling::quantile_normal,
                                          .column_scaling = {{"age", data::Scaling::log}}};
const data::PreparationOptions kEmbedded{.most_one_hot = 2};

std::vector<NetworkOptions> variants() {
  return {{.hidden = {6, 4}, .normalization = Normalization::batch, .preparation = kQuantiles},
          {.hidden = {5},
           .activations = {Activation::silu},
           .dropout = {0.2},
           .input_dropout = 0.1,
           .normalization = Normalization::layer,
           .preparation = kEmbedded},
          {.hidden = {}}};
}

/// Rows with gaps, and with categories and dates as training did not show them.
Tensor query(const data::Dataset& dataset) {
  Tensor x = dataset.x.dense();
  const int64_t width = x.shape()[1];
  for (int64_t column = 0; column < 2; ++column) x.set(column, std::nan(""));  // size, age
  x.set(2, std::nan(""));                                                      // no date
  x.set(3, 12);
  x.set(4, 7);
  x.set(5, 24);
  x.set(width + 6, 3);      // any other town
  x.set(2 * width + 6, 4);  // none
  x.set(3 * width, 1e30);
  return x;
}

void expect_round_trip(Model& model, const Tensor& x) {
  const std::string bytes = to_onnx(model);
  ::onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(bytes));
  EXPECT_NO_THROW(test_models::check_by_onnx(proto));
  Model read = from_onnx(bytes);
  EXPECT_EQ(read.schema.features, model.schema.features);
  EXPECT_EQ(read.schema.targets, model.schema.targets);
  EXPECT_EQ(read.schema.labels, model.schema.labels);
  EXPECT_EQ(to_onnx(read), bytes);
  const Predictions before = Predictor(model).predict(x), after = Predictor(read).predict(x);
  for (int64_t i = 0; i < before.prediction.size(); ++i) {
    EXPECT_TRUE(std::isfinite(before.prediction.at(i))) << "element " << i;
    EXPECT_EQ(before.prediction.at(i), after.prediction.at(i)) << "element " << i;
  }
  EXPECT_EQ(before.scores, after.scores);
}

TEST(ModelRoundTrip, rows_of_every_kind_are_in_the_test) {
  const data::Dataset dataset = test_data::towns();
  ASSERT_EQ(data::names_of(dataset.features),
            (std::vector<std::string>{"size", "age", "day", "town", "note"}));
  EXPECT_EQ(dataset.features[2].kind, data::Feature::Kind::date);
  EXPECT_TRUE(dataset.features[2].has_time());
  EXPECT_EQ(dataset.features[3].kept, 3);
  EXPECT_EQ(dataset.features[4].kind, data::Feature::Kind::words);
}

TEST(ModelRoundTrip, networks_predict_the_same_bits_after_reading) {
  for (const data::Task task : {data::Task::regression, data::Task::binary, data::Task::multiclass}) {
    const data::Dataset dataset = towns(task);
    for (const NetworkOptions& options : variants()) {
      Network network = trained(dataset, options, 5);
      SCOPED_TRACE(fmt::format("{}, {} hidden layers", to_string(task), options.hidden.size()));
      expect_round_trip(network.model, query(dataset));
    }
  }
}

TEST(ModelRoundTrip, windows_of_words_are_kept) {
  for (const bool has_number : {false, true}) {
    const data::Dataset dataset = test_data::windows(has_number);
    Network network = trained(dataset, {.hidden = {4}, .activations = {Activation::tanh}}, 7);
    Tensor x = dataset.x.dense();
    const int64_t width = x.shape()[1];
    x.set(width - 1, 8);      // a word that training does not hold
    x.set(2 * width - 2, 9);  // none
    expect_round_trip(network.model, x);
    const Model read = from_onnx(to_onnx(network.model));
    EXPECT_EQ(std::ranges::count(read.graph->nodes(), &kLookup, &Node::op), 3);
    EXPECT_EQ(read.parameters.at("E"), network.model.parameters.at("E"));

    Network further = continue_network(from_onnx(to_onnx(network.model)), dataset, all_rows(dataset));
    const Samples samples = select(dataset, all_rows(dataset));
    train(further, samples, nullptr, {.batch_size = 16, .learning_rate = 0.05, .stopping = {.epochs = 60}});
    EXPECT_EQ(accuracy(Predictor(further.model).predict(samples.features).prediction, samples.targets), 1);

    std::vector<Network> networks;
    for (const uint64_t seed : {8, 9}) networks.push_back(trained(dataset, {.hidden = {3}}, seed));
    Model average = average_networks(std::vector<const Network*>{&networks[0], &networks[1]});
    expect_round_trip(average, x);
  }
}

TEST(ModelRoundTrip, a_log_target_and_a_sigmoid_are_kept) {
  const data::Dataset numbers = towns(data::Task::regression), classes = towns(data::Task::binary);
  Network log = trained(numbers, {.hidden = {4}, .target_scaling = TargetScaling::Kind::log}, 6);
  expect_round_trip(log.model, query(numbers));
  Network squashed = trained(numbers, {.hidden = {4}, .output = OutputForm::sigmoid}, 6);
  expect_round_trip(squashed.model, query(numbers));
  Network single = trained(classes, {.hidden = {4}, .output = OutputForm::sigmoid}, 6);
  expect_round_trip(single.model, query(classes));
}

TEST(ModelRoundTrip, averages_predict_the_same_bits_after_reading) {
  for (const data::Task task : {data::Task::regression, data::Task::binary, data::Task::multiclass}) {
    const data::Dataset dataset = towns(task);
    std::vector<Network> networks;
    for (const NetworkOptions& options : variants())
      networks.push_back(trained(dataset, options, networks.size()));
    if (task == data::Task::regression)
      networks.push_back(trained(dataset, {.hidden = {3}, .target_scaling = TargetScaling::Kind::log}, 9));
    std::vector<const Network*> pointers;
    for (const Network& network : networks) pointers.push_back(&network);
    Model average = average_networks(pointers);
    SCOPED_TRACE(to_string(task));
    expect_round_trip(average, query(dataset));
  }
}

TEST(ModelRoundTrip, several_targets_stay_side_by_side) {
  data::Dataset dataset = towns(data::Task::regression);
  Tensor both(Shape({dataset.rows(), 2}));
  for (int64_t i = 0; i < dataset.rows(); ++i)
    both.set(2 * i, dataset.y.at(i)), both.set(2 * i + 1, -3 * dataset.y.at(i));
  dataset.y = both;
  dataset.targets = {"price", "less"};
  Network network = trained(dataset, {.hidden = {4}}, 3);
  expect_round_trip(network.model, query(dataset));
}

}  // namespace
}  // namespace kette::model_round_trip_test
