#pragma once

#include <string>

namespace kette::cli {

/// docs/reference.md: every command with every option, written from the definitions.
std::string reference_page();

}  // namespace kette::cli
