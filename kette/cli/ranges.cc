#include "kette/cli/ranges.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "kette/data/parse_number.h"

namespace kette::cli {
namespace {

template <class Holds>
CLI::Validator checked(Holds holds, const std::string& expected) {
  return {[holds, expected](std::string& text) -> std::string {
            const std::optional<double> number = data::parse_number(text);
            if (number && std::isfinite(*number) && holds(*number)) return "";
            return fmt::format("expected {}, not \"{}\"", expected, text);
          },
          ""};
}

}  // namespace

CLI::Validator between(double least, double most) {
  return checked([=](double x) { return x >= least && x <= most; },
                 fmt::format("a number from {} to {}", least, most));
}

CLI::Validator at_least(double least) {
  return checked([=](double x) { return x >= least; }, fmt::format("a number of at least {}", least));
}

CLI::Validator positive() {
  return checked([](double x) { return x > 0; }, "a number above 0");
}

}  // namespace kette::cli
