// Texts with places to be filled: {name}, without blanks. Other braces stay, so C code needs no escapes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kette {

/// The text with each place filled by what `value` says of its name ([A-Za-z0-9_]+); those it does not know
/// stay.
std::string with_places_filled(std::string_view text,
                               const std::function<std::optional<std::string>(std::string_view)>& value);

}  // namespace kette
