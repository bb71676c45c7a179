#include "kette/train/stream.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kette/base/error.h"
#include "kette/train/divergence.h"

namespace kette {
namespace {

constexpr int64_t kBufferRows = 50'000;
constexpr int64_t kMostBufferBytes = int64_t{64} << 20;
constexpr int64_t kEndless = int64_t{1} << 40;  // buffers

Tensor with_rows(const Tensor& like, int64_t rows) {
  if (like.size() == 0) return {};
  std::vector<int64_t> dims;
  for (int i = 0; i < like.shape().rank(); ++i) dims.push_back(i == 0 ? rows : like.shape()[i]);
  return Tensor(Shape(dims, like.dtype()));
}

Prepared with_rows(const Prepared& like, int64_t rows) {
  return {Tensor(Shape({rows, like.inputs.shape()[1]})), with_rows(like.targets, rows),
          with_rows(like.weights, rows)};
}

void copy_rows(const Tensor& from, int64_t first, int64_t rows, Tensor& to, int64_t at) {
  if (from.size() == 0) return;
  const int64_t bytes = from.shape().row_bytes();
  std::memcpy(to.bytes() + at * bytes, from.bytes() + first * bytes, static_cast<size_t>(rows * bytes));
}

void copy_rows(const Prepared& from, int64_t first, int64_t rows, Prepared& to, int64_t at) {
  from.inputs.copy(first, rows, to.inputs.dense().values<float>().data() + at * to.inputs.shape()[1]);
  copy_rows(from.targets, first, rows, to.targets, at);
  copy_rows(from.weights, first, rows, to.weights, at);
}

void check_options(const StreamOptions& options) {
  const TrainingOptions& t = options.training;
  using Kind = ScheduleSpec::Kind;
  for (const auto& [name, is_given] :
       {std::pair{"L-BFGS", t.lbfgs.has_value()}, std::pair{"a plateau of the loss", t.plateau.has_value()},
        std::pair{"the weights of the best epoch", t.keep_best.value_or(false)},
        std::pair{"a checkpoint", t.checkpoint.has_value()}, std::pair{"the doctor", t.doctor != nullptr},
        std::pair{"descent over all rows at once", t.descent == data::Descent::batch},
        std::pair{"a tolerance", t.stopping.tolerance > 0},
        std::pair{"a loss to reach", t.stopping.target_loss.has_value()},
        std::pair{"a patience", t.stopping.patience > 0}})
    if (is_given)
      fail("[stream] {} needs all rows at hand; expected descent row by row or in minibatches, without it",
           name);
  if ((t.schedule.kind == Kind::cosine || t.schedule.kind == Kind::one_cycle) && t.stopping.steps == 0)
    fail("[stream] the schedule {} is as long as training, which is not known; expected a number of steps",
         to_string(t.schedule.kind));
  if (options.buffer_rows < 0) fail("[stream] a buffer of {} rows; expected 0 or more", options.buffer_rows);
  if (t.batch_size < 1) fail("[stream] a batch of {} rows; expected at least 1", t.batch_size);
  if (!(t.stopping.seconds >= 0) || t.stopping.steps < 0 || t.stopping.epochs < 0)
    fail("[stream] stopping after {} s, {} steps, {} passes; expected 0 or more of each", t.stopping.seconds,
         t.stopping.steps, t.stopping.epochs);
}

}  // namespace

StreamTrainer::StreamTrainer(Network& network, const Prepared* validation, const StreamOptions& options)
    : network_(network), validation_(validation), options_(options) {
  check_options(options);
  if (validation) check(network, *validation);
  watch_.start();
}

bool StreamTrainer::add(const Prepared& rows) {
  check(network_, rows);
  if (capacity_ == 0) {
    const int64_t bytes = std::max<int64_t>(1, rows.inputs.shape().row_bytes());
    const int64_t batch = options_.training.batch_size;
    const int64_t wanted =
        options_.buffer_rows > 0 ? options_.buffer_rows : std::min(kBufferRows, kMostBufferBytes / bytes);
    capacity_ = std::max(batch, wanted - wanted % batch);
    buffer_ = with_rows(rows, capacity_);
  }
  for (int64_t first = 0; first < rows.rows() && !is_over();) {
    const int64_t count = std::min(rows.rows() - first, capacity_ - filled_);
    copy_rows(rows, first, count, buffer_, filled_);
    filled_ += count;
    first += count;
    if (filled_ == capacity_) descend();
  }
  return !is_over();
}

bool StreamTrainer::end_pass() {
  if (filled_ > 0 && !is_over()) descend();
  ++pass_;
  return !is_over();
}

StreamResult StreamTrainer::finish() {
  if (!trainer_ && !reason_) fail("[stream] no row to train on; expected at least one");
  StreamResult result{.reason = reason_.value_or(StopReason::epochs), .last = last_};
  if (trainer_) result.step_seconds = trainer_->finish().step_seconds;
  result.last.seconds = watch_.seconds();
  return result;
}

/// The limit of time holds while rows are waited for, too.
bool StreamTrainer::is_over() {
  const double limit = options_.training.stopping.seconds;
  if (!reason_ && limit > 0 && watch_.seconds() >= limit) reason_ = StopReason::time;
  return reason_.has_value();
}

/// One epoch over the buffer.
void StreamTrainer::descend() {
  if (filled_ < capacity_) {
    if (trained_on_ != &rest_ || rest_.rows() != filled_) rest_ = with_rows(buffer_, filled_);
    copy_rows(buffer_, 0, filled_, rest_, 0);
  }
  Trainer& trainer = trainer_on(filled_ == capacity_ ? buffer_ : rest_);
  try {
    if (!trainer.run_for(1) && !reason_) reason_ = trainer.finish().reason;
  } catch (const DivergenceError& error) {
    diverged(error);
  }
  rows_before_ = last_.rows;
  steps_before_ = last_.steps;
  filled_ = 0;
}

/// A trainer holds on to the number of its rows: where that changes, another one goes on from there.
Trainer& StreamTrainer::trainer_on(const Prepared& rows) {
  if (trainer_ && trained_on_ == &rows && trainer_rows_ == rows.rows()) return *trainer_;
  std::optional<TrainingState> state;
  if (trainer_) state = trainer_->state();
  TrainingOptions options = options_.training;
  options.batch_size = std::min(options.batch_size, rows.rows());
  options.stopping = {.epochs = kEndless, .steps = options.stopping.steps};
  trainer_.emplace(network_, rows, validation_, options,
                   TrainingObserver{.on_epoch = [this](const EpochReport& epoch) { return report(epoch); },
                                    .on_progress = [this](int64_t, double) { return !is_over(); }});
  if (state) trainer_->restore(*state);
  trained_on_ = &rows;
  trainer_rows_ = rows.rows();
  return *trainer_;
}

bool StreamTrainer::report(const EpochReport& epoch) {
  const int64_t batch = std::min(options_.training.batch_size, filled_);
  const bool single = options_.training.descent == data::Descent::sgd ||
                      options_.training.descent == data::Descent::sgd_shuffle;
  const int64_t steps = epoch.steps - steps_before_;
  last_ = {.pass = pass_,
           .rows = rows_before_ + std::min(filled_, steps * (single ? 1 : batch)),
           .steps = epoch.steps,
           .loss = epoch.loss,
           .validation = epoch.validation,
           .learning_rate = epoch.learning_rate,
           .seconds = watch_.seconds()};
  if (!options_.on_buffer || options_.on_buffer(last_)) return true;
  if (!reason_) reason_ = StopReason::asked;
  return false;
}

void StreamTrainer::diverged(const DivergenceError& error) const {
  const std::optional<NonFinite>& found = error.where();
  if (!found)
    throw DivergenceError(
        fmt::format("training diverged in training rows {} to {}: the loss or a parameter became "
                    "infinite or nan; lower the learning rate (at first {})",
                    rows_before_ + 1, rows_before_ + filled_, options_.training.learning_rate),
        found);
  const char* value = std::isnan(found->value) ? "nan" : found->value > 0 ? "inf" : "-inf";
  throw DivergenceError(
      fmt::format("training diverged at step {}: {} became {}{}; lower the learning rate (at first {})",
                  steps_before_ + found->step + 1, found->where, value,
                  found->row ? fmt::format(" in training row {}", rows_before_ + *found->row + 1) : "",
                  options_.training.learning_rate),
      found);
}

StreamResult train(Network& network, const Prepared& sample, SampleStream& stream, const Prepared* validation,
                   const StreamOptions& options) {
  StreamTrainer trainer(network, validation, options);
  const int64_t passes = options.training.stopping.epochs;
  for (int64_t pass = 1;; ++pass) {
    bool goes_on = trainer.add(sample);
    while (goes_on) {
      const std::optional<Samples> rows = stream.next(network.model.schema);
      if (!rows) break;
      goes_on = trainer.add(prepare(network.model, *rows, options.training.threads));
    }
    if (!goes_on || !trainer.end_pass() || pass == passes) break;
    stream.rewind();
  }
  return trainer.finish();
}

}  // namespace kette
