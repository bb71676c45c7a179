// Whole training steps as float32 programs, against the float64 interpreter.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/compile/program.h"
#include "kette/nn/losses.h"
#include "kette/nn/mlp.h"
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette::compiled_step_test {
namespace {

constexpr uint64_t kSeed = 3;
constexpr int64_t kSamples = 5, kWords = 2;

/// Words → embedding → ReLU layer → class scores, so that every optimiser has dense and sparse gradients.
struct Tagger {
  Graph graph;
  TrainingStep step;
  Bindings inputs;
  Parameters parameters;

  Tagger(const OptimizerDef& kind, DType dtype) : Tagger(StepOptions{.optimizer = {&kind}}, dtype) {}
  Tagger(const StepOptions& options, DType dtype) {
    const Value words = graph.input("words", Shape({kBatch, kWords}, DType::i64));
    const EmbeddingLayer rows = embedding(words, {.vocabulary = 7, .units = 3, .dtype = dtype});
    const Mlp network = mlp(rows.output, {{8, Activation::relu}, {3}});
    const Value loss = cross_entropy(network.output, graph.input("y", Shape({kBatch}, DType::i64)));
    std::vector<Parameter> all = network.parameters;
    all.push_back(rows.table);
    step = training_step(loss, values_of(all), options);
    all.insert(all.end(), step.state.begin(), step.state.end());
    all.insert(all.end(), step.averages.begin(), step.averages.end());
    parameters = initialized(all, kSeed);
    inputs.emplace("words",
                   Tensor(Shape({kSamples, kWords}, DType::i64),
                          std::span<const int64_t>(std::array<int64_t, 10>{0, 1, 1, 6, 3, 3, 0, 5, 2, 1})));
    inputs.emplace("y", Tensor(Shape({kSamples}, DType::i64),
                               std::span<const int64_t>(std::array<int64_t, 5>{0, 2, 1, 1, 0})));
    Tensor rate(Shape({}, dtype));
    rate.set(0, 0.05);
    inputs.emplace("learning_rate", std::move(rate));
  }

  void interpret_steps(int count) {
    for (int i = 0; i < count; ++i) {
      Bindings bindings = inputs;
      bindings.insert(parameters.begin(), parameters.end());
      std::vector<Value> wanted;
      for (const Update& update : step.updates) wanted.push_back(update.next);
      const std::vector<Reference> next = interpret(graph, wanted, bindings);
      for (const Update& update : step.updates) {
        Tensor& target = parameters.at(graph.node(update.target).name);
        const auto& values = next[static_cast<size_t>(update.next.id)].values;
        for (size_t e = 0; e < values.size(); ++e) target.set(static_cast<int64_t>(e), values[e]);
      }
    }
  }

  void run_steps(int count) {
    Program program({&step.loss, 1}, step.updates,
                    [&](std::string_view name) { return parameters.find(name); });
    program.bind(kSamples);
    for (const auto& [name, tensor] : inputs) program.set(name, tensor);
    for (int i = 0; i < count; ++i) program.run();
  }
};

TEST(CompiledStep, of_every_optimizer_agrees_with_the_interpreter) {
  for (const OptimizerDef* kind : optimizers()) {
    Tagger compiled(*kind, DType::f32), reference(*kind, DType::f64);
    compiled.run_steps(5);
    reference.interpret_steps(5);
    ASSERT_EQ(compiled.parameters.size(), reference.parameters.size());
    for (const auto& [name, tensor] : compiled.parameters)
      for (int64_t i = 0; i < tensor.size(); ++i)
        EXPECT_NEAR(tensor.at(i), reference.parameters.at(name).at(i), 2e-6)
            << kind->name << ": " << name << "[" << i << "]";
  }
}

TEST(CompiledStep, with_every_option_agrees_with_the_interpreter) {
  for (const OptimizerDef* kind : {&kSgd, &kAdam}) {
    const StepOptions options{.l1 = 0.01,
                              .l2 = 0.02,
                              .clip_norm = 0.1,
                              .clip_value = 0.005,  // of 101 elements with the norm 0.1 some are larger
                              .weight_decay = 0.3,
                              .optimizer = {kind},
                              .average = 0.9};
    Tagger compiled(options, DType::f32), reference(options, DType::f64);
    compiled.run_steps(5);
    reference.interpret_steps(5);
    for (const auto& [name, tensor] : compiled.parameters)
      for (int64_t i = 0; i < tensor.size(); ++i)
        EXPECT_NEAR(tensor.at(i), reference.parameters.at(name).at(i), 2e-6)
            << kind->name << ": " << name << "[" << i << "]";
  }
}

/// Batch and layer normalisation, dropout and the running statistics, all in the step.
TEST(CompiledStep, of_a_normalized_network_with_dropout_agrees_with_the_interpreter) {
  struct Training {
    Graph graph;
    Mlp network;
    TrainingStep step;
    Parameters parameters;
    explicit Training(DType dtype) {
      const Value x = graph.input("x", Shape({kBatch, 3}, dtype));
      const MlpForm form{
          .form = Form::training, .step = graph.input("step", Shape({}, DType::i64)), .seed = 9};
      network = mlp(x,
                    {{.units = 6, .activation = Activation::tanh, .normalization = Normalization::batch},
                     {.units = 9, .activation = Activation::tanh, .dropout = 0.4},
                     {.units = 5, .activation = Activation::tanh, .normalization = Normalization::layer},
                     {.units = 1}},
                    "", form);
      step = training_step(mean(square(network.output - 1.0)), values_of(network.parameters),
                           StepOptions{.optimizer = {&kMomentum}}, network.updates);
      std::vector<Parameter> all = network.parameters;
      all.insert(all.end(), network.statistics.begin(), network.statistics.end());
      all.insert(all.end(), step.state.begin(), step.state.end());
      parameters = initialized(all, kSeed);
    }
    Tensor features(DType dtype) const {
      Tensor x(Shape({kSamples, 3}, dtype));
      for (int64_t i = 0; i < x.size(); ++i) x.set(i, static_cast<double>(i * 7 % 5) - 1.5);
      return x;
    }
  };
  Training fast(DType::f32), slow(DType::f64);
  Program program({&fast.step.loss, 1}, fast.step.updates,
                  [&](std::string_view name) { return fast.parameters.find(name); });
  program.bind(kSamples);
  const Tensor features = fast.features(DType::f32);
  Tensor rate(Shape({})), rate64(Shape({}, DType::f64));
  rate.set(0, 0.0625);
  rate64.set(0, 0.0625);
  for (int64_t t = 0; t < 4; ++t) {
    const Tensor number(Shape({}, DType::i64), {t});
    program.set("x", features);
    program.set("step", number);
    program.set("learning_rate", rate);
    program.run();
    Bindings bindings(slow.parameters.begin(), slow.parameters.end());
    bindings.emplace("x", slow.features(DType::f64));
    bindings.emplace("step", number);
    bindings.emplace("learning_rate", rate64);
    std::vector<Value> wanted;
    for (const Update& update : slow.step.updates) wanted.push_back(update.next);
    const std::vector<Reference> next = interpret(slow.graph, wanted, bindings);
    for (const Update& update : slow.step.updates) {
      Tensor& target = slow.parameters.at(slow.graph.node(update.target).name);
      const auto& values = next[static_cast<size_t>(update.next.id)].values;
      for (size_t e = 0; e < values.size(); ++e) target.set(static_cast<int64_t>(e), values[e]);
    }
  }
  EXPECT_NE(fast.parameters.at("m1").at(0), 0);
  EXPECT_NE(fast.parameters.at("v1").at(0), 1);
  for (const auto& [name, tensor] : fast.parameters)
    for (int64_t i = 0; i < tensor.size(); ++i)
      EXPECT_NEAR(tensor.at(i), slow.parameters.at(name).at(i), 2e-5) << name << "[" << i << "]";
}

TEST(CompiledStep, in_float64_agrees_to_rounding) {
  Tagger compiled(kAdamw, DType::f64), reference(kAdamw, DType::f64);
  compiled.run_steps(20);
  reference.interpret_steps(20);
  for (const auto& [name, tensor] : compiled.parameters)
    for (int64_t i = 0; i < tensor.size(); ++i)
      EXPECT_NEAR(tensor.at(i), reference.parameters.at(name).at(i), 1e-12) << name << "[" << i << "]";
}

TEST(CompiledStep, of_every_loss_on_scores_is_finite_at_huge_scores_in_float32) {
  const Tensor scores(Shape({2, 2}), {1e4f, -1e4f, 1e4f, -1e4f}),
      signs(Shape({2, 2}), {1.f, -1.f, -1.f, 1.f});
  const Tensor shares(Shape({2, 2}), {1.f, 0.f, 0.f, 1.f}),
      classes(Shape({2}, DType::i64), {int64_t{0}, int64_t{1}});
  using Loss = Value (*)(Value, Value, Reduction);
  const struct {
    Loss loss;
    const Tensor& targets;
    std::vector<float> samples;
  } rows[] = {{cross_entropy, classes, {0, 2e4f}},
              {cross_entropy, shares, {0, 2e4f}},
              {binary_cross_entropy, shares, {0, 1e4f}},
              {hinge, signs, {0, 10001}},
              {multiclass_hinge, classes, {0, 20001}}};
  for (const auto& row : rows) {
    Graph graph;
    // The scores are a parameter, so one step of descent shows the gradient.
    const Value s = graph.parameter("s", scores.shape()), y = graph.input("y", row.targets.shape());
    const Value each = row.loss(s, y, Reduction::none);
    const TrainingStep step = training_step(row.loss(s, y, Reduction::mean), std::vector{s});
    Parameters parameters;
    parameters.add("s", scores);
    const Tensor rate(Shape({}), {1000.f});
    const Value outputs[] = {each, step.loss};
    Program program(outputs, step.updates, [&](std::string_view name) { return parameters.find(name); });
    program.bind(1);
    program.set("y", row.targets);
    program.set("learning_rate", rate);
    program.run();
    const auto found = program.values<float>(0);
    EXPECT_EQ(std::vector<float>(found.begin(), found.end()), row.samples);
    EXPECT_EQ(program.values<float>(1)[0], (row.samples[0] + row.samples[1]) / 2);
    // The first sample is right and stays; the second, badly wrong, moves.
    const auto moved = parameters.at("s").values<float>();
    EXPECT_EQ(moved[0], 1e4f);
    EXPECT_EQ(moved[1], -1e4f);
    EXPECT_LT(moved[2], 1e4f);
    EXPECT_GT(moved[3], -1e4f);
    for (const float x : moved) EXPECT_TRUE(std::isfinite(x));
  }
}

}  // namespace
}  // namespace kette::compiled_step_test
