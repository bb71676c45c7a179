#include "kette/model/model.h"

#include <fmt/ranges.h>

namespace kette {

std::string Schema::target_names() const { return fmt::format("{}", fmt::join(targets, ", ")); }

}  // namespace kette
