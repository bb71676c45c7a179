// The part of a judgement that is about numbers.
#pragma once

#include "kette/judge/judgement.h"

namespace kette {

/// Fills in `regression`, `intervals` and `undefined`; `judgement` has all else. See judge().
void judge_numbers(const Schema& schema, const Predictions& predictions, const Tensor& targets,
                   const JudgeOptions& options, Judgement& judgement);

}  // namespace kette
