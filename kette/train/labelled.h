// Rows of a table as a model reads them.
#pragma once

#include <string>
#include <vector>

#include "kette/data/feature.h"
#include "kette/train/build.h"

namespace kette {

struct Labelled {
  Samples samples;
  std::vector<data::Unseen> unseen;  // categories that the model does not know
  int64_t without_target = 0;        // rows left out because a target is missing
};

/// The rows of the table that have a target, in terms of the model's schema. Throws Error when a column is
/// missing, and at the place of a field that does not fit, such as a label that the model does not know.
Labelled labelled_samples(const Schema& schema, const data::Table& table, Threads* threads = nullptr);

/// One line for each: `column "town" holds 3 categories …`: what became of categories that the model does not
/// know.
std::vector<std::string> describe(const std::vector<data::Unseen>& unseen);

}  // namespace kette
