// What words an option takes. They are part of its definition: --help, the reference and completion name
// them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kette::cli {

/// The names of a list of the library: of values that have a to_string.
template <class List>
std::vector<std::string> names_in(const List& list) {
  std::vector<std::string> names;
  for (const auto& entry : list) names.emplace_back(to_string(entry));
  return names;
}

/// One of these words; another is told the nearest.
CLI::Validator one_of(const std::vector<std::string>& words);
/// One of them, or several separated by commas.
CLI::Validator some_of(const std::vector<std::string>& words);
/// Any text: these words, and others that the description tells of.
CLI::Validator words_or_others(const std::vector<std::string>& words);

/// What `one_of` and the others said of an option.
struct Choices {
  std::vector<std::string> words;
  bool is_list = false;  // several of them, separated by commas
  bool is_open = false;  // others are taken, too
};
/// Of CLI::IsMember, too. No words where the option takes any.
Choices choices_of(const CLI::Option& option);

/// `; did you mean "train"?`, or nothing when none of the names is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& names);

}  // namespace kette::cli
