// What every model keeps, checked one by one: before a model is written, and after one was read.
#pragma once

#include "kette/model/model.h"

namespace kette {

/// Throws Error unless there is a feature, every feature is as data::Feature says, there is a target (for
/// classes one), none of them a feature, no name stands twice, the labels are as many as the task has classes
/// (binary: 2; multiclass: 2 or more; regression: none), and every text is UTF-8, as model files demand.
/// Worth calling before a long training.
void verify(const Schema& schema);

/// In addition, `features` is the input "features", f32 [N, total_width of the features], and `scores` and
/// `prediction` are nodes of the graph of the shapes and types given in model.h.
void verify(const Model& model);

}  // namespace kette
