#include "kette/cli/ranges.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "kette/data/parse_number.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

template <class Holds>
CLI::Validator checked(Holds holds, const std::string& range) {
  return {[holds, range](std::string& text) -> std::string {
            const std::optional<double> number = data::parse_number(text);
            if (number && std::isfinite(*number) && holds(*number)) return "";
            return fmt::format("expected a number {}, not {}", range, data::quote(text));
          },
          range};
}

template <class Whole>
bool is_whole(const std::string& text) {
  Whole number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end;
}

}  // namespace

CLI::Validator between(double least, double most) {
  return checked([=](double x) { return x >= least && x <= most; },
                 fmt::format("from {} to {}", least, most));
}

CLI::Validator at_least(double least) {
  return checked([=](double x) { return x >= least; }, fmt::format("of at least {}", least));
}

CLI::Validator positive() {
  return checked([](double x) { return x > 0; }, "above 0");
}

std::vector<std::string> validator_descriptions(const CLI::Option& option) {
  std::vector<std::string> found;
  const std::string type = option.get_type_name();  // TEXT:one:another
  for (size_t colon = type.find(':'); colon != std::string::npos;) {
    const size_t next = type.find(':', colon + 1);
    found.push_back(type.substr(colon + 1, next - colon - 1));
    colon = next;
  }
  return found;
}

std::string range_of(const CLI::Option& option) {
  for (std::string& text : validator_descriptions(option))
    if (!text.empty() && !text.starts_with('{')) return std::move(text);
  return "";
}

void check_kinds_of_numbers(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    const std::string type = option->get_type_name();
    bool (*holds)(const std::string&) = nullptr;
    if (type.starts_with("INT"))
      holds = is_whole<int64_t>;
    else if (type.starts_with("UINT"))
      holds = is_whole<uint64_t>;
    else if (type.starts_with("FLOAT"))
      holds = [](const std::string& text) { return data::parse_number(text).has_value(); };
    else
      continue;
    std::string range = range_of(*option);
    if (range.empty() && type.starts_with("UINT")) range = "of at least 0";
    const std::string expected = fmt::format("a {}number{}{}", type.starts_with("FLOAT") ? "" : "whole ",
                                             range.empty() ? "" : " ", range);
    option->transform(CLI::Validator(
        [holds, expected](std::string& text) -> std::string {
          return holds(text) ? "" : fmt::format("expected {}, not {}", expected, data::quote(text));
        },
        ""));
  }
}

}  // namespace kette::cli
