#include "kette/train/checkpoint.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "kette/base/error.h"
#include "kette/model/safetensors.h"
#include "kette/nn/losses.h"
#include "kette/ops/ops.h"
#include "kette/train/test_data.h"
#include "kette/train/trainer.h"

namespace kette::checkpoint_test {
namespace {

using test_data::all_rows;
using test_data::generated;

constexpr std::string_view kFingerprint = "learning_rate: 0.1\nlayers: 8 relu\n";

TrainingState sample() {
  TrainingState s;
  s.weights.add("W1", Tensor(Shape({2, 2}), {1.f, -0.f, 3.f, std::numeric_limits<float>::denorm_min()}));
  s.optimizer.add("adam.step", Tensor(Shape({}, DType::f64), {7.0}));
  s.optimizer.add("average/W1", Tensor(Shape({2, 2}), {1.f, 2.f, 3.f, 4.f}));
  s.best.emplace(s.weights);
  s.lbfgs = LbfgsState{.x = {0.1, 2}, .gradient = {3, 4}, .value = 5, .steps = {{1, 2}}, .changes = {{3, 4}}};
  s.epochs = 2;
  s.step = 3;
  s.steps = 11;
  s.loss = 0.1 + 0.2;
  s.rows = 30;
  s.rows_seen = 130;
  s.learning_rate = 1.0 / 3;
  s.step_seconds = 0.25;
  s.seconds = 0.5;
  s.watch = {.epochs = 2, .best_epoch = 1, .best_loss = 1e-300, .improved_epoch = 1, .last_loss = 0.7};
  s.plateau = {.lowest = std::numeric_limits<double>::infinity(), .waited = 1, .share = 0.01};
  for (int64_t epoch = 1; epoch <= 2; ++epoch)
    s.history.push_back({.epoch = epoch,
                         .steps = 4 * epoch,
                         .loss = 1.0 / 7,
                         .validation = Validation{0.3, {{"accuracy", 0.9}, {"loss", 0.3}}},
                         .seconds = 0.1,
                         .learning_rate = 0.01});
  s.history.back().training = Validation{0.25, {{"accuracy", 0.95}}};  // measured from the second epoch on
  return s;
}

std::string error_of(std::string_view bytes, std::string_view fingerprint = kFingerprint) {
  try {
    from_checkpoint(bytes, fingerprint, "x.checkpoint");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Checkpoint, every_bit_of_a_state_comes_back) {
  const TrainingState state = sample();
  const std::string bytes = to_checkpoint(state, kFingerprint);
  EXPECT_EQ(from_checkpoint(bytes, kFingerprint), state);
  EXPECT_EQ(to_checkpoint(from_checkpoint(bytes, kFingerprint), kFingerprint), bytes);
}

TEST(Checkpoint, what_is_absent_stays_absent) {
  TrainingState state;
  state.weights.add("W1", Tensor(Shape({1})));
  EXPECT_EQ(from_checkpoint(to_checkpoint(state, ""), ""), state);
  state.epochs = 1;
  state.history.push_back({.epoch = 1, .loss = 2});
  EXPECT_EQ(from_checkpoint(to_checkpoint(state, ""), ""), state);
}

TEST(Checkpoint, another_run_is_told_by_the_line_that_differs) {
  const std::string bytes = to_checkpoint(sample(), kFingerprint);
  EXPECT_EQ(error_of(bytes, "learning_rate: 0.01\nlayers: 8 relu\n"),
            "x.checkpoint: belongs to another run: learning_rate is 0.1 there, 0.01 here");
  EXPECT_EQ(error_of(bytes, "learning_rate: 0.1\nlayers: 8 relu\ndata: 12ab\n"),
            "x.checkpoint: belongs to another run: it has no data, here 12ab");
  EXPECT_EQ(error_of(bytes, "learning_rate: 0.1\n"),
            "x.checkpoint: belongs to another run: layers is 8 relu there, here there is none");
}

TEST(Checkpoint, every_shorter_file_is_an_error) {
  const std::string bytes = to_checkpoint(sample(), kFingerprint);
  for (size_t n = 0; n < bytes.size(); ++n)
    EXPECT_TRUE(error_of(bytes.substr(0, n)).starts_with("x.checkpoint: ")) << n << " bytes";
}

TEST(Checkpoint, other_files_are_errors) {
  EXPECT_EQ(error_of(to_safetensors({})), "x.checkpoint: not a checkpoint");
  const auto changed = [](std::string_view name, std::string_view text) {
    Safetensors file = from_safetensors(to_checkpoint(sample(), kFingerprint));
    file.metadata[std::string(name)] = text;
    return error_of(to_safetensors(file));
  };
  EXPECT_NE(changed("version", "2").find("version 2 of the format; expected at most 1"), std::string::npos);
  EXPECT_NE(changed("epochs", "-1").find("\"epochs\" is -1"), std::string::npos);
  EXPECT_NE(changed("epochs", "1x").find("\"epochs\" is not a number"), std::string::npos);
  EXPECT_NE(changed("loss", "0.5").find("\"loss\" is not a number"), std::string::npos);
  EXPECT_NE(changed("measures", "one\n").find("\"history\" is f64[2,10]; expected f64[epochs,9]"),
            std::string::npos);
}

// Going on from a file --------------------------------------------------------------------------------------

/// A network with dropout and batch normalisation by hand, so that draws and running statistics matter.
Network noisy_network(const data::Dataset& dataset) {
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {}}, 1);
  Model& model = network.model;
  Graph& graph = *model.graph;
  const std::vector<LayerSpec> layers = {
      {.units = 6, .activation = Activation::tanh, .dropout = 0.3, .normalization = Normalization::batch},
      {.units = 2}};
  const Value step = graph.input("step", Shape({}, DType::i64));
  const Mlp used = mlp(model.prepared, layers, "net.");
  const Mlp trained = mlp(model.prepared, layers, "net.", {.form = Form::training, .step = step, .seed = 3});
  network.parameters = trained.parameters;
  network.statistics = trained.statistics;
  network.updates = trained.updates;
  model.scores = used.output;
  model.prediction = softmax(used.output);
  network.objective.loss = cross_entropy(used.output, network.objective.target);
  network.objective.training_loss = cross_entropy(trained.output, network.objective.target);
  network.objective.step = step;
  std::vector<Parameter> all = network.parameters;
  all.insert(all.end(), network.statistics.begin(), network.statistics.end());
  model.parameters = initialized(all, 1);
  return network;
}

struct Outcome {
  Parameters weights;
  TrainingResult result;
};

class Resumed : public testing::TestWithParam<const OptimizerDef*> {
 protected:
  const data::Dataset dataset = generated("moons", 60, 0.2, 4);
  const std::vector<int64_t> rows = all_rows(dataset);
  const std::string path =
      testing::TempDir() + fmt::format("kette_{}_{}.checkpoint", GetParam()->name, ::getpid());

  TrainingOptions options() const {
    return {.batch_size = 7,  // six steps an epoch
            .optimizer = {GetParam()},
            .learning_rate = 0.05,
            .schedule = {.kind = ScheduleSpec::Kind::cosine, .warmup = 3},
            .plateau = PlateauSpec{.patience = 1, .factor = 0.5},
            .step = {.l2 = 1e-3, .clip_norm = 1, .average = 0.9},
            .stopping = {.epochs = 5, .patience = 3},
            .seed = 9};
  }

  /// In one go, or left after some steps as a file from which another trainer goes on with another network.
  Outcome run(std::optional<int64_t> cut, const TrainingOptions& o) const {
    Network network = noisy_network(dataset);
    const Prepared training = prepare(network.model, select(dataset, std::span(rows).first(40)));
    const Prepared validation = prepare(network.model, select(dataset, std::span(rows).subspan(40)));
    Trainer trainer(network, training, &validation, o);
    if (!cut) {
      TrainingResult result = trainer.run();
      return {std::move(network.model.parameters), std::move(result)};
    }
    trainer.run_steps(*cut);
    save_checkpoint(path, trainer.state(), kFingerprint);
    Network again = noisy_network(dataset);
    Trainer resumed(again, training, &validation, o);
    resumed.restore(load_checkpoint(path, kFingerprint));
    TrainingResult result = resumed.run();
    std::filesystem::remove(path);
    return {std::move(again.model.parameters), std::move(result)};
  }

  static void expect_same(const Outcome& found, const Outcome& expected, const std::string& where) {
    EXPECT_EQ(found.weights, expected.weights) << where;
    EXPECT_EQ(found.result.reason, expected.result.reason) << where;
    EXPECT_EQ(found.result.kept_epoch, expected.result.kept_epoch) << where;
    EXPECT_EQ(found.result.rows_seen, expected.result.rows_seen) << where;
    ASSERT_EQ(found.result.history.size(), expected.result.history.size()) << where;
    for (size_t i = 0; i < found.result.history.size(); ++i) {
      EpochReport a = found.result.history[i], b = expected.result.history[i];
      a.seconds = b.seconds = 0;
      EXPECT_EQ(a, b) << where << ", epoch " << i + 1;
    }
  }
};

TEST_P(Resumed, after_any_step_training_goes_on_to_the_same_bits) {
  const Outcome whole = run(std::nullopt, options());
  EXPECT_GT(whole.result.history.size(), 2u);
  for (const int64_t cut : {0, 1, 5, 6, 7, 12, 17, 23, 29, 30})
    expect_same(run(cut, options()), whole, fmt::format("left after step {}", cut));
}

TEST_P(Resumed, early_stopping_remembers_the_best_epoch) {
  TrainingOptions o = options();
  o.learning_rate = GetParam() == &kAdamw ? 0.3 : 3;  // jumps about
  o.stopping = {.epochs = 40, .patience = 2};
  const Outcome whole = run(std::nullopt, o);
  EXPECT_EQ(whole.result.reason, StopReason::early_stopping);
  const int64_t end = 6 * whole.result.last.epoch;
  for (const int64_t cut : {end - 13, end - 12, end - 7, end - 1, end})
    expect_same(run(cut, o), whole, fmt::format("left after step {}", cut));
}

TEST_P(Resumed, a_run_ended_within_an_epoch_stands_there_in_its_file) {
  // By a limit of steps, and then with a higher limit: as if the higher one had held from the beginning.
  TrainingOptions o = options();
  o.schedule = {};
  o.stopping = {.epochs = 0, .steps = 25};
  const Outcome whole = run(std::nullopt, o);
  for (const int64_t steps : {1, 6, 9, 24}) {
    Network network = noisy_network(dataset), again = noisy_network(dataset);
    const Prepared training = prepare(network.model, select(dataset, std::span(rows).first(40)));
    const Prepared validation = prepare(network.model, select(dataset, std::span(rows).subspan(40)));
    TrainingOptions shorter = o;
    shorter.stopping.steps = steps;
    shorter.checkpoint = Checkpoint{.path = path, .fingerprint = std::string(kFingerprint)};
    EXPECT_EQ(train(network, training, &validation, shorter).last.steps, steps);
    Trainer resumed(again, training, &validation, o);
    resumed.restore(load_checkpoint(path, kFingerprint));
    TrainingResult result = resumed.run();
    expect_same({std::move(again.model.parameters), std::move(result)}, whole,
                fmt::format("{} steps", steps));
    std::filesystem::remove(path);
  }
}

INSTANTIATE_TEST_SUITE_P(Checkpoint, Resumed, testing::Values(&kSgd, &kMomentum, &kAdamw),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Checkpoint, training_saves_after_every_step_when_asked_to) {
  const data::Dataset dataset = generated("moons", 40, 0.2, 4);
  const std::string path = testing::TempDir() + "kette_every_step.checkpoint";
  TrainingOptions options{.batch_size = 10, .stopping = {.epochs = 2}};
  options.checkpoint = Checkpoint{.path = path, .every_seconds = 0, .fingerprint = "a: b"};
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {4}}, 1);
  const Prepared training = prepare(network.model, select(dataset, all_rows(dataset)));
  Trainer trainer(network, training, nullptr, options);
  for (int64_t step = 1; step <= 3; ++step) {
    trainer.run_steps(1);
    const TrainingState saved = load_checkpoint(path, "a: b");
    EXPECT_EQ(saved.steps, step);
    EXPECT_EQ(saved.weights, network.model.parameters);
  }
  trainer.run();
  EXPECT_EQ(load_checkpoint(path, "a: b").epochs, 2);
  std::filesystem::remove(path);
}

TEST(Checkpoint, a_minimiser_goes_on_to_the_same_bits) {
  const data::Dataset dataset = generated("moons", 50, 0.2, 4);
  const auto run = [&](int64_t cut) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {4}}, 1);
    const Prepared training = prepare(network.model, select(dataset, all_rows(dataset)));
    const TrainingOptions options{.lbfgs = LbfgsSpec{}, .stopping = {.epochs = 12}};
    Trainer trainer(network, training, nullptr, options);
    trainer.run_for(cut);
    const std::string bytes = to_checkpoint(trainer.state(), "");
    Network again = build_network(dataset, all_rows(dataset), {.hidden = {4}}, 2);
    Trainer resumed(again, training, nullptr, options);
    resumed.restore(from_checkpoint(bytes, ""));
    resumed.run();
    return std::move(again.model.parameters);
  };
  const Parameters whole = run(0);
  for (const int64_t cut : {1, 5, 11, 12}) EXPECT_EQ(run(cut), whole) << cut;
}

TEST(Checkpoint, a_state_of_another_network_is_refused_and_changes_nothing) {
  const data::Dataset dataset = generated("moons", 40, 0.2, 4);
  const auto state_of = [&](const TrainingOptions& options, int64_t units) {
    Network network = build_network(dataset, all_rows(dataset), {.hidden = {units}}, 1);
    const Prepared training = prepare(network.model, select(dataset, all_rows(dataset)));
    return Trainer(network, training, nullptr, options).state();
  };
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {4}}, 1);
  const Prepared training = prepare(network.model, select(dataset, all_rows(dataset)));
  Trainer trainer(network, training, nullptr, {});
  trainer.run_steps(2);
  const Parameters before = network.model.parameters;
  EXPECT_THROW(trainer.restore(state_of({}, 5)), Error);
  EXPECT_THROW(trainer.restore(state_of({.optimizer = {&kSgd}}, 4)), Error);
  EXPECT_THROW(trainer.restore(state_of({.lbfgs = LbfgsSpec{}}, 4)), Error);
  TrainingState late = state_of({}, 4);
  late.step = 3;
  EXPECT_THROW(trainer.restore(late), Error);  // an epoch has two steps
  EXPECT_EQ(network.model.parameters, before);
}

}  // namespace
}  // namespace kette::checkpoint_test
