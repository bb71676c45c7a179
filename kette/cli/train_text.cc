#include "kette/cli/train_text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "kette/cli/text.h"

namespace kette::cli {
namespace {

using data::Task;

constexpr size_t kNamesShown = 8;
constexpr size_t kTrialsShown = 10;

bool uses_batches(const TrainingOptions& t) {
  return !t.lbfgs && (t.descent == data::Descent::minibatch || t.descent == data::Descent::minibatch_shuffle);
}

std::string course(const TrainingOptions& t) {
  using Kind = ScheduleSpec::Kind;
  std::string text;
  if (t.decay > 0) text += fmt::format("/(1 + {:.2g}·t)", t.decay);
  if (t.decay == 0 && t.schedule.kind != Kind::constant)
    text += fmt::format(", {}", to_string(t.schedule.kind));
  if (t.schedule.warmup > 0) text += fmt::format(", warm-up of {}", counted(t.schedule.warmup, "step"));
  if (t.plateau) text += fmt::format(", × {:.2g} on a plateau", t.plateau->factor);
  return text;
}

}  // namespace

Baseline baseline(const data::Dataset& dataset, std::span<const int64_t> training, const Samples& test) {
  if (dataset.task == Task::regression) {
    const int64_t width = test.targets.shape()[1];
    std::vector<double> mean(static_cast<size_t>(width));
    for (const int64_t row : training)
      for (int64_t t = 0; t < width; ++t)
        mean[static_cast<size_t>(t)] += dataset.y.at(row * width + t) / static_cast<double>(training.size());
    double error = 0;
    for (int64_t i = 0; i < test.targets.size(); ++i)
      error += std::pow(test.targets.at(i) - mean[static_cast<size_t>(i % width)], 2) /
               static_cast<double>(test.targets.size());
    return {"always the mean", "", std::sqrt(error)};
  }
  std::vector<int64_t> count(dataset.labels.size());
  for (const int64_t row : training) ++count[static_cast<size_t>(dataset.y.at(row))];
  const int64_t most = std::ranges::max_element(count) - count.begin();
  const std::span<const int64_t> classes = test.targets.values<int64_t>();
  const auto right = std::ranges::count(classes, most);
  const std::string& label = dataset.labels[static_cast<size_t>(most)];
  return {fmt::format("always {}", data::quote(label)), label,
          static_cast<double>(right) / static_cast<double>(test.rows())};
}

std::vector<std::string> feature_lines(std::span<const data::Feature> features,
                                       std::span<const data::Preparation> columns) {
  std::vector<std::pair<std::string, std::vector<std::string>>>
      groups;  // in the order of their first feature
  size_t column = 0;
  for (const data::Feature& feature : features) {
    const auto width = static_cast<size_t>(feature.width());
    const std::string what = describe(feature, columns.subspan(column, width));
    auto known = std::ranges::find(groups, what, [](const auto& g) { return g.first; });
    if (known == groups.end()) known = groups.insert(groups.end(), {what, {}});
    known->second.push_back(data::on_one_line(feature.name));
    column += width;
  }
  std::vector<std::string> result;
  for (const auto& [what, names] : groups) {
    const size_t shown = std::min(names.size(), kNamesShown);
    std::string line = fmt::format(
        "{}: {}", what, fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (shown < names.size()) line += fmt::format(" and {} more", names.size() - shown);
    result.push_back(std::move(line));
  }
  constexpr size_t kMost = 12;
  if (result.size() > kMost) {
    const size_t more = result.size() - kMost;
    result.resize(kMost);
    result.push_back(fmt::format("and {} more kinds", more));
  }
  return result;
}

std::string network_line(const NetworkOptions& options, const Network& network) {
  std::string line = fmt::format("{}", network.model.parameters.at("W1").shape()[0]);
  const auto of_layer = [&](const auto& list, size_t i) { return list[list.size() == 1 ? 0 : i]; };
  for (size_t i = 0; i < options.hidden.size(); ++i) {
    line += fmt::format(" → {} {}", options.hidden[i], to_string(of_layer(options.activations, i)));
    if (options.normalization != Normalization::none)
      line += fmt::format(" {} norm", to_string(options.normalization));
    if (const double rate = of_layer(options.dropout, i); rate > 0)
      line += fmt::format(" dropout {:g}", rate);
  }
  line += fmt::format(" → {} {}", network.model.scores.shape()[1], to_string(*network.options.output));
  return line + fmt::format(" · {} parameters", grouped(network.model.parameters.elements()));
}

std::string training_line(const TrainingOptions& t, const NetworkOptions& network, bool has_validation) {
  std::string line(to_string(*network.loss));
  if (network.label_smoothing > 0) line += fmt::format(", labels smoothed by {:g}", network.label_smoothing);
  if (t.lbfgs) {
    line += " · lbfgs over all rows";
  } else {
    line += fmt::format(" · {}, learning rate {:.3g}{}", t.optimizer.kind->name, t.learning_rate, course(t));
    for (const auto& [name, value] : t.optimizer.settings)
      line += fmt::format(", {} {:.3g}", name, std::get<double>(value));
    line += fmt::format(" · {}", to_string(t.descent));
  }
  for (const auto& [name, value] :
       {std::pair{"l1", t.step.l1}, std::pair{"l2", t.step.l2}, std::pair{"clip-norm", t.step.clip_norm},
        std::pair{"clip-value", t.step.clip_value}, std::pair{"weight decay", t.step.weight_decay},
        std::pair{"average", t.step.average}})
    if (value > 0) line += fmt::format(", {} {:.3g}", name, value);
  if (uses_batches(t)) line += fmt::format(" of {}", counted(t.batch_size, "row"));
  if (t.stopping.epochs > 0) line += fmt::format(" · up to {}", counted(t.stopping.epochs, "epoch"));
  if (t.stopping.steps > 0) line += fmt::format(" · up to {}", counted(t.stopping.steps, "step"));
  if (t.stopping.seconds > 0) line += fmt::format(" · up to {}", duration(t.stopping.seconds));
  if (has_validation && t.stopping.patience > 0) line += fmt::format(", patience {}", t.stopping.patience);
  return line;
}

std::string result_line(const Measures& measures, const Baseline& base) {
  std::string line;
  for (const auto& [name, value] : measures) {
    line += fmt::format("{}{} {}", line.empty() ? "" : " · ", name, measure_text(name, value));
    if (&value == &measures.front().second)
      line += fmt::format(" ({}: {})", base.text, measure_text(name, base.value));
  }
  return line;
}

std::string warning_line(const std::string& file, const std::vector<std::string>& warnings) {
  constexpr size_t kShown = 4;
  std::string line = file + ": warning: ";
  for (size_t i = 0; i < std::min(kShown, warnings.size()); ++i) line += (i > 0 ? "; " : "") + warnings[i];
  if (warnings.size() > kShown) line += fmt::format("; and {} more", warnings.size() - kShown);
  return line;
}

std::string leaderboard(const SearchResult& found, Task task) {
  const bool is_regression = task == Task::regression;
  std::vector<std::vector<std::string>> cells = {
      {"candidate", is_regression ? "rmse" : "loss", is_regression ? "" : "accuracy", "epochs", "in model"}};
  for (size_t i = 0; i < std::min(found.trials.size(), kTrialsShown); ++i) {
    const Trial& t = found.trials[i];
    cells.push_back({fmt::format("{:>2}  {}", t.number, t.text), measure_text("loss", t.score),
                     is_regression || !t.is_finished ? "" : measure_text("accuracy", t.accuracy),
                     std::to_string(t.epochs), t.networks > 0 ? fmt::format("× {}", t.networks) : ""});
  }
  cells.push_back({"    average of those in the model", measure_text("loss", found.score),
                   is_regression ? "" : measure_text("accuracy", found.accuracy), "", ""});
  std::string text = table(cells);
  if (found.trials.size() > kTrialsShown)
    text += fmt::format("and {} more · on {} that were not trained on\n", found.trials.size() - kTrialsShown,
                        counted(found.validation_rows, "row"));
  return text;
}

RecordEntries training_options(const TrainSettings& settings) {
  const NetworkOptions& n = settings.network;
  const TrainingOptions& t = settings.training;
  RecordEntries options;
  options.emplace_back("hidden", n.hidden.empty() ? "none" : fmt::format("{}", fmt::join(n.hidden, ",")));
  if (t.lbfgs) {
    options.emplace_back("optimizer", "lbfgs");
  } else {
    options.emplace_back("optimizer", std::string(t.optimizer.kind->name));
    options.emplace_back("descent", std::string(to_string(t.descent)));
    options.emplace_back("learning-rate", t.learning_rate);
    if (uses_batches(t)) options.emplace_back("batch-size", t.batch_size);
    if (t.decay > 0)
      options.emplace_back("decay", t.decay);
    else
      options.emplace_back("schedule", std::string(to_string(t.schedule.kind)));
    if (t.optimizer.settings.find("weight_decay"))
      options.emplace_back("weight-decay", t.optimizer.settings.real("weight_decay"));
  }
  if (t.stopping.epochs > 0) options.emplace_back("epochs", t.stopping.epochs);
  options.emplace_back("patience", t.stopping.patience);
  return options;
}

void SearchProgressLine::show(const SearchProgress& p) {
  if (width_ <= 0) return;
  const double share = static_cast<double>(p.done) / static_cast<double>(std::max<int64_t>(1, p.planned));
  constexpr int kBar = 24;
  const auto filled = static_cast<int>(std::round(kBar * std::min(1.0, share)));
  std::string bar;
  for (int i = 0; i < kBar; ++i) bar += i < filled ? "━" : "─";
  fmt::print("\r\x1b[2K{} {} of {} trainings · best so far {}", bar, p.done, p.planned,
             measure_text("loss", p.best));
  std::fflush(stdout);
  is_drawn_ = true;
}

void SearchProgressLine::finish() {
  if (is_drawn_) fmt::print("\r\x1b[2K");
}

}  // namespace kette::cli
