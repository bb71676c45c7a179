#include "kette/cli/config.h"

#include <toml++/toml.h>

#include <CLI/CLI.hpp>

#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/text.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

constexpr std::string_view kOption = "--config";

std::string place(const std::string& source, const toml::source_region& region) {
  return fmt::format("{}:{}:{}", source, region.begin.line, region.begin.column);
}

std::string text_of(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* real = node.as_floating_point()) return data::shortest(real->get());
  throw UsageError(where + ": expected a text, a number, true or false, or a list of these");
}

std::string joined(const toml::array& list, const std::string& where) {
  std::string text;
  for (const toml::node& node : list) text += (text.empty() ? "" : ",") + text_of(node, where);
  return text;
}

}  // namespace

std::vector<std::string> config_arguments(std::string_view text, const std::string& source,
                                          const CLI::App& command) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw UsageError(fmt::format("{}: {}", place(source, error.source()), one_line(error.description())));
  }
  std::vector<std::string> arguments;
  for (const auto& [key, node] : table) {
    if (node.is_table() || node.is_array_of_tables()) continue;
    const std::string where = place(source, node.source()), name = "--" + std::string(key.str());
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr || name == kOption || name == "--help")
      throw UsageError(fmt::format("{}: there is no option {}", where, data::quote(key.str())));
    if (const auto* flag = node.as_boolean()) {
      if (option->get_expected_max() != 0)
        throw UsageError(fmt::format("{}: {} is no yes-or-no option", where, name));
      if (flag->get()) arguments.push_back(name);
    } else if (option->get_expected_max() == 0) {
      throw UsageError(fmt::format("{}: {} is true or false", where, name));
    } else {
      const std::string value = node.is_array() ? joined(*node.as_array(), where) : text_of(node, where);
      arguments.push_back(name + "=" + value);
    }
  }
  return arguments;
}

std::vector<std::string> with_config(std::vector<std::string> arguments, const CLI::App& command) {
  std::string path;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == kOption && i + 1 < arguments.size()) path = arguments[i + 1];
    if (argument.starts_with(std::string(kOption) + "=")) path = argument.substr(kOption.size() + 1);
  }
  if (path.empty()) return arguments;
  const std::vector<std::string> more = config_arguments(read_file(path), path, command);
  arguments.insert(arguments.begin() + 1, more.begin(), more.end());  // behind the command's name
  return arguments;
}

}  // namespace kette::cli
