#pragma once

#include <string>

namespace kette::cli {

/// "kette 0.1.0"
std::string version_line();

}  // namespace kette::cli
