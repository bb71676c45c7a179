#include "kette/train/doctor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "kette/nn/losses.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"
#include "kette/ops/ops.h"
#include "kette/train/divergence.h"
#include "kette/train/test_data.h"
#include "kette/train/trainer.h"

namespace kette::doctor_test {
namespace {

using test_data::all_rows;
using test_data::generated;

struct Seen {
  Observations observations;
  std::vector<Finding> findings;
  Parameters weights;

  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const Finding& f : findings) result.insert(f.what);
    return result;
  }
  const Finding* find(std::string_view what) const {
    const auto found = std::ranges::find(findings, what, &Finding::what);
    return found == findings.end() ? nullptr : &*found;
  }
};

struct Case {
  data::Dataset dataset = generated("moons", 200, 0.15, 1);
  NetworkOptions network = {.hidden = {16, 8}};
  TrainingOptions training = {.learning_rate = 0.01, .stopping = {.epochs = 20}};
  std::function<void(Network&, Prepared&)> change = {};
  bool has_doctor = true;
  bool has_validation = false;
};

/// Two rows of four, from `first` on: generated rows stand class by class or in turns.
std::vector<int64_t> half_of(const data::Dataset& dataset, int64_t first) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < dataset.rows(); ++i)
    if (i % 4 / 2 == first) rows.push_back(i);
  return rows;
}

Seen run(const Case& c) {
  const std::vector<int64_t> ours = c.has_validation ? half_of(c.dataset, 0) : all_rows(c.dataset);
  Network network = build_network(c.dataset, ours, c.network, 1);
  Prepared training = prepare(network.model, select(c.dataset, ours));
  const Prepared validation = prepare(network.model, select(c.dataset, half_of(c.dataset, 1)));
  if (c.change) c.change(network, training);
  std::optional<Doctor> doctor;
  TrainingOptions options = c.training;
  if (c.has_doctor) options.doctor = &doctor.emplace(network, training);
  try {
    train(network, training, c.has_validation ? &validation : nullptr, options);
  } catch (const DivergenceError&) {
    // The doctor knows.
  }
  if (!doctor) return {{}, {}, network.model.parameters};
  return {doctor->observations(), doctor->findings(), network.model.parameters};
}

void scale_weights(Network& network, double factor) {
  for (auto& [name, tensor] : network.model.parameters)
    if (name[0] == 'W')
      for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, factor * tensor.at(i));
}

// A sound run -----------------------------------------------------------------------------------------------

TEST(Doctor, finds_nothing_in_sound_runs) {
  const auto none = [](const Case& c, std::string_view name) {
    const Seen seen = run(c);
    for (const std::string& line : lines(seen.findings)) ADD_FAILURE() << name << ": " << line;
  };
  none({}, "moons");
  const TrainingOptions longer{.learning_rate = 0.01, .stopping = {.epochs = 60}};
  none({.training = longer, .has_validation = true}, "moons with validation");
  none({.dataset = generated("spiral", 300, 0.02, 2), .network = {.hidden = {32, 32}}, .training = longer},
       "spiral");
  none({.dataset = generated("sine", 300, 0.1, 2),
        .network = {.hidden = {32}, .activations = {Activation::tanh}}},
       "sine");
  none({.dataset = generated("gauss", 200, 0.3, 2), .network = {.hidden = {}}}, "logistic regression");
  none({.network = {.hidden = {16}, .activations = {Activation::sigmoid}, .output = OutputForm::sigmoid}},
       "one sigmoid");
  none({.network = {.hidden = {16, 8}, .activations = {Activation::silu}},
        .training = {.optimizer = {&kMomentum}, .learning_rate = 0.05, .stopping = {.epochs = 30}}},
       "momentum");
  none({.training = {.lbfgs = LbfgsSpec{}, .stopping = {.epochs = 20}}}, "L-BFGS");
}

TEST(Doctor, changes_no_bit_of_training) {
  for (const double rate : {0.01, 0.3}) {
    Case c{.training = {.batch_size = 7, .learning_rate = rate, .stopping = {.epochs = 9}}};
    const Parameters with = run(c).weights;
    c.has_doctor = false;
    EXPECT_EQ(run(c).weights, with);
  }
}

TEST(Doctor, looks_ever_more_seldom_and_after_the_last) {
  const Seen seen = run({.training = {.stopping = {.epochs = 11}}});
  std::vector<int64_t> epochs;
  for (const Probe& probe : seen.observations.probes) epochs.push_back(probe.epochs);
  EXPECT_EQ(epochs, (std::vector<int64_t>{0, 1, 4, 11}));
}

TEST(Doctor, numbers_are_those_of_the_weights_and_of_the_real_update) {
  // One step on all rows of plain descent: ‖ΔW‖ = η·‖∂L/∂W‖.
  const data::Dataset dataset = generated("moons", 60, 0.1, 1);
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {4}}, 1);
  const Prepared rows = prepare(network.model, select(dataset, all_rows(dataset)));
  Doctor doctor(network, rows);
  const Parameters before = network.model.parameters;
  train(network, rows, nullptr,
        {.descent = data::Descent::batch,
         .optimizer = {&kSgd},
         .learning_rate = 0.5,
         .stopping = {.epochs = 1},
         .doctor = &doctor});
  const Probe& probe = doctor.observations().probes.front();
  ASSERT_EQ(probe.layers.size(), 2u);
  for (size_t layer = 0; layer < 2; ++layer) {
    const Tensor& was = before.at(fmt::format("W{}", layer + 1));
    const Tensor& is = network.model.parameters.at(fmt::format("W{}", layer + 1));
    double size = 0, change = 0;
    for (int64_t i = 0; i < was.size(); ++i) {
      size += was.at(i) * was.at(i);
      change += (was.at(i) - is.at(i)) * (was.at(i) - is.at(i));
    }
    const LayerProbe& found = probe.layers[layer];
    EXPECT_EQ(found.layer, fmt::format("{}", layer + 1));
    EXPECT_NEAR(found.weight_norm, std::sqrt(size), 1e-6);
    EXPECT_NEAR(*found.update, std::sqrt(change / size), 1e-6);
    EXPECT_NEAR(0.5 * found.gradient_norm, std::sqrt(change), 1e-5);
  }
  EXPECT_EQ(probe.layers[0].activation, "relu");
}

TEST(Doctor, layers_with_a_prefix_are_seen) {
  const data::Dataset dataset = generated("moons", 50, 0.1, 1);
  Network network = build_network(dataset, all_rows(dataset), {.hidden = {}}, 1);
  Graph& graph = *network.model.graph;
  const Mlp layers =
      mlp(network.model.prepared, {{.units = 3, .activation = Activation::tanh}, {.units = 2}}, "net2.");
  network.parameters = layers.parameters;
  network.model.parameters = initialized(layers.parameters, 1);
  network.objective.loss = network.objective.training_loss =
      cross_entropy(layers.output, graph.find("target"));
  network.model.scores = layers.output;
  network.model.prediction = softmax(layers.output);
  const Prepared rows = prepare(network.model, select(dataset, all_rows(dataset)));
  Doctor doctor(network, rows);
  train(network, rows, nullptr, {.stopping = {.epochs = 1}, .doctor = &doctor});
  const Probe& probe = doctor.observations().probes.front();
  ASSERT_EQ(probe.layers.size(), 2u);
  EXPECT_EQ(probe.layers[0].layer, "net2.1");
  EXPECT_TRUE(probe.layers[0].saturated.has_value());
}

// Each finding provoked -------------------------------------------------------------------------------------

TEST(Doctor, a_dead_relu_is_reported) {
  const Seen seen = run({.change = [](Network& network, Prepared&) {
    Tensor& bias = network.model.parameters.at("b2");
    for (int64_t i = 0; i < 6; ++i) bias.set(i, -1000);
  }});
  ASSERT_TRUE(seen.find("dead_relu"));
  EXPECT_EQ(seen.find("dead_relu")->layer, "2");
  EXPECT_GE(seen.find("dead_relu")->value, 6.0 / 8);
}

TEST(Doctor, saturated_units_are_reported) {
  for (const Activation activation : {Activation::tanh, Activation::sigmoid, Activation::hardtanh}) {
    const Seen seen = run({.network = {.hidden = {16}, .activations = {activation}},
                           .change = [](Network& network, Prepared&) { scale_weights(network, 100); }});
    ASSERT_TRUE(seen.find("saturated")) << to_string(activation);
    EXPECT_EQ(seen.find("saturated")->layer, "1");
  }
}

TEST(Doctor, a_vanishing_gradient_is_reported) {
  const Seen seen =
      run({.network = {.hidden = std::vector<int64_t>(10, 16), .activations = {Activation::sigmoid}}});
  ASSERT_TRUE(seen.find("vanishing_gradient"));
  EXPECT_LT(seen.find("vanishing_gradient")->value, 1e-3);
}

TEST(Doctor, an_exploding_gradient_and_a_high_loss_at_the_start_are_reported) {
  const Seen seen = run({.network = {.hidden = std::vector<int64_t>(8, 16)},
                         .change = [](Network& network, Prepared&) { scale_weights(network, 4); }});
  EXPECT_TRUE(seen.find("exploding_gradient"));
  EXPECT_TRUE(seen.find("high_start_loss"));
}

TEST(Doctor, a_learning_rate_too_small_is_reported) {
  const Seen seen = run({.training = {.learning_rate = 1e-7, .stopping = {.epochs = 10}}});
  EXPECT_EQ(seen.names(), std::set<std::string>{"small_learning_rate"});
}

TEST(Doctor, the_learning_rate_of_advice_is_the_highest_of_a_schedule) {
  const Seen seen = run({.training = {.learning_rate = 1e-7,
                                      .schedule = {.kind = ScheduleSpec::Kind::cosine},
                                      .stopping = {.epochs = 100}}});
  ASSERT_TRUE(seen.find("small_learning_rate"));
  EXPECT_EQ(seen.find("small_learning_rate")->remedy, "a larger learning rate (now 1e-07)");
}

TEST(Doctor, a_learning_rate_too_large_is_reported) {
  EXPECT_TRUE(
      run({.training = {.learning_rate = 3, .stopping = {.epochs = 10}}}).find("large_learning_rate"));
}

TEST(Doctor, a_loss_that_jumps_up_and_down_tells_of_a_learning_rate_too_large) {
  Observations seen{
      .classes = 2,
      .probes = {{.epochs = 0, .loss = 0.7, .layers = {{.layer = "1", .weight_norm = 1, .update = 1e-3}}}}};
  for (int64_t epoch = 1; epoch <= 20; ++epoch)
    seen.epochs.push_back({.epoch = epoch, .loss = epoch % 2 ? 0.4 : 0.5, .learning_rate = 0.1});
  ASSERT_EQ(diagnose(seen).size(), 1u);
  EXPECT_EQ(diagnose(seen)[0].what, "large_learning_rate");
  for (EpochLosses& report : seen.epochs) report.loss *= 0.1;  // near zero a loss always jumps
  EXPECT_TRUE(diagnose(seen).empty());
}

TEST(Doctor, units_that_a_large_learning_rate_killed_are_reported) {
  const Seen seen = run({.dataset = generated("spiral", 300, 0.02, 2),
                         .network = {.hidden = {32, 32}},
                         .training = {.optimizer = {&kSgd}, .learning_rate = 3, .stopping = {.epochs = 30}}});
  ASSERT_TRUE(seen.find("dead_relu"));
  EXPECT_EQ(seen.find("dead_relu")->severity, Severity::serious);
}

TEST(Doctor, unscaled_inputs_are_reported_with_the_column) {
  const Seen seen = run({.change = [](Network&, Prepared& rows) {
    for (int64_t i = 1; i < rows.inputs.size(); i += 2)
      rows.inputs.dense().set(i, 500 + rows.inputs.dense().at(i));
  }});
  ASSERT_TRUE(seen.find("unscaled_inputs"));
  EXPECT_EQ(seen.find("unscaled_inputs")->layer, "x2");
  EXPECT_NEAR(seen.find("unscaled_inputs")->value, 500, 1);
}

TEST(Doctor, inputs_of_a_foreign_model_are_not_judged) {
  const Seen seen = run({.change = [](Network& network, Prepared& rows) {
    network.model.metadata["origin"] = "forge";
    for (int64_t i = 0; i < rows.inputs.size(); ++i)
      rows.inputs.dense().set(i, 500 + rows.inputs.dense().at(i));
  }});
  EXPECT_FALSE(seen.find("unscaled_inputs"));
}

TEST(Doctor, codes_of_words_are_no_inputs_to_scale) {
  const Seen only_words = run({.dataset = test_data::windows()}),
             both = run({.dataset = test_data::windows(true)});
  EXPECT_TRUE(only_words.observations.columns.empty());
  EXPECT_FALSE(only_words.find("unscaled_inputs"));
  ASSERT_EQ(both.observations.columns.size(), 1u);
  EXPECT_NEAR(both.observations.columns[0].deviation, 1, 1e-5);  // the number's
}

TEST(Doctor, codes_of_words_are_none_in_a_mean_of_networks_either) {
  const data::Dataset dataset = test_data::windows(true);
  std::vector<Network> networks;
  networks.push_back(build_network(dataset, all_rows(dataset), {.hidden = {3}}, 1));
  NetworkOptions otherwise{.hidden = {3}};
  otherwise.preparation.scaling = data::Scaling::min_max;
  networks.push_back(build_network(dataset, all_rows(dataset), otherwise, 2));
  const auto columns_seen = [&](Model model) {
    Network network = continue_network(std::move(model), dataset, all_rows(dataset));
    const Doctor doctor(network, prepare(network.model, select(dataset, all_rows(dataset))));
    std::vector<std::string> names;
    for (const InputColumn& column : doctor.observations().columns) names.push_back(column.name);
    return names;
  };
  const auto mean = [&] { return average_networks(std::vector<const Network*>{&networks[0], &networks[1]}); };
  const auto width = static_cast<size_t>(mean().prepared.shape()[1]);
  const std::vector<std::string> numbers = {
      "prepared column 1", fmt::format("prepared column {}", width / 2 + 1)};  // one of each preparation
  EXPECT_EQ(columns_seen(mean()), numbers);
  EXPECT_EQ(columns_seen(from_onnx(to_onnx(mean()))), numbers);
}

TEST(Doctor, overfitting_is_reported) {
  const Seen seen = run({.dataset = generated("gauss", 60, 1.0, 2),
                         .network = {.hidden = {64, 64}},
                         .training = {.batch_size = 8, .learning_rate = 0.01, .stopping = {.epochs = 150}},
                         .has_validation = true});
  EXPECT_TRUE(seen.find("overfitting"));
}

TEST(Doctor, a_network_that_cannot_learn_makes_no_progress) {
  // A straight line between the two halves of exclusive or does not exist.
  const Seen seen = run({.dataset = test_data::exclusive_or(),
                         .network = {.hidden = {}},
                         .training = {.batch_size = 4, .learning_rate = 0.05, .stopping = {.epochs = 200}}});
  EXPECT_EQ(seen.names(), std::set<std::string>{"no_progress"});
}

TEST(Doctor, a_run_that_ended_too_early_is_noted) {
  const Seen seen = run({.dataset = generated("spiral", 300, 0.02, 2),
                         .network = {.hidden = {32, 32}},
                         .training = {.learning_rate = 0.01, .stopping = {.epochs = 20}}});
  ASSERT_TRUE(seen.find("still_falling"));
  EXPECT_EQ(seen.find("still_falling")->severity, Severity::note);
}

TEST(Doctor, a_run_seen_from_later_on_is_not_judged_by_its_start) {
  // The loss stands where the first probe found it, which says nothing when that was after 7 epochs.
  Observations seen{.classes = 2, .probes = {{.epochs = 0, .loss = 0.7}, {.epochs = 8, .loss = 0.7}}};
  for (int64_t epoch = 1; epoch <= 8; ++epoch)
    seen.epochs.push_back({.epoch = epoch, .loss = 0.7, .learning_rate = 0.1});
  EXPECT_EQ(diagnose(seen).size(), 1u);
  seen.probes.erase(seen.probes.begin());
  EXPECT_TRUE(diagnose(seen).empty());
}

TEST(Doctor, divergence_comes_first) {
  const Seen seen = run({.dataset = test_data::plane(),
                         .network = {.hidden = {}},
                         .training = {.batch_size = 7, .optimizer = {&kSgd}, .learning_rate = 1000}});
  ASSERT_FALSE(seen.findings.empty());
  EXPECT_EQ(seen.findings.front().what, "diverged");
  EXPECT_EQ(seen.findings.front().severity, Severity::serious);
}

// Forms -----------------------------------------------------------------------------------------------------

TEST(Doctor, json_holds_findings_and_a_table_for_each_probe) {
  const Seen seen = run({.training = {.learning_rate = 1e-7, .stopping = {.epochs = 3}}});
  const auto object = nlohmann::json::parse(json(seen.observations).dump());
  EXPECT_EQ(object["findings"].size(), seen.findings.size());
  EXPECT_EQ(object["findings"][0]["what"], "small_learning_rate");
  ASSERT_EQ(object["probes"].size(), 3u);
  EXPECT_EQ(object["probes"][2]["epochs"], 3);
  EXPECT_EQ(object["probes"][0]["layers"].size(), 3u);
  EXPECT_TRUE(object["probes"][0]["layers"][0].contains("dead"));
}

TEST(Doctor, a_finding_is_one_line) {
  const Seen seen = run({.training = {.learning_rate = 1e-7, .stopping = {.epochs = 3}}});
  for (const std::string& line : lines(seen.findings)) {
    EXPECT_TRUE(line.starts_with("warning: ")) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace kette::doctor_test
