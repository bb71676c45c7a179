// What `kette evaluate` prints, as text of at most 80 columns.
#pragma once

#include <functional>
#include <string>

#include "kette/judge/judgement.h"
#include "kette/train/importance.h"

namespace kette::cli {

/// Where a row stands, for people: "line 17".
using RowName = std::function<std::string(int64_t row)>;

/// The measures, then tables: classes, mistakes, thresholds, calibration, or residuals; at last the rows that
/// are furthest from what was expected.
std::string judgement_text(const Judgement& judgement, const Schema& schema, const RowName& name_of);

/// A line for each feature, at most 20.
std::string importance_text(const Importance& importance);

}  // namespace kette::cli
