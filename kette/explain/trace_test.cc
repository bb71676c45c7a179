#include "kette/explain/trace.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/gradient.h"
#include "kette/compile/program.h"
#include "kette/data/read.h"
#include "kette/explain/row.h"
#include "kette/explain/view.h"
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"
#include "kette/train/labelled.h"
#include "kette/train/objective.h"

namespace kette::trace_test {
namespace {

constexpr const char* kOlah = R"(
input a: f64[]
input b: f64[]
c = add(a, b)
constant one: f64[] = 1
d = add(b, one)
e = mul(c, d)
)";

double number(const std::map<int, Tensor>& values, Value value) { return values.at(value.id).at(0); }

TEST(Trace, olahs_graph_has_the_values_and_gradients_of_the_article) {
  Subject subject = subject_of_text(kOlah, "olah");
  set_value(subject, "a = 2");
  set_value(subject, "b=1");
  const View view = view_of(subject);
  const Backward backward = backward_of(subject, view.nodes);
  std::vector<int> nodes = view.nodes;
  for (const auto& [id, gradient] : backward.gradient) nodes.push_back(gradient.id);
  const std::map<int, Tensor> values = values_of(subject, nodes);
  const auto at = [&](const char* name) { return number(values, find_node(subject, name)); };
  const auto slope = [&](const char* name) {
    return number(values, backward.gradient.at(find_node(subject, name).id));
  };
  EXPECT_EQ(at("c"), 3);
  EXPECT_EQ(at("d"), 2);
  EXPECT_EQ(at("e"), 6);
  EXPECT_EQ(slope("a"), 2);
  EXPECT_EQ(slope("b"), 5);
  EXPECT_EQ(slope("c"), 2);
  EXPECT_EQ(slope("d"), 3);
  EXPECT_EQ(slope("e"), 1);
}

/// A small data set of numbers, a category and classes.
data::Dataset animals() {
  static const data::Table table =
      data::parse_table(
          "weight,legs,coat,kind\n4.2,4,fur,cat\n30,4,fur,dog\n0.3,2,feathers,bird\n5,4,fur,cat\n25,4,fur,"
          "dog\n"
          "0.1,2,feathers,bird\n3.9,4,fur,cat\n1.1,2,feathers,bird\n41,4,fur,dog\n",
          "animals.csv")
          .table;
  return data::make_dataset(table, {.target = "kind"});
}

Network network(const NetworkOptions& options) {
  const data::Dataset dataset = animals();
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < 9; ++i) rows.push_back(i);
  return build_network(dataset, rows, options, 3);
}

struct Case {
  const char* name;
  NetworkOptions options;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class TraceOfTraining : public testing::TestWithParam<Case> {};

/// The training program itself, on the same row, with nothing observed.
TEST_P(TraceOfTraining, has_the_bits_that_training_computes) {
  Network network = trace_test::network(GetParam().options);
  const data::Table row = data::parse_table("weight,legs,coat,kind\n6.5,4,fur,dog\n", "row.csv").table;
  const Labelled labelled = labelled_samples(network.model.schema, row);
  const std::vector<Value> weights = values_of(network.parameters);
  Parameters parameters = network.model.parameters;
  const TrainingStep step = training_step(network.objective.loss, weights, {&kSgd});
  std::vector<Value> outputs = gradient(network.objective.loss, weights);
  outputs.insert(outputs.begin(), {network.objective.loss, network.model.scores, network.model.prediction});
  Program program(outputs, step.updates, [&](std::string_view name) { return parameters.find(name); });
  program.bind(1);
  const Tensor features = labelled.samples.features.unpacked();
  const Tensor rate(Shape({}), {0.25f});
  program.set(network.model.features.name(), features);
  program.set("target", labelled.samples.targets);
  program.set(step.learning_rate.name(), rate);
  program.run();

  std::vector<std::string> names;
  for (const Parameter& parameter : network.parameters) names.push_back(parameter.value.name());
  Model copy{.parameters = network.model.parameters, .schema = network.model.schema};
  copy.graph = std::move(network.model.graph);
  copy.features = network.model.features;
  copy.prepared = network.model.prepared;
  copy.scores = network.model.scores;
  copy.prediction = network.model.prediction;
  const std::string loss(to_string(GetParam().options.loss.value_or(Loss::cross_entropy)));
  Subject subject = subject_of(std::move(copy), "animals", loss);
  bind_row(subject, row);
  const View view = view_of(subject);
  const Backward backward = backward_of(subject, view.nodes);
  std::vector<int> nodes = view.nodes;
  for (const auto& [id, gradient] : backward.gradient) nodes.push_back(gradient.id);
  const std::map<int, Tensor> values = values_of(subject, nodes);
  EXPECT_EQ(values.at(subject.loss.id), program.output_tensor(0));
  EXPECT_EQ(values.at(subject.scores.id), program.output_tensor(1));
  for (size_t i = 0; i < names.size(); ++i) {
    const Value parameter = subject.graph->find(names[i]);
    ASSERT_TRUE(parameter);
    EXPECT_EQ(values.at(backward.gradient.at(parameter.id).id), program.output_tensor(3 + i)) << names[i];
  }
  const Descent descent = descend(subject, 0.25);
  EXPECT_EQ(static_cast<float>(descent.loss_before), program.values<float>(0)[0]);
  EXPECT_LT(descent.loss_after, descent.loss_before);
  for (const auto& [name, tensor] : parameters) EXPECT_EQ(descent.parameters.at(name), tensor) << name;
}

INSTANTIATE_TEST_SUITE_P(
    Networks, TraceOfTraining,
    testing::Values(Case{"softmax", {.hidden = {5, 4}, .activations = {Activation::tanh}}},
                    Case{"relu", {.hidden = {64, 32}}}, Case{"hinge", {.hidden = {7}, .loss = Loss::hinge}},
                    Case{"squared", {.hidden = {7}, .loss = Loss::squared_error}},
                    Case{"normalized", {.hidden = {6}, .normalization = Normalization::layer}},
                    Case{"embedded", {.hidden = {6}, .preparation = {.most_one_hot = 0}}}),
    [](const auto& info) { return info.param.name; });

TEST(Trace, says_what_has_no_value) {
  Subject subject = subject_of_text(kOlah, "olah");
  set_value(subject, "a=1");
  try {
    values_of(subject, view_of(subject).nodes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "olah: no value for b");
  }
}

}  // namespace
}  // namespace kette::trace_test
