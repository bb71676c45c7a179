#include "kette/train/search_space.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "kette/base/random.h"

namespace kette {
namespace {

constexpr uint64_t kStream = uint64_t{0x736561726368} << 8;  // "search"
constexpr double kSteps = 15000;                             // of a training that is given time

/// Draws from lists, one position after the other.
class Draws {
 public:
  Draws(uint64_t seed, int64_t index) : random_(seed, kStream + static_cast<uint64_t>(index)) {}
  template <class T, size_t n>
  const T& one_of(const std::array<T, n>& list) {
    return list[static_cast<size_t>(random_.below(n, position_++))];
  }
  bool chance(double p) { return random_.uniform(position_++) < p; }

 private:
  Random random_;
  uint64_t position_ = 0;
};

using Units = std::vector<int64_t>;

const std::array<Units, 8>& shapes(const Problem& problem) {
  static const std::array<Units, 8> kSmall = {Units{64, 64}, {32},      {128},        {32, 32},
                                              {64, 32},      {128, 64}, {64, 64, 64}, {100, 50}};
  static const std::array<Units, 8> kMiddle = {Units{128, 64}, {64, 32},  {64, 64},       {128, 128},
                                               {256, 128},     {256, 64}, {128, 128, 64}, {256, 256}};
  static const std::array<Units, 8> kLarge = {Units{512, 256}, {256, 128}, {512, 512},      {400, 400},
                                              {384, 192},      {512, 128}, {256, 256, 128}, {640, 320}};
  if (problem.rows < 3000) return kSmall;
  return problem.width >= 200 ? kLarge : kMiddle;
}

int64_t batch_for(int64_t rows) { return rows < 3000 ? 32 : rows < 12000 ? 64 : 128; }

/// Weights of wide inputs (images) and of many rows need other dropout than those of small tables.
double usual_dropout(const Problem& problem) {
  return problem.width >= 200 && problem.rows >= 3000 ? 0.3 : 0;
}

void set_training(Candidate& c, const Problem& problem, double rate, double decay, int64_t batch,
                  double length) {
  TrainingOptions& t = c.training;
  t.optimizer = {&kAdamw, {{"weight_decay", decay}}};
  t.learning_rate = rate;
  t.batch_size = std::min(batch, problem.rows);
  const double steps_per_epoch = static_cast<double>(problem.rows) / static_cast<double>(t.batch_size);
  c.epochs = std::clamp<int64_t>(static_cast<int64_t>(kSteps * length / steps_per_epoch), 12, 800);
  t.schedule.kind = ScheduleSpec::Kind::cosine;
}

}  // namespace

Drawn candidate(const Problem& problem, const NetworkOptions& base, int64_t index, uint64_t seed) {
  Drawn drawn{{.network = base}};
  Candidate& c = drawn.candidate;
  NetworkOptions& n = c.network;
  const bool is_regression = problem.task == data::Task::regression;
  const int64_t batch = batch_for(problem.rows);
  const bool is_wide = usual_dropout(problem) > 0;
  const double decay = problem.rows < 3000 ? 0.1 : 0.02;
  n.hidden = shapes(problem)[0];
  n.activations = {Activation::relu};
  n.dropout = {usual_dropout(problem)};
  n.input_dropout = is_wide ? 0.1 : 0;
  if (index == 0) {
    set_training(c, problem, 0.003, decay, batch, 1);
    if (is_wide) c.training.learning_rate = 0.001;
    return drawn;
  }
  if (index == 1) {
    n.activations = {Activation::silu};
    n.hidden = shapes(problem)[is_wide ? 2 : 1];
    set_training(c, problem, is_wide ? 0.001 : 0.005, is_wide ? decay : 10 * decay, batch, 1);
    if (is_wide) n.activations = {Activation::relu};
    drawn.other_scaling = problem.has_other_scaling;
    return drawn;
  }
  Draws draws(seed, index);
  n.hidden = draws.one_of(shapes(problem));
  n.activations = {draws.one_of(std::array{Activation::relu, Activation::silu, Activation::gelu,
                                           Activation::tanh, Activation::relu, Activation::silu})};
  n.dropout = {is_wide ? draws.one_of(std::array{0.2, 0.3, 0.4})
                       : draws.one_of(std::array{0.0, 0.0, 0.05, 0.1, 0.2, 0.3})};
  n.input_dropout = is_wide ? draws.one_of(std::array{0.0, 0.1, 0.2}) : 0;
  n.normalization = draws.chance(0.15) ? Normalization::batch : Normalization::none;
  const double rate = is_wide ? draws.one_of(std::array{0.0007, 0.001, 0.0015})
                              : draws.one_of(std::array{0.001, 0.002, 0.004, 0.008});
  const double pull = draws.one_of(std::array{0.001, 0.02, 0.1, 0.3, 1.0});
  const int64_t rows = draws.one_of(std::array<int64_t, 3>{batch / 2, batch, 2 * batch});
  set_training(c, problem, rate, pull, rows, draws.one_of(std::array{0.4, 0.7, 1.0}));
  if (is_regression && problem.is_skewed && !base.target_scaling && draws.chance(0.5))
    n.target_scaling = TargetScaling::Kind::log;
  drawn.other_scaling = problem.has_other_scaling && draws.chance(0.5);
  return drawn;
}

double nominal_seconds(const Candidate& candidate, const Problem& problem) {
  constexpr double kProducts = 80e9, kElement = 0.8e-9, kParameter = 0.3e-9, kStep = 1e-6;
  double products = 0, elements = 0, parameters = 0;
  auto inputs = static_cast<double>(problem.width);
  std::vector<int64_t> layers = candidate.network.hidden;
  layers.push_back(problem.outputs);
  for (const int64_t units : layers) {
    products += 6 * inputs * static_cast<double>(units);
    elements += static_cast<double>(units) * (candidate.network.normalization == Normalization::none ? 1 : 3);
    parameters += inputs * static_cast<double>(units);
    inputs = static_cast<double>(units);
  }
  const auto rows = static_cast<double>(problem.rows);
  const double steps = rows / static_cast<double>(candidate.training.batch_size);
  return rows * (products / kProducts + elements * kElement) + steps * (kStep + parameters * kParameter);
}

std::string describe(const Candidate& candidate, bool other_scaling) {
  const NetworkOptions& n = candidate.network;
  const TrainingOptions& t = candidate.training;
  std::string text = fmt::format("{} {}", fmt::join(n.hidden, "-"), to_string(n.activations.front()));
  if (n.normalization != Normalization::none) text += fmt::format(" · {} norm", to_string(n.normalization));
  if (n.dropout.front() > 0) text += fmt::format(" · dropout {:g}", n.dropout.front());
  text += fmt::format(" · rate {:g}, decay {:g}, batches of {}", t.learning_rate,
                      t.optimizer.settings.real("weight_decay"), t.batch_size);
  if (n.target_scaling == TargetScaling::Kind::log) text += " · log target";
  if (other_scaling) text += " · other scaling";
  return text;
}

}  // namespace kette
