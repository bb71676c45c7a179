#include "kette/train/diagnosis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "kette/base/error.h"

namespace kette {
namespace {

// A standardised column has mean 0 and deviation 1, a yes-or-no column about ½ and ½; 10 is far from both.
constexpr double kFarFromOne = 10, kVeryFarFromOne = 1000, kNearZero = 0.01;
// First weights that keep variances give scores of a few units: so much more cross-entropy than a guess, in
// nats, or a few times the variance of the target.
constexpr double kHighExcess = 4, kHighSquaredLoss = 10;
constexpr double kManyDead = 0.5, kNearlyAllDead = 0.9;
constexpr double kManySaturated = 0.5, kNearlyAllSaturated = 0.8;
// Per layer a sigmoid leaves at most a quarter of the gradient; sound nets stay within a factor of about 30.
constexpr double kTinyShare = 1e-3, kHugeShare = 1e3, kHugeGradient = 100;
// Weights change by about a thousandth each step when learning goes well [Bottou 2012, "Stochastic Gradient
// Descent Tricks"; Karpathy's lecture notes, 2015].
constexpr double kTinyUpdate = 1e-4, kHugeUpdate = 0.5;

double ratio(double a, double b) { return b > 0 ? a / b : 0; }

class Diagnosis {
 public:
  explicit Diagnosis(const Observations& observations) : seen_(observations) {}

  std::vector<Finding> run() {
    if (!seen_.divergence.empty())
      add("diverged", "", Severity::serious, 0, seen_.divergence,
          "lower the learning rate, limit the gradient's norm, or look at the training row named");
    look_at_inputs();
    if (!seen_.probes.empty()) {
      look_at_start();
      look_at_units();
      look_at_gradients();
      look_at_steps();
    }
    look_at_epochs();
    std::ranges::stable_sort(findings_, std::ranges::greater{}, &Finding::severity);
    return findings_;
  }

 private:
  void add(std::string what, std::string layer, Severity severity, double value, std::string text,
           std::string remedy) {
    findings_.push_back(
        {std::move(what), std::move(layer), std::move(text), std::move(remedy), severity, value});
  }
  bool has(std::string_view what) const {
    return std::ranges::find(findings_, what, &Finding::what) != findings_.end();
  }

  /// A run that was gone on with may have been seen from later on only.
  bool saw_start() const { return !seen_.probes.empty() && seen_.probes.front().epochs == 0; }
  /// The objective's loss of a guess that knows nothing but the targets, and never more than at the start; 0
  /// when that was not seen.
  double guess_loss() const {
    if (!saw_start()) return 0;
    const double start = seen_.probes.front().loss;
    return start / std::max(1.0, seen_.start_ratio);
  }
  double last_loss() const {
    return seen_.epochs.empty() ? seen_.probes.back().loss : seen_.epochs.back().loss;
  }
  /// L-BFGS has no learning rate.
  bool has_learning_rate() const { return !seen_.epochs.empty() && seen_.epochs.back().learning_rate > 0; }

  void look_at_inputs() {
    const InputColumn* worst = nullptr;
    double worst_size = 0;
    int64_t far = 0;
    bool are_all_tiny = !seen_.columns.empty();
    for (const InputColumn& column : seen_.columns) {
      const double size = std::max(std::abs(column.mean), column.deviation);
      if (size > kFarFromOne) ++far;
      if (!worst || size > worst_size) worst = &column, worst_size = size;
      are_all_tiny = are_all_tiny && size < kNearZero;
    }
    if (far == 0 && !are_all_tiny) return;
    add("unscaled_inputs", worst->name, worst_size > kVeryFarFromOne ? Severity::serious : Severity::warning,
        worst_size,
        fmt::format("{} of {} input columns are far from mean 0 and deviation 1; \"{}\" has mean {:.4g} and "
                    "deviation {:.4g}",
                    are_all_tiny ? std::ssize(seen_.columns) : far, seen_.columns.size(), worst->name,
                    worst->mean, worst->deviation),
        "standardise the inputs");
  }

  void look_at_start() {
    if (!saw_start()) return;
    const bool is_class = seen_.classes > 0;
    const double excess =
        (seen_.start_ratio - 1) * std::log(static_cast<double>(std::max<int64_t>(seen_.classes, 2)));
    if (is_class ? !(excess > kHighExcess) : !(seen_.start_ratio > kHighSquaredLoss)) return;
    add("high_start_loss", "", Severity::warning, seen_.start_ratio,
        is_class
            ? fmt::format("before training the cross-entropy is {:.3g} times that of guessing evenly among "
                          "{} classes",
                          seen_.start_ratio, seen_.classes)
            : fmt::format("before training the squared error is {:.3g} times the variance of the target",
                          seen_.start_ratio),
        "smaller first weights (the default initialiser), or scaled inputs and target");
  }

  void look_at_units() {
    const Probe &first = seen_.probes.front(), &last = seen_.probes.back();
    for (size_t i = 0; i < last.layers.size(); ++i) {
      const LayerProbe& layer = last.layers[i];
      if (layer.dead && *layer.dead >= kManyDead)
        add("dead_relu", layer.layer, *layer.dead >= kNearlyAllDead ? Severity::serious : Severity::warning,
            *layer.dead,
            fmt::format("layer {}: {:.0f} % of the ReLU units are 0 on every row; they no longer learn",
                        layer.layer, 100 * *layer.dead),
            "a lower learning rate, leaky_relu, or smaller biases");
      const double at_start = first.layers[i].saturated.value_or(0), now = layer.saturated.value_or(0);
      const bool fits_badly = saw_start() && last_loss() > 0.3 * guess_loss();
      if (at_start >= kManySaturated || (now >= kNearlyAllSaturated && fits_badly))
        add("saturated", layer.layer, Severity::warning, std::max(at_start, now),
            fmt::format("layer {}: {:.0f} % of the values of {} lie where it is flat, so hardly any gradient "
                        "passes",
                        layer.layer, 100 * (at_start >= kManySaturated ? at_start : now), layer.activation),
            "smaller first weights, scaled inputs, a normalisation, or relu");
    }
  }

  /// First layer's gradient over the last one's, each relative to its weights.
  static double first_to_last(const Probe& probe) {
    const LayerProbe &first = probe.layers.front(), &last = probe.layers.back();
    return ratio(ratio(first.gradient_norm, first.weight_norm), ratio(last.gradient_norm, last.weight_norm));
  }

  void look_at_gradients() {
    const Probe& start = seen_.probes.front();
    if (start.layers.empty()) return;
    const auto early = static_cast<size_t>(std::min<int64_t>(3, std::ssize(seen_.probes)));
    if (start.layers.size() >= 3) {
      // A last layer that starts at zero lets nothing pass before the first step: the best of the first
      // probes counts.
      double share = 0;
      for (size_t i = 0; i < early; ++i) share = std::max(share, first_to_last(seen_.probes[i]));
      if (share < kTinyShare && start.layers.back().gradient_norm > 0)
        add("vanishing_gradient", start.layers.front().layer, Severity::warning, share,
            fmt::format("the gradient of the first layer is {:.2g} of that of the last, relative to their "
                        "weights: the first layers hardly learn",
                        share),
            "relu or another rectifier, fewer layers, or a normalisation");
    }
    const double share = first_to_last(start);
    const auto largest = std::ranges::max_element(start.layers, {}, &LayerProbe::gradient_norm);
    if (share > kHugeShare && start.layers.size() >= 3)
      add("exploding_gradient", start.layers.front().layer, Severity::warning, share,
          fmt::format("the gradient of the first layer is {:.2g} times that of the last, relative to their "
                      "weights",
                      share),
          "smaller first weights, a limit for the gradient's norm, or a normalisation");
    else if (largest->gradient_norm > kHugeGradient && largest->gradient_norm > 10 * largest->weight_norm)
      add("exploding_gradient", largest->layer, Severity::warning, largest->gradient_norm,
          fmt::format("layer {}: the gradient's norm is {:.3g}, that of the weights {:.3g}", largest->layer,
                      largest->gradient_norm, largest->weight_norm),
          "smaller first weights, scaled inputs, a limit for the gradient's norm, or a normalisation");
  }

  /// ‖ΔW‖/‖W‖ of all layers together, for every probe that measured it.
  std::vector<double> updates() const {
    std::vector<double> result;
    for (const Probe& probe : seen_.probes) {
      double change = 0, size = 0;
      for (const LayerProbe& layer : probe.layers) {
        if (!layer.update) continue;
        change += std::pow(*layer.update * layer.weight_norm, 2);
        size += std::pow(layer.weight_norm, 2);
      }
      if (size > 0) result.push_back(std::sqrt(change / size));
    }
    return result;
  }

  void look_at_steps() {
    std::vector<double> all = updates();
    if (all.empty() || !has_learning_rate() || !saw_start()) return;
    const double at_first = all.front();
    std::ranges::sort(all);
    const double middle = all[all.size() / 2];
    const double rate = std::ranges::max(seen_.epochs, {}, &EpochLosses::learning_rate).learning_rate;
    const double first = seen_.epochs.front().loss, last = last_loss(), start = seen_.probes.front().loss;
    if (middle < kTinyUpdate && seen_.epochs.size() >= 3 && last > 0.9 * first && last > 0.5 * guess_loss())
      add("small_learning_rate", "", Severity::warning, middle,
          fmt::format("a step changes the weights by {:.2g} of their size, and the loss hardly falls",
                      middle),
          fmt::format("a larger learning rate (now {:.3g})", rate));
    const double jumps = share_of_jumps();
    if (const double largest = std::max(at_first, middle); middle > kHugeUpdate || at_first > 2 * kHugeUpdate)
      add("large_learning_rate", "", Severity::warning, largest,
          fmt::format("a step changes the weights by {:.2g} of their size", largest),
          fmt::format("a smaller learning rate (now {:.3g})", rate));
    else if (jumps > 0.25 || last > 1.2 * start)
      add("large_learning_rate", "", Severity::warning, jumps,
          jumps > 0.25
              ? fmt::format("the training loss rose by more than 10 % in {:.0f} % of the later epochs",
                            100 * jumps)
              : fmt::format("the training loss is {:.3g}, higher than before training, {:.3g}", last, start),
          fmt::format("a smaller learning rate (now {:.3g})", rate));
  }

  /// In the later half, while the loss is not yet small: near 0 it always jumps.
  double share_of_jumps() const {
    const std::vector<EpochLosses>& epochs = seen_.epochs;
    if (epochs.size() < 8) return 0;
    int64_t jumps = 0, count = 0;
    for (size_t i = epochs.size() / 2; i < epochs.size(); ++i, ++count)
      if (epochs[i].loss > 1.1 * epochs[i - 1].loss && epochs[i].loss > 0.3 * guess_loss()) ++jumps;
    return static_cast<double>(jumps) / static_cast<double>(count);
  }

  void look_at_epochs() {
    const std::vector<EpochLosses>& epochs = seen_.epochs;
    if (epochs.size() < 3 || seen_.probes.empty()) return;
    const EpochLosses& last = epochs.back();
    const EpochLosses* best = nullptr;
    for (const EpochLosses& report : epochs)
      if (report.validation && (!best || *report.validation < *best->validation)) best = &report;
    if (best && last.validation && last.loss < best->loss) {
      const double rise = *last.validation - *best->validation;
      if (rise > 0.3 * *best->validation && rise > 0.05 * guess_loss())
        add("overfitting", "", Severity::warning, ratio(*last.validation, *best->validation),
            fmt::format("the validation loss was lowest after epoch {} ({:.3g}) and is now {:.3g}, while the "
                        "training loss fell to {:.3g}",
                        best->epoch, *best->validation, *last.validation, last.loss),
            "early stopping, dropout, weight decay, a smaller network, or more data");
    }
    const double earlier = epochs[epochs.size() - 1 - epochs.size() / 5].loss;
    if (epochs.size() >= 10 && has_learning_rate() && last.loss > 0.3 * guess_loss() &&
        last.loss < 0.9 * earlier && saw_start())
      add("still_falling", "", Severity::note, last.loss / earlier,
          fmt::format(
              "the training loss was still falling when training ended: from {:.3g} to {:.3g} in the last "
              "{} epochs",
              earlier, last.loss, epochs.size() / 5),
          "more epochs, or a larger learning rate");
    const double share = ratio(last.loss, guess_loss());
    if (share > 0.97 && !has("small_learning_rate") && !has("large_learning_rate") && !has("diverged"))
      add("no_progress", "", Severity::warning, share,
          fmt::format("the training loss, {:.4g}, is hardly lower than that of a guess, {:.4g}", last.loss,
                      guess_loss()),
          "features that tell more about the target, a larger network, or another learning rate");
  }

  const Observations& seen_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"note", "warning", "serious"};
  return kNames[static_cast<size_t>(severity)];
}

std::vector<Finding> diagnose(const Observations& observations) { return Diagnosis(observations).run(); }

nlohmann::ordered_json json(const Observations& observations) {
  using Json = nlohmann::ordered_json;
  Json findings = Json::array(), probes = Json::array();
  for (const Finding& f : diagnose(observations))
    findings.push_back({{"what", f.what},
                        {"severity", to_string(f.severity)},
                        {"layer", f.layer},
                        {"value", f.value},
                        {"text", f.text},
                        {"remedy", f.remedy}});
  for (const Probe& probe : observations.probes) {
    Json layers = Json::array();
    for (const LayerProbe& layer : probe.layers) {
      Json entry = {{"layer", layer.layer}, {"activation", layer.activation}};
      if (layer.dead) entry["dead"] = *layer.dead;
      if (layer.saturated) entry["saturated"] = *layer.saturated;
      entry["weight_norm"] = layer.weight_norm;
      entry["gradient_norm"] = layer.gradient_norm;
      if (layer.update) entry["update"] = *layer.update;
      layers.push_back(std::move(entry));
    }
    probes.push_back({{"epochs", probe.epochs}, {"loss", probe.loss}, {"layers", std::move(layers)}});
  }
  return {{"findings", std::move(findings)}, {"probes", std::move(probes)}};
}

std::vector<std::string> lines(const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  for (const Finding& f : findings)
    result.push_back(fmt::format("{}: {} — {}", to_string(f.severity), f.text, f.remedy));
  return result;
}

}  // namespace kette
