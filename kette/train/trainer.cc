#include "kette/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "kette/base/error.h"
#include "kette/optim/schedule.h"
#include "kette/train/divergence.h"
#include "kette/train/predictor.h"
#include "kette/train/step.h"

namespace kette {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Says when to look at the clock: about every millisecond, so that looking costs nothing next to tiny steps.
class Pulse {
 public:
  bool is_due() {
    if (++steps_ < stride_) return false;
    steps_ = 0;
    const Clock::time_point now = Clock::now();
    const auto passed = now - last_;
    last_ = now;
    if (passed < std::chrono::milliseconds(1) && stride_ < 4096) stride_ *= 2;
    if (passed > std::chrono::milliseconds(4)) stride_ = std::max<int64_t>(1, stride_ / 4);
    return true;
  }

 private:
  Clock::time_point last_ = Clock::now();
  int64_t steps_ = 0, stride_ = 1;
};

bool is_finite(const Parameters& parameters) {
  return std::ranges::all_of(parameters, [](const Parameters::Entry& entry) {
    return std::ranges::all_of(entry.second.values<float>(), [](float v) { return std::isfinite(v); });
  });
}

const char* non_finite_text(double value) { return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"; }

class Training {
 public:
  Training(Network& network, const Prepared& training, const Prepared* validation,
           const TrainingOptions& options, const TrainingObserver& observer)
      : network_(network),
        samples_(training),
        validation_(validation),
        options_(options),
        observer_(observer),
        schedule_(options.learning_rate, options.decay),
        batches_(options.descent, training.rows(), options.batch_size, options.seed),
        step_(training_step(network.objective.training_loss, values_of(network.parameters), options.optimizer)),
        state_(initialized(step_.state, options.seed)),
        descent_(network, step_, state_, training, batches_.batch_size(), options.threads),
        start_parameters_(network.model.parameters),
        start_state_(state_),
        watch_(options.stopping) {
    if (validation) predictor_.emplace(network.model, network.objective, options.threads);
  }

  TrainingResult run() {
    std::optional<StopReason> reason;
    while (!reason) {
      reason = run_epoch();
      finish_epoch(reason);
    }
    result_.reason = *reason;
    result_.kept_epoch = result_.last.epoch;
    if (best_) {
      network_.model.parameters.copy_values(*best_);
      result_.kept_epoch = watch_.best_epoch();
    }
    result_.seconds = seconds_since(start_);
    return result_;
  }

 private:
  Parameters& parameters() { return network_.model.parameters; }

  std::optional<StopReason> run_epoch() {
    EpochReport& report = result_.last;
    start_parameters_.copy_values(parameters());
    start_state_.copy_values(state_);
    epoch_start_step_ = report.steps;
    const int64_t epoch = report.epoch++;
    batches_.start_epoch(epoch);
    const Clock::time_point start = Clock::now();
    double loss = 0, rows = 0;
    std::optional<StopReason> reason;
    for (int64_t t = 0; t < batches_.steps_per_epoch() && !reason; ++t) {
      const std::span<const int64_t> batch = batches_.step(t);
      report.learning_rate = schedule_.at(report.steps);
      const double step_loss = descent_.run(batch, report.learning_rate);
      ++report.steps;
      if (!std::isfinite(step_loss)) diverged(step_loss);
      loss += step_loss * static_cast<double>(batch.size());
      rows += static_cast<double>(batch.size());
      reason = after_step(static_cast<double>(t + 1) / static_cast<double>(batches_.steps_per_epoch()));
    }
    if (!is_finite(parameters())) diverged(NAN);
    result_.step_seconds += seconds_since(start);
    result_.rows_seen += static_cast<int64_t>(rows);
    report.loss = loss / rows;
    return reason;
  }

  std::optional<StopReason> after_step(double share) {
    const Stopping& stopping = options_.stopping;
    if (stopping.steps > 0 && result_.last.steps >= stopping.steps) return StopReason::steps;
    if (!pulse_.is_due()) return std::nullopt;
    const double now = seconds_since(start_);
    if (stopping.seconds > 0 && now >= stopping.seconds) return StopReason::time;
    if (observer_.on_progress && now - last_progress_ >= 0.1) {
      last_progress_ = now;
      if (!observer_.on_progress(result_.last.epoch, share)) return StopReason::asked;
    }
    return std::nullopt;
  }

  /// Measures on the validation rows, reports, and asks the criteria that look at epochs.
  void finish_epoch(std::optional<StopReason>& reason) {
    EpochReport& report = result_.last;
    std::optional<double> validation_loss;
    if (predictor_) {
      const Predictor::Result now = predictor_->evaluate(*validation_);
      report.validation = {now.loss, measure(network_.model.schema, now.predictions, validation_->targets)};
      validation_loss = now.loss;
    }
    const std::optional<StopReason> found = watch_.after_epoch(report.loss, validation_loss);
    if (!reason) reason = found;
    if (options_.stopping.patience > 0 && validation_loss && watch_.is_best()) keep_best();
    report.seconds = seconds_since(start_);
    if (observer_.on_epoch && !observer_.on_epoch(report) && !reason) reason = StopReason::asked;
  }

  void keep_best() {
    if (best_)
      best_->copy_values(parameters());
    else
      best_.emplace(parameters());
  }

  [[noreturn]] void diverged(double loss) {
    const int64_t steps = result_.last.steps - epoch_start_step_;
    parameters().copy_values(start_parameters_);
    state_.copy_values(start_state_);
    const std::optional<NonFinite> found = find_non_finite(network_, step_, state_, samples_, batches_, steps,
                                                           schedule_, epoch_start_step_, options_.threads);
    const int64_t step = epoch_start_step_ + (found ? found->step : steps - 1);
    fail("training diverged at epoch {}, step {}: {} became {}; lower the learning rate (now {})",
         result_.last.epoch, step + 1, found ? found->where : "the loss",
         non_finite_text(found ? found->value : loss), schedule_.at(step));
  }

  Network& network_;
  const Prepared& samples_;
  const Prepared* validation_;
  const TrainingOptions& options_;
  const TrainingObserver& observer_;
  Schedule schedule_;
  data::Batches batches_;
  TrainingStep step_;
  Parameters state_;
  DescentStep descent_;
  std::optional<Predictor> predictor_;
  Parameters start_parameters_, start_state_;  // as the epoch began
  std::optional<Parameters> best_;
  EpochWatch watch_;
  TrainingResult result_;
  int64_t epoch_start_step_ = 0;
  Pulse pulse_;
  double last_progress_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

TrainingResult train(Network& network, const Prepared& training, const Prepared* validation,
                     const TrainingOptions& options, const TrainingObserver& observer) {
  check(options.stopping);
  return Training(network, training, validation, options, observer).run();
}

TrainingResult train(Network& network, const Samples& training, const Samples* validation,
                     const TrainingOptions& options, const TrainingObserver& observer) {
  const Prepared ours = prepare(network.model, training, options.threads);
  if (!validation) return train(network, ours, nullptr, options, observer);
  const Prepared theirs = prepare(network.model, *validation, options.threads);
  return train(network, ours, &theirs, options, observer);
}

}  // namespace kette
