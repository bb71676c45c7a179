// Pieces that several operations' C forms share. Everything they return is C text with the places of CForm.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "kette/graph/op_def.h"
#include "kette/ops/reduction.h"

namespace kette {

/// The text with {name} replaced.
std::string with_text(std::string_view text, std::string_view name, std::string_view value);
std::string with_numbers(std::string_view text,
                         std::initializer_list<std::pair<std::string_view, int64_t>> numbers);

/// The statements (each line begins with a line end and two blanks) for {i} from 0 to `count` − 1.
std::string repeated(int64_t count, std::string_view statements);

/// Whether the statements fill as many elements as they read, or one for each run of the axis.
enum class Kept : uint8_t { all, one };
/// Statements on x[j·{inner}], j < {axis}, and y (the same, or one element) for every run of an axis.
std::string over_blocks(std::string_view statements, Blocks blocks, Kept kept);

/// {y}, of that shape, from {0} with those strides along its axes.
std::string copy_along(const Shape& shape, std::span<const int64_t> strides);

/// `count` blocks of `size` elements from `x`, `from` elements in and `from_step` apart, to {y} likewise.
std::string copy_blocks(std::string_view x, int64_t from, int64_t from_step, int64_t to, int64_t to_step,
                        int64_t count, int64_t size);

}  // namespace kette
