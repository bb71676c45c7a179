// Predictions as a table, to be written to a file.
#pragma once

#include "kette/data/table.h"
#include "kette/model/model.h"
#include "kette/train/predictor.h"

namespace kette {

/// The column `prediction`: numbers (`prediction_NAME` for each of several targets), or the labels of
/// classes, then with_probabilities followed by a column `probability_LABEL` for each of them.
data::Table prediction_table(const Model& model, const Predictions& predictions, bool with_probabilities);

}  // namespace kette
