// Columns of numbers written with thousands or decimal commas.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kette/data/read_options.h"
#include "kette/data/table.h"

namespace kette::data {

/// The style in which every text of the column is a number; nothing when there is none. A style is only seen
/// where commas are: "1,064" in a file with semicolons is a decimal number, in others a thousand and 64.
/// Points between groups, 1.064,35, count only where a text of the column shows both signs.
std::optional<NumberStyle> number_style(const TextColumn& column, char delimiter);

/// The numbers that the texts stand for, NaN where missing; nothing when one of them is no number in the
/// style.
std::optional<std::vector<double>> numbers_of(const TextColumn& column, NumberStyle style);

/// `thousands commas`, …
std::string_view to_string(NumberStyle style);

}  // namespace kette::data
