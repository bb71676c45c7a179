#include "kette/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kette/base/error.h"
#include "kette/train/checkpoint.h"
#include "kette/train/divergence.h"
#include "kette/train/doctor.h"
#include "kette/train/predictor.h"
#include "kette/train/pulse.h"
#include "kette/train/step.h"
#include "kette/train/whole_set.h"

namespace kette {
namespace {

bool is_finite(const Parameters& parameters) {
  return std::ranges::all_of(parameters, [](const Parameters::Entry& entry) {
    return std::ranges::all_of(entry.second.values<float>(), [](float v) { return std::isfinite(v); });
  });
}

const char* non_finite_text(double value) { return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf"; }

int64_t total_steps(const Stopping& stopping, int64_t steps_per_epoch) {
  const int64_t of_epochs = stopping.epochs * steps_per_epoch;
  if (stopping.steps == 0) return of_epochs;
  return of_epochs == 0 ? stopping.steps : std::min(of_epochs, stopping.steps);
}

Schedule schedule_of(const TrainingOptions& options, int64_t steps_per_epoch) {
  ScheduleSpec spec = options.schedule;
  using Kind = ScheduleSpec::Kind;
  spec.rate = options.learning_rate;
  if (options.decay != 0) {
    if (spec.kind != Kind::constant && spec.kind != Kind::inverse_time)
      fail("[learning rate] decay is {}, which the schedule {} does not know; expected {}", options.decay,
           to_string(spec.kind), to_string(Kind::inverse_time));
    spec.kind = Kind::inverse_time;
    spec.decay = options.decay;
  }
  return Schedule(spec, total_steps(options.stopping, steps_per_epoch));
}

StepOptions step_options(const TrainingOptions& options) {
  StepOptions result = options.step;
  result.optimizer = options.optimizer;
  return result;
}

/// Throws Error unless both hold the same names, of the same shapes.
void check_fits(std::string_view what, const Parameters& given, const Parameters& expected) {
  for (const auto& [name, tensor] : expected) {
    const Tensor* found = given.find(name);
    if (!found) fail("[training] the state lacks \"{}\" among its {}", name, what);
    if (found->shape() != tensor.shape())
      fail("[training] \"{}\" among the state's {} is {}; expected {}", name, what, to_string(found->shape()),
           to_string(tensor.shape()));
  }
  for (const auto& [name, tensor] : given)
    if (!expected.find(name))
      fail("[training] the state has \"{}\" among its {}, which is unknown here", name, what);
}

void copy_bytes(const Tensor& from, Tensor& to) {
  std::memcpy(to.bytes(), from.bytes(), static_cast<size_t>(from.shape().bytes()));
}

}  // namespace

class Trainer::Run {
 public:
  Run(Network& network, const Prepared& training, const Prepared* validation, const TrainingOptions& options,
      TrainingObserver observer)
      : network_(network),
        samples_(training),
        validation_(validation),
        options_(options),
        observer_(std::move(observer)),
        batches_(options.lbfgs ? data::Descent::batch : options.descent, training.rows(), options.batch_size,
                 options.seed),
        schedule_(schedule_of(options, batches_.steps_per_epoch())),
        watch_(options.stopping),
        keeps_best_(options.keep_best.value_or(options.stopping.patience > 0)) {
    watch_time_.start();
    check_options();
    if (options.plateau) plateau_.emplace(*options.plateau);
    if (options.lbfgs)
      prepare_lbfgs();
    else
      prepare_descent();
    if (validation || options.training_sample)
      predictor_.emplace(network.model, network.objective, kept_storage(), options.threads);
    watch_time_.stop();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() = default;

  bool run_for(int64_t epochs) {
    const int64_t until = epochs_ + epochs;
    return run_while([&] { return epochs_ < until; }, INT64_MAX);
  }

  bool run_steps(int64_t steps) {
    const int64_t until = steps_ + steps;
    return run_while([&] { return steps_ < until; }, until);
  }

  TrainingResult finish() {
    if (!is_finished_) {
      if (!interrupted_) interrupted_ = state();
      if (options_.checkpoint) save(*interrupted_);
      parameters().copy_values(best_ ? *best_ : kept());
      is_finished_ = true;
    }
    const EpochReport last = history_.empty() ? EpochReport{} : history_.back();
    return {.reason = reason_.value_or(StopReason::asked),
            .last = last,
            .kept_epoch = best_ ? watch_.best_epoch() : last.epoch,
            .rows_seen = rows_seen_,
            .step_seconds = step_time_.seconds(),
            .seconds = watch_time_.seconds(),
            .history = history_};
  }

  const std::vector<EpochReport>& history() const { return history_; }

  TrainingState state() const {
    if (interrupted_) return *interrupted_;
    TrainingState s{.weights = network_.model.parameters, .optimizer = state_, .best = best_};
    if (minimiser_) s.lbfgs = minimiser_->state();
    s.epochs = epochs_;
    s.step = step_in_epoch_;
    s.steps = steps_;
    s.loss = loss_;
    s.rows = rows_;
    s.rows_seen = rows_seen_;
    s.learning_rate = learning_rate_;
    s.step_seconds = step_time_.seconds();
    s.seconds = watch_time_.seconds();
    s.watch = watch_.state();
    if (plateau_) s.plateau = plateau_->state();
    s.history = history_;
    return s;
  }

  void restore(const TrainingState& s) {
    check_fits(s);
    parameters().copy_values(s.weights);
    state_.copy_values(s.optimizer);
    best_.reset();
    if (keeps_best_ && s.best) best_.emplace(*s.best);
    if (minimiser_) minimiser_.emplace(*s.lbfgs, *options_.lbfgs);
    epochs_ = s.epochs;
    step_in_epoch_ = s.step;
    steps_ = s.steps;
    loss_ = s.loss;
    rows_ = s.rows;
    rows_seen_ = s.rows_seen;
    learning_rate_ = s.learning_rate;
    step_time_.set(s.step_seconds);
    watch_time_.set(s.seconds);
    watch_ = EpochWatch(options_.stopping, s.watch);
    if (plateau_) plateau_.emplace(*options_.plateau, s.plateau);
    history_ = s.history;
    if (descent_) descent_->set_steps(steps_);
    interrupted_.reset();
    reason_.reset();
    is_finished_ = false;
    last_progress_ = last_save_ = s.seconds;
  }

 private:
  Parameters& parameters() { return network_.model.parameters; }
  double rate_at(int64_t step) const { return schedule_.at(step) * (plateau_ ? plateau_->share() : 1.0); }

  void check_options() const {
    check(options_.stopping);
    check(network_, samples_);
    if (validation_) check(network_, *validation_);
    if (options_.training_sample) check(network_, *options_.training_sample);
    if (options_.keep_best.value_or(false) && !validation_)
      fail("[training] the weights of the best epoch are to be kept; expected validation rows to tell by");
    if (options_.checkpoint && !(options_.checkpoint->every_seconds >= 0))
      fail("[training] a checkpoint every {} s; expected 0 or more", options_.checkpoint->every_seconds);
  }

  void prepare_descent() {
    step_ = training_step(network_.objective.training_loss, values_of(network_.parameters),
                          step_options(options_), network_.updates);
    state_ = initialized(step_.state, options_.seed);
    const Graph& graph = *network_.model.graph;
    for (size_t i = 0; i < step_.averages.size(); ++i)
      state_.add(graph.label(step_.averages[i].value.id),
                 parameters().at(graph.label(network_.parameters[i].value.id)));
    descent_.emplace(network_, step_, storage(), samples_, batches_.batch_size(), options_.threads);
    start_parameters_ = Parameters(parameters());
    start_state_ = Parameters(state_);
  }

  void prepare_lbfgs() {
    const StepOptions& step = options_.step;
    if (step.l1 != 0 || step.clip_norm != 0 || step.clip_value != 0 || step.weight_decay != 0 ||
        step.average != 0)
      fail("[lbfgs] of the options of a step only l2 has a meaning here; expected the others to be 0");
    whole_.emplace(network_, samples_, step.l2, options_.threads);
    minimiser_.emplace(whole_->point(), *options_.lbfgs);
  }

  /// Where descent works.
  Program::Storage storage() {
    return [this](std::string_view name) {
      Tensor* own = parameters().find(name);
      return own ? own : state_.find(name);
    };
  }

  /// What is kept of it: the averages, where there are any.
  Program::Storage kept_storage() {
    return [this](std::string_view name) {
      Tensor* average = state_.find(fmt::format("average/{}", name));
      return average ? average : parameters().find(name);
    };
  }

  Parameters kept() {
    Parameters result = parameters();
    const Program::Storage storage = kept_storage();
    for (auto& [name, tensor] : result) copy_bytes(*storage(name), tensor);
    return result;
  }

  void check_fits(const TrainingState& s) const {
    kette::check_fits("weights", s.weights, network_.model.parameters);
    kette::check_fits("optimiser's tensors", s.optimizer, state_);
    if (s.best) kette::check_fits("best weights", *s.best, network_.model.parameters);
    if (s.lbfgs.has_value() != minimiser_.has_value())
      fail("[training] the state is one of {}; expected one of {}", s.lbfgs ? "L-BFGS" : "descent",
           minimiser_ ? "L-BFGS" : "descent");
    if (minimiser_) {
      if (s.lbfgs->x.size() != minimiser_->state().x.size())
        fail("[training] the state of L-BFGS has {} numbers; expected {}", s.lbfgs->x.size(),
             minimiser_->state().x.size());
      static_cast<void>(Lbfgs(*s.lbfgs, *options_.lbfgs));  // throws
    }
    if (s.epochs < 0 || s.step < 0 || s.step > batches_.steps_per_epoch() || s.steps < 0 || s.rows < 0 ||
        std::cmp_not_equal(s.history.size(), s.epochs))
      fail("[training] the state is at step {} of epoch {} with a history of {}; an epoch has {} steps",
           s.step, s.epochs + 1, s.history.size(), batches_.steps_per_epoch());
  }

  /// Trains while `wants_more` says so, up to `last_step` since training began.
  template <class Condition>
  bool run_while(const Condition& wants_more, int64_t last_step) {
    watch_time_.start();
    if (!is_finished_ && !reason_ && step_in_epoch_ == 0) {
      reason_ = watch_.due();
      if (!reason_) reason_ = limit();
    }
    while (!is_finished_ && !reason_ && wants_more()) run_epoch(last_step);
    watch_time_.stop();
    return !is_finished_ && !reason_;
  }

  /// What ends training between two steps.
  std::optional<StopReason> limit() const {
    const Stopping& stopping = options_.stopping;
    if (stopping.steps > 0 && steps_ >= stopping.steps) return StopReason::steps;
    if (stopping.seconds > 0 && watch_time_.seconds() >= stopping.seconds) return StopReason::time;
    return std::nullopt;
  }

  /// To the end of the epoch, or to a step within it.
  void run_epoch(int64_t last_step) {
    if (descent_) {
      start_parameters_.copy_values(parameters());
      start_state_.copy_values(state_);
    }
    start_step_ = step_in_epoch_;
    start_steps_ = steps_;
    if (step_in_epoch_ > 0) reason_ = limit();
    if (options_.doctor && step_in_epoch_ == 0) options_.doctor->before_epoch(epochs_, steps_);
    const int64_t steps_per_epoch = batches_.steps_per_epoch();
    batches_.start_epoch(epochs_);
    step_time_.start();
    while (step_in_epoch_ < steps_per_epoch && steps_ < last_step && !reason_) {
      take_step();
      if (options_.doctor && step_in_epoch_ == 1) options_.doctor->after_first_step();
      const std::optional<StopReason> found = after_step();
      if (!reason_) reason_ = found;
    }
    step_time_.stop();
    if (!is_finite(parameters())) diverged(NAN);
    if (step_in_epoch_ < steps_per_epoch && !reason_) return;
    if (step_in_epoch_ < steps_per_epoch) interrupted_ = state();
    finish_epoch();
  }

  void take_step() {
    const std::span<const int64_t> batch = batches_.step(step_in_epoch_);
    double loss = 0;
    if (minimiser_) {
      const LbfgsStatus status =
          minimiser_->iterate([this](std::span<const double> x, std::span<double> gradient) {
            return whole_->value(x, gradient);
          });
      whole_->set(minimiser_->state().x);
      loss = minimiser_->state().value - whole_->penalty();
      if (status != LbfgsStatus::progress) reason_ = StopReason::converged;
    } else {
      learning_rate_ = rate_at(steps_);
      loss = descent_->run(batch, learning_rate_);
    }
    ++steps_;
    ++step_in_epoch_;
    if (!std::isfinite(loss)) diverged(loss);
    loss_ += loss * static_cast<double>(batch.size());
    rows_ += static_cast<int64_t>(batch.size());
    rows_seen_ += static_cast<int64_t>(batch.size());
  }

  std::optional<StopReason> after_step() {
    const Stopping& stopping = options_.stopping;
    if (options_.checkpoint && options_.checkpoint->every_seconds == 0) save(state());
    if (stopping.steps > 0 && steps_ >= stopping.steps) return StopReason::steps;
    if (!pulse_.is_due()) return std::nullopt;
    const double now = watch_time_.seconds();
    if (options_.checkpoint && now - last_save_ >= options_.checkpoint->every_seconds) save(state());
    if (stopping.seconds > 0 && now >= stopping.seconds) return StopReason::time;
    if (observer_.on_progress && now - last_progress_ >= 0.1) {
      last_progress_ = now;
      const double share =
          static_cast<double>(step_in_epoch_) / static_cast<double>(batches_.steps_per_epoch());
      if (!observer_.on_progress(epochs_ + 1, share)) return StopReason::asked;
    }
    return std::nullopt;
  }

  /// Measures on the validation rows, reports, and asks the criteria that look at epochs.
  void finish_epoch() {
    EpochReport& report = history_.emplace_back();
    report.epoch = ++epochs_;
    report.steps = steps_;
    report.loss = loss_ / static_cast<double>(rows_);
    report.learning_rate = learning_rate_;
    step_in_epoch_ = 0;
    loss_ = 0;
    rows_ = 0;
    std::optional<double> validation_loss;
    if (validation_) {
      report.validation = measure_on(*validation_);
      validation_loss = report.validation->loss;
    }
    if (options_.training_sample) {
      watch_time_.stop();
      report.training = measure_on(*options_.training_sample);
      watch_time_.start();
    }
    const std::optional<StopReason> found = watch_.after_epoch(report.loss, validation_loss);
    if (!reason_) reason_ = found;
    if (plateau_) plateau_->after_epoch(validation_loss.value_or(report.loss));
    if (keeps_best_ && validation_loss && watch_.is_best()) keep_best();
    report.seconds = watch_time_.seconds();
    if (observer_.on_epoch && !observer_.on_epoch(report) && !reason_) reason_ = StopReason::asked;
    if (options_.doctor) options_.doctor->after_epoch(report, steps_, reason_.has_value());
  }

  Validation measure_on(const Prepared& rows) {
    const Predictor::Result now = predictor_->evaluate(rows);
    return {now.loss, measure(network_.model.schema, now.predictions, rows.targets)};
  }

  void keep_best() {
    if (best_)
      best_->copy_values(kept());
    else
      best_.emplace(kept());
  }

  void save(const TrainingState& state) {
    save_checkpoint(options_.checkpoint->path, state, options_.checkpoint->fingerprint);
    last_save_ = watch_time_.seconds();
  }

  [[noreturn]] void diverged(double loss) {
    std::optional<NonFinite> found;
    if (descent_) {
      parameters().copy_values(start_parameters_);
      state_.copy_values(start_state_);
      found = find_non_finite(network_, step_, storage(), samples_,
                              {.epoch = batches_,
                               .begin = start_step_,
                               .end = step_in_epoch_,
                               .steps_before = start_steps_,
                               .rate_at = [this](int64_t step) { return rate_at(step); }},
                              options_.threads);
    }
    const int64_t step = found ? start_steps_ + found->step - start_step_ : steps_ - 1;
    const std::string message = fmt::format(
        "training diverged at epoch {}, step {}: {} became {}{}; lower the learning rate (now {})",
        epochs_ + 1, step + 1, found ? found->where : "the loss",
        non_finite_text(found ? found->value : loss),
        found && found->row ? fmt::format(" in training row {}", *found->row + 1) : "", rate_at(step));
    if (options_.doctor) options_.doctor->diverged(message);
    throw DivergenceError(message, found);
  }

  Network& network_;
  const Prepared& samples_;
  const Prepared* validation_;
  TrainingOptions options_;
  TrainingObserver observer_;
  data::Batches batches_;
  Schedule schedule_;
  EpochWatch watch_;
  bool keeps_best_;
  std::optional<Plateau> plateau_;

  TrainingStep step_;
  Parameters state_;  // the optimiser's own, and the averages
  std::optional<DescentStep> descent_;
  std::optional<WholeSet> whole_;
  std::optional<Lbfgs> minimiser_;
  std::optional<Predictor> predictor_;

  int64_t epochs_ = 0, step_in_epoch_ = 0, steps_ = 0, rows_ = 0, rows_seen_ = 0;
  double loss_ = 0, learning_rate_ = 0;
  std::vector<EpochReport> history_;
  std::optional<Parameters> best_;
  std::optional<StopReason> reason_;
  std::optional<TrainingState> interrupted_;  // before an epoch was cut short, or before finish()
  bool is_finished_ = false;

  // Where descent stood when run_epoch() began, to find what diverged.
  Parameters start_parameters_, start_state_;
  int64_t start_step_ = 0, start_steps_ = 0;

  Pulse pulse_;
  Stopwatch watch_time_, step_time_;
  double last_progress_ = 0, last_save_ = 0;
};

Trainer::Trainer(Network& network, const Prepared& training, const Prepared* validation,
                 const TrainingOptions& options, TrainingObserver observer)
    : run_(std::make_unique<Run>(network, training, validation, options, std::move(observer))) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

TrainingResult Trainer::run() {
  while (run_->run_for(1)) {
  }
  return run_->finish();
}
bool Trainer::run_for(int64_t epochs) { return run_->run_for(epochs); }
bool Trainer::run_steps(int64_t steps) { return run_->run_steps(steps); }
TrainingResult Trainer::finish() { return run_->finish(); }
const std::vector<EpochReport>& Trainer::history() const { return run_->history(); }
TrainingState Trainer::state() const { return run_->state(); }
void Trainer::restore(const TrainingState& state) { run_->restore(state); }

TrainingResult train(Network& network, const Prepared& training, const Prepared* validation,
                     const TrainingOptions& options, const TrainingObserver& observer) {
  return Trainer(network, training, validation, options, observer).run();
}

TrainingResult train(Network& network, const Samples& training, const Samples* validation,
                     const TrainingOptions& options, const TrainingObserver& observer) {
  const Prepared ours = prepare(network.model, training, options.threads);
  if (!validation) return train(network, ours, nullptr, options, observer);
  const Prepared theirs = prepare(network.model, *validation, options.threads);
  return train(network, ours, &theirs, options, observer);
}

}  // namespace kette
