#include "kette/ops/c_forms.h"

#include <fmt/format.h>

#include <optional>

#include "kette/graph/placeholders.h"

namespace kette {

std::string with_text(std::string_view text, std::string_view name, std::string_view value) {
  return with_places_filled(text, [&](std::string_view place) {
    return place == name ? std::optional<std::string>(value) : std::nullopt;
  });
}

std::string with_numbers(std::string_view text,
                         std::initializer_list<std::pair<std::string_view, int64_t>> numbers) {
  return with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
    for (const auto& [name, number] : numbers)
      if (name == place) return fmt::to_string(number);
    return std::nullopt;
  });
}

std::string repeated(int64_t count, std::string_view statements) {
  const std::string head =
      count == 1 ? "\n{" : with_numbers("\nfor (int32_t i = 0; i < {count}; ++i) {", {{"count", count}});
  return head + with_text(statements, "i", count == 1 ? "0" : "i") + "\n}";
}

std::string over_blocks(std::string_view statements, Blocks blocks, Kept kept) {
  std::string text = with_text(R"(
  const {T}* const x = {0} + {i} * {axis} * {inner} + {k};
  {Y}* const y = {y} + {i} * {row} + {k};{statements})",
                               "statements", statements);
  if (blocks.inner == 1)
    text = with_text(text, "k", "0");
  else
    text = "\n  for (int32_t k = 0; k < {inner}; ++k) {" + with_text(text, "k", "k") + "\n  }";
  return with_numbers(repeated(blocks.outer, text),
                      {{"axis", blocks.axis},
                       {"inner", blocks.inner},
                       {"row", (kept == Kept::all ? blocks.axis : 1) * blocks.inner}});
}

std::string copy_along(const Shape& shape, std::span<const int64_t> strides) {
  std::string loops, from = "0";
  int64_t step = shape.size();
  std::string to = "0";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    step /= shape[axis];
    loops += fmt::format("\nfor (int32_t i{0} = 0; i{0} < {1}; ++i{0})", axis, shape[axis]);
    to += fmt::format(" + i{} * {}", axis, step);
    from += fmt::format(" + i{} * {}", axis, strides[static_cast<size_t>(axis)]);
  }
  return loops + "\n  {y}[" + to + "] = {0}[" + from + "];";
}

std::string copy_blocks(std::string_view x, int64_t from, int64_t from_step, int64_t to, int64_t to_step,
                        int64_t count, int64_t size) {
  if (count * size == 0) return "";
  const std::string copy = count == 1 ? R"(
memcpy({y} + {to}, {x} + {from}, {size} * sizeof({T}));)"
                                      : R"(
for (int32_t i = 0; i < {count}; ++i)
  memcpy({y} + i * {to_step} + {to}, {x} + i * {from_step} + {from}, {size} * sizeof({T}));)";
  return with_numbers(with_text(copy, "x", x), {{"from", from},
                                                {"from_step", from_step},
                                                {"to", to},
                                                {"to_step", to_step},
                                                {"count", count},
                                                {"size", size}});
}

}  // namespace kette
