#include "kette/train/stopping.h"

#include <array>
#include <cmath>

#include "kette/base/error.h"

namespace kette {

std::string_view to_string(StopReason reason) {
  constexpr std::array<std::string_view, 7> kNames = {"epochs",      "steps",          "time", "converged",
                                                      "target-loss", "early-stopping", "asked"};
  return kNames[static_cast<size_t>(reason)];
}

std::string describe(StopReason reason, const Stopping& s) {
  switch (reason) {
    case StopReason::epochs:
      return fmt::format("all {} epochs done", s.epochs);
    case StopReason::steps:
      return fmt::format("all {} steps done", s.steps);
    case StopReason::time:
      return fmt::format("time limit of {} s reached", s.seconds);
    case StopReason::converged:
      if (s.tolerance == 0) return "converged: no step lowers the training loss any further";
      return fmt::format("converged: training loss changed by less than {} in {} epochs", s.tolerance,
                         s.tolerance_epochs);
    case StopReason::target_loss:
      return fmt::format("training loss reached {}", s.target_loss.value_or(0));
    case StopReason::early_stopping:
      return fmt::format("validation loss did not improve for {} epochs", s.patience);
    case StopReason::asked:
      return "stopped as asked";
  }
  return "";
}

void check(const Stopping& s) {
  const auto check_not_negative = [](std::string_view name, double value) {
    if (!(value >= 0) || !std::isfinite(value)) fail("[training] {} is {}; expected 0 or more", name, value);
  };
  check_not_negative("the number of epochs", static_cast<double>(s.epochs));
  check_not_negative("the number of steps", static_cast<double>(s.steps));
  check_not_negative("the time limit", s.seconds);
  check_not_negative("the tolerance", s.tolerance);
  check_not_negative("the patience", static_cast<double>(s.patience));
  check_not_negative("the smallest improvement", s.min_delta);
  if (s.tolerance_epochs < 1)
    fail("[training] convergence over {} epochs; expected at least 1", s.tolerance_epochs);
  if (s.target_loss && std::isnan(*s.target_loss)) fail("[training] the target loss is not a number");
  if (s.epochs == 0 && s.steps == 0 && s.seconds == 0 && s.tolerance == 0 && !s.target_loss &&
      s.patience == 0)
    fail(
        "[training] nothing would end training; expected a limit of epochs, steps or time, or another "
        "criterion");
}

std::optional<StopReason> EpochWatch::after_epoch(double train_loss, std::optional<double> validation_loss) {
  EpochWatchState& s = state_;
  ++s.epochs;
  if (validation_loss && (s.best_epoch == 0 || *validation_loss < s.best_loss)) {
    s.best_epoch = s.epochs;
    s.best_loss = *validation_loss;
  }
  if (validation_loss &&
      (s.improved_epoch == 0 || *validation_loss < s.improved_loss - stopping_.min_delta)) {
    s.improved_epoch = s.epochs;
    s.improved_loss = *validation_loss;
  }
  const bool is_quiet = s.last_loss && std::abs(train_loss - *s.last_loss) < stopping_.tolerance;
  s.quiet_epochs = is_quiet ? s.quiet_epochs + 1 : 0;
  s.last_loss = train_loss;
  return due();
}

std::optional<StopReason> EpochWatch::due() const {
  const EpochWatchState& s = state_;
  if (s.epochs == 0) return std::nullopt;
  if (stopping_.target_loss && s.last_loss && *s.last_loss <= *stopping_.target_loss)
    return StopReason::target_loss;
  if (stopping_.tolerance > 0 && s.quiet_epochs >= stopping_.tolerance_epochs) return StopReason::converged;
  if (stopping_.patience > 0 && s.improved_epoch > 0 && s.epochs - s.improved_epoch >= stopping_.patience)
    return StopReason::early_stopping;
  if (stopping_.epochs > 0 && s.epochs >= stopping_.epochs) return StopReason::epochs;
  return std::nullopt;
}

}  // namespace kette
