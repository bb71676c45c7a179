// What the numbers of a training run say about its health, in plain language.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kette {

/// One layer on the probed rows, after some epochs.
struct LayerProbe {
  std::string layer;                // the number in W1, h1, …, behind the network's prefix: "1", "net2.1"
  std::string activation;           // the operation's name; empty where the layer has none
  std::optional<double> dead = {};  // ReLU: share of units that are 0 on every row
  std::optional<double> saturated = {};  // sigmoid, tanh, hardtanh: share of values in the flat parts
  double weight_norm = 0;                // ‖W‖, Euclidean
  double gradient_norm = 0;              // ‖∂L/∂W‖ on the probed rows
  std::optional<double> update = {};     // ‖ΔW‖/‖W‖ of the step that followed
};

struct Probe {
  int64_t epochs = 0;              // finished before
  double loss = 0;                 // the objective's, on the probed rows
  std::vector<LayerProbe> layers;  // from the first to the last
};

/// A column of the prepared inputs.
struct InputColumn {
  std::string name;
  double mean = 0, deviation = 0;
};

struct EpochLosses {
  int64_t epoch = 0;  // counted from 1
  double loss = 0;    // as EpochReport::loss
  std::optional<double> validation = {};
  double learning_rate = 0;  // of the last step
};

/// All that a diagnosis looks at.
struct Observations {
  std::vector<InputColumn> columns;
  /// Of the untrained network on the probed rows, in the unit of a guess that knows nothing but the targets:
  /// cross-entropy over ln(classes), or squared error over the targets' variance.
  double start_ratio = 1;
  int64_t classes = 0;  // 0: regression
  std::vector<Probe> probes;
  std::vector<EpochLosses> epochs;
  std::string divergence;  // the message, where training diverged
};

enum class Severity : uint8_t { note, warning, serious };
std::string_view to_string(Severity severity);

struct Finding {
  std::string what;   // stable: "dead_relu", "saturated", "vanishing_gradient", …
  std::string layer;  // as LayerProbe::layer, a column's name, or empty
  std::string text;   // what was seen
  std::string remedy;
  Severity severity = Severity::warning;
  double value = 0;  // the number that the text is about
};

/// The most severe first. The thresholds stand in diagnosis.cc, each with its reason; they are wide, so that
/// a run that learns well gets none:
///
/// | what                | seen when                                                            |
/// |---------------------|----------------------------------------------------------------------|
/// | diverged            | training met inf or nan                                              |
/// | unscaled_inputs     | a prepared column's mean or deviation is far above 1                 |
/// | high_start_loss     | the untrained network is far worse than a guess                      |
/// | dead_relu           | most units of a layer give 0 on every row                            |
/// | saturated           | most values of a layer lie where the activation is flat              |
/// | vanishing_gradient  | the first layer's gradient is a tiny share of the last one's         |
/// | exploding_gradient  | a gradient is huge, or the first layer's a large multiple of the last|
/// | small_learning_rate | steps are tiny beside the weights, and the loss hardly falls         |
/// | large_learning_rate | steps are as large as the weights, or the loss jumps up and down     |
/// | overfitting         | the validation loss rises while the training loss falls              |
/// | still_falling       | the training loss, not yet small, fell to the end (a note)           |
/// | no_progress         | the training loss is hardly lower than at the start                  |
std::vector<Finding> diagnose(const Observations& observations);

/// {"findings": [{"what": …}], "probes": [{"epochs": 0, "loss": …, "layers": [{"layer": "1", …}]}]}; numbers
/// that are not finite are null.
nlohmann::ordered_json json(const Observations& observations);
/// One line for each finding: `warning: layer 1: 9 of 10 units … — lower the learning rate`.
std::vector<std::string> lines(const std::vector<Finding>& findings);

}  // namespace kette
