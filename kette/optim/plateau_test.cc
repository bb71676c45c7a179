#include "kette/optim/plateau.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kette/base/error.h"

namespace kette::plateau_test {
namespace {

std::vector<double> shares(Plateau plateau, const std::vector<double>& losses) {
  std::vector<double> result;
  for (const double loss : losses) result.push_back(plateau.after_epoch(loss));
  return result;
}

TEST(Plateau, falls_after_so_many_epochs_without_a_lower_loss) {
  EXPECT_EQ(shares(Plateau({.patience = 2, .factor = 0.5}), {3, 2, 2, 2.5, 1, 1, 1, 1, 1}),
            (std::vector<double>{1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125}));
}

TEST(Plateau, small_improvements_do_not_count) {
  EXPECT_EQ(shares(Plateau({.patience = 1, .factor = 0.5, .min_delta = 0.5}), {3, 2.75, 2.25}),
            (std::vector<double>{1, 0.5, 0.5}));
}

TEST(Plateau, the_share_has_a_floor) {
  EXPECT_EQ(shares(Plateau({.patience = 1, .factor = 0.1, .minimum = 0.25}), {1, 1, 1}),
            (std::vector<double>{1, 0.25, 0.25}));
}

TEST(Plateau, nothing_is_lower_than_nan_nor_is_nan) {
  EXPECT_EQ(shares(Plateau({.patience = 1, .factor = 0.5}), {std::nan(""), 1, std::nan(""), 0.5}),
            (std::vector<double>{0.5, 0.5, 0.25, 0.25}));
}

TEST(Plateau, goes_on_from_a_saved_state) {
  const PlateauSpec spec{.patience = 3, .factor = 0.5};
  const std::vector<double> losses = {2, 2, 1, 1, 1, 1, 1};
  Plateau whole(spec), first(spec);
  for (const double loss : losses) whole.after_epoch(loss);
  for (size_t i = 0; i < 4; ++i) first.after_epoch(losses[i]);
  Plateau second(spec, first.state());
  for (size_t i = 4; i < losses.size(); ++i) second.after_epoch(losses[i]);
  EXPECT_EQ(second.state(), whole.state());
  EXPECT_LT(whole.share(), 1);
}

TEST(Plateau, impossible_settings_are_errors) {
  EXPECT_THROW(Plateau({.patience = 0}), Error);
  for (const double wrong : {0.0, 1.0, std::nan("")})
    EXPECT_THROW(Plateau({.factor = wrong}), Error) << wrong;
  EXPECT_THROW(Plateau({.min_delta = -1}), Error);
  EXPECT_THROW(Plateau({.minimum = 2}), Error);
}

}  // namespace
}  // namespace kette::plateau_test
