// kette compare --descent: the five variants of gradient descent on one table.
#pragma once

#include "kette/cli/train_flags.h"

namespace kette::cli {

/// The options of `kette train` that make sense here; `flags` must outlive the parser.
void declare_descent_flags(CLI::App& app, TrainFlags& flags);

/// Trains once with each variant, from the same weights on the same rows, with plain descent at a decreasing
/// learning rate, and prints how the loss fell. Returns the exit code. A variant that diverges is told as
/// such; the others go on.
int compare_descent(TrainFlags flags, bool as_json);

}  // namespace kette::cli
