// Names of the values of an enumeration.
#pragma once

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "kette/base/error.h"

namespace kette {

/// The value whose name is `text`; `names` in the order of the enumeration. Throws Error that lists them.
template <class Choice, size_t n>
Choice parse_choice(std::string_view what, std::string_view text,
                    const std::array<std::string_view, n>& names) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end())
    fail("[{}] \"{}\" is unknown; expected one of {}", what, text, fmt::join(names, ", "));
  return static_cast<Choice>(found - names.begin());
}

/// All values of an enumeration with these names, in its order.
template <class Choice, size_t n>
constexpr std::array<Choice, n> choices_of(const std::array<std::string_view, n>&) {
  std::array<Choice, n> all{};
  for (size_t i = 0; i < n; ++i) all[i] = static_cast<Choice>(i);
  return all;
}

}  // namespace kette
