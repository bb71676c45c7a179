// kette train --stream: on files larger than memory.
#pragma once

#include "kette/cli/train_flags.h"

namespace kette::cli {

/// The whole run; returns the exit code. Throws UsageError for options that need all rows at hand.
int train_stream(const TrainFlags& flags);

}  // namespace kette::cli
