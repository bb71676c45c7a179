// Rows of a table as a model reads them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kette/data/feature.h"
#include "kette/train/build.h"

namespace kette {

enum class UnknownLabels : uint8_t { refuse, leave_out };

struct Labelled {
  Samples samples;
  std::vector<int64_t> rows;                  // of the table, for each sample; ascending
  std::vector<data::Unseen> unseen;           // categories that the model does not know
  int64_t without_target = 0;                 // rows left out because a target is missing
  std::optional<data::Unseen> unknown_label;  // rows left out because of a label that the model does not know
};

/// The rows of the table that have a target, in terms of the model's schema. Throws Error when a column is
/// missing, and at the place of a field that does not fit, such as a label that the model does not know,
/// unless rows with such labels are to be left out and there are others.
Labelled labelled_samples(const Schema& schema, const data::Table& table, Threads* threads = nullptr,
                          UnknownLabels unknown = UnknownLabels::refuse);

/// One line for each: `column "town" holds 3 categories …`: what became of categories that the model does not
/// know.
std::vector<std::string> describe(const std::vector<data::Unseen>& unseen);
/// One line for each reason for which rows were left out.
std::vector<std::string> describe_left_out(const Labelled& labelled);

}  // namespace kette
