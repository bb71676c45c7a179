#include "kette/train/stopping.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/error.h"

namespace kette::stopping_test {
namespace {

/// The epoch in which training ends, and why, for a course of losses; 0 when it goes on.
std::pair<int64_t, std::optional<StopReason>> end_of(const Stopping& stopping,
                                                     const std::vector<double>& losses,
                                                     const std::vector<double>& validation = {}) {
  EpochWatch watch(stopping);
  for (size_t i = 0; i < losses.size(); ++i) {
    const std::optional<double> held_out =
        i < validation.size() ? std::optional(validation[i]) : std::nullopt;
    if (const auto reason = watch.after_epoch(losses[i], held_out))
      return {static_cast<int64_t>(i) + 1, reason};
  }
  return {0, std::nullopt};
}

TEST(Stopping, ends_after_the_given_epochs) {
  EXPECT_EQ(end_of({.epochs = 3}, {5, 4, 3, 2}), std::pair(int64_t{3}, std::optional(StopReason::epochs)));
}

TEST(Stopping, convergence_needs_small_changes_in_consecutive_epochs) {
  const Stopping stopping{.epochs = 0, .tolerance = 0.1, .tolerance_epochs = 2};
  EXPECT_EQ(end_of(stopping, {5, 4.95, 4, 3.95, 3.9, 1}),
            std::pair(int64_t{5}, std::optional(StopReason::converged)));
  EXPECT_EQ(end_of(stopping, {5, 4.95, 4, 3.95, 3, 2.95}).first, 0);
}

TEST(Stopping, a_change_upwards_counts_as_a_change) {
  const Stopping stopping{.epochs = 0, .tolerance = 0.1, .tolerance_epochs = 1};
  EXPECT_EQ(end_of(stopping, {1, 2, 3, 4}).first, 0);
}

TEST(Stopping, the_target_loss_may_be_reached_exactly) {
  EXPECT_EQ(end_of({.target_loss = 3}, {5, 4, 3, 2}),
            std::pair(int64_t{3}, std::optional(StopReason::target_loss)));
}

TEST(Stopping, early_stopping_waits_for_patience_epochs_after_the_best) {
  const Stopping stopping{.epochs = 0, .patience = 2};
  EXPECT_EQ(end_of(stopping, {9, 8, 7, 6, 5}, {3, 1, 2, 1.5, 0}),
            std::pair(int64_t{4}, std::optional(StopReason::early_stopping)));
}

TEST(Stopping, the_best_epoch_is_the_first_of_equals) {
  EpochWatch watch({.patience = 5});
  for (const double loss : {3.0, 1.0, 1.0, 2.0}) watch.after_epoch(1, loss);
  EXPECT_EQ(watch.best_epoch(), 2);
  EXPECT_FALSE(watch.is_best());
}

TEST(Stopping, without_validation_patience_does_not_matter) {
  EXPECT_EQ(end_of({.epochs = 0, .patience = 1}, {1, 2, 3, 4}).first, 0);
}

TEST(Stopping, something_must_end_training) {
  EXPECT_THROW(check(Stopping{.epochs = 0}), Error);
  EXPECT_NO_THROW(check(Stopping{.epochs = 0, .seconds = 1}));
}

TEST(Stopping, numbers_out_of_range_are_errors) {
  EXPECT_THROW(check(Stopping{.epochs = -1}), Error);
  EXPECT_THROW(check(Stopping{.seconds = NAN}), Error);
  EXPECT_THROW(check(Stopping{.tolerance = -0.1}), Error);
  EXPECT_THROW(check(Stopping{.tolerance = 0.1, .tolerance_epochs = 0}), Error);
}

TEST(Stopping, an_improvement_smaller_than_the_least_does_not_renew_patience) {
  const Stopping stopping{.epochs = 0, .patience = 2, .min_delta = 0.1};
  const std::vector<double> losses(6, 1.0), validation = {5, 4.95, 4.91, 1, 1, 1};
  EXPECT_EQ(end_of(stopping, losses, validation),
            std::pair(int64_t{3}, std::optional(StopReason::early_stopping)));
  // Small improvements add up: 5 → 4.95 → 4.89 is more than 0.1 below the 5 that counted last.
  EXPECT_EQ(end_of(stopping, losses, {5, 4.95, 4.89, 4.88, 4.87, 1}).first, 5);
}

TEST(Stopping, the_best_epoch_is_the_lowest_whatever_the_least_improvement) {
  EpochWatch watch({.epochs = 0, .patience = 5, .min_delta = 0.1});
  for (const double loss : {5.0, 4.95, 4.97}) watch.after_epoch(1, loss);
  EXPECT_EQ(watch.best_epoch(), 2);
}

TEST(Stopping, a_watch_goes_on_from_its_state) {
  const Stopping stopping{.epochs = 9, .tolerance = 0.01, .tolerance_epochs = 3, .patience = 3};
  const std::vector<double> losses = {3, 2, 1.5, 1.2, 1.1, 1.0, 0.95}, validation = {3, 2, 2.5, 1.9, 2, 2, 2};
  for (size_t cut = 0; cut <= losses.size(); ++cut) {
    EpochWatch whole(stopping), part(stopping);
    std::optional<StopReason> expected, found;
    for (size_t i = 0; i < losses.size(); ++i) {
      if (i == cut) part = EpochWatch(stopping, EpochWatchState(part.state()));
      expected = whole.after_epoch(losses[i], validation[i]);
      found = part.after_epoch(losses[i], validation[i]);
      EXPECT_EQ(found, expected) << "cut before " << cut << ", epoch " << i;
    }
    EXPECT_EQ(found, StopReason::early_stopping);
    EXPECT_EQ(part.state(), whole.state());
    EXPECT_EQ(part.due(), found);
  }
}

}  // namespace
}  // namespace kette::stopping_test
