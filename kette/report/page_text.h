// The page without data, as web/report/ builds it.
#pragma once

#include <string_view>

namespace kette {

/// Empty where it could not be built.
std::string_view page_text();

}  // namespace kette
