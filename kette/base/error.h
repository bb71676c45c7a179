// The one exception type of the library.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace kette {

/// Thrown for every failure a user can cause. The message is one line: the operation or file, the place,
/// what was found and what was expected, e.g. `[matmul] inner dimensions differ: [32,10] x [12,4]`.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Error with a message in fmt's syntax.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace kette
