// The part of a judgement that is about classes.
#pragma once

#include "kette/judge/judgement.h"

namespace kette {

/// Fills in `classification`, `intervals` and `undefined`; `judgement` has all else. See judge().
void judge_classes(const Schema& schema, const Predictions& predictions, const Tensor& classes,
                   const JudgeOptions& options, Judgement& judgement);

}  // namespace kette
