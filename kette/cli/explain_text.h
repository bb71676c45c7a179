// The steps of an explanation for people.
#pragma once

#include <string>

#include "kette/explain/steps.h"

namespace kette::cli {

/// One operation of the forward or backward pass, in lines of at most `columns`, where no formula is longer
/// in one piece.
std::string step_text(const ForwardStep& step, size_t columns);
std::string step_text(const BackwardStep& step, size_t columns);

/// δ, Δw = −η·δ·out, and the weights after the update; the change of another parameter; the losses before and
/// after.
std::string step_text(const LayerDeltas& layer, size_t columns);
std::string step_text(const ParameterChange& change, size_t columns);
std::string text_of_update(const Steps& steps, size_t columns);

/// Forward pass, backward pass, deltas, update.
std::string page_of(const Steps& steps, size_t columns);

}  // namespace kette::cli
