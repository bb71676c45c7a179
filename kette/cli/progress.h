// Training as it goes on, for people: one live line on a terminal, a few plain lines elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "kette/train/trainer.h"

namespace kette::cli {

/// Columns of the terminal that standard output is; 0 when it is none.
int terminal_width();

class Progress {
 public:
  /// `width`: see terminal_width().
  Progress(const Stopping& stopping, int64_t steps_per_epoch, int width);

  void progress(int64_t epoch, double share);
  void epoch(const EpochReport& report);
  /// Prints what the last epoch gave, and ends the live line.
  void finish();

 private:
  double done(int64_t epoch, double share) const;
  void draw(int64_t epoch, double share);
  void print(const EpochReport& report);

  Stopping stopping_;
  int64_t steps_per_epoch_;
  int width_;
  EpochReport last_;
  int64_t printed_ = 0;   // epoch of the last plain line
  double drawn_at_ = -1;  // seconds
};

}  // namespace kette::cli
