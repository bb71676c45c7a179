#include "kette/cli/choices.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "kette/base/error.h"
#include "kette/cli/ranges.h"
#include "kette/cli/text.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

// The form in which the parser keeps them, behind an option's type: {a,b}, {a,b},… and {a,b,…}.
constexpr std::string_view kList = ",…", kOpen = ",…}";

std::string in_braces(const std::vector<std::string>& words) {
  return fmt::format("{{{}}}", fmt::join(words, ","));
}

std::string refusal(const std::vector<std::string>& words, const std::string& word) {
  if (std::ranges::find(words, word) != words.end()) return "";
  return fmt::format("expected one of {}, not {}{}", fmt::join(words, ", "), data::quote(word),
                     suggestion(word, words));
}

}  // namespace

CLI::Validator one_of(const std::vector<std::string>& words) {
  return {[words](std::string& text) { return refusal(words, text); }, in_braces(words)};
}

CLI::Validator some_of(const std::vector<std::string>& words) {
  return {[words](std::string& text) -> std::string {
            try {
              for (const std::string& word : split_list(text))
                if (std::string refused = refusal(words, word); !refused.empty()) return refused;
            } catch (const Error& error) {
              return error.what();
            }
            return "";
          },
          in_braces(words) + std::string(kList)};
}

CLI::Validator words_or_others(const std::vector<std::string>& words) {
  std::vector<std::string> open = words;
  open.emplace_back("…");
  return {[](std::string&) { return std::string(); }, in_braces(open)};
}

Choices choices_of(const CLI::Option& option) {
  Choices choices;
  for (std::string text : validator_descriptions(option)) {
    if (!text.starts_with('{')) continue;
    if (text.ends_with(kOpen)) {
      choices.is_open = true;
      text.resize(text.size() - kOpen.size());
    } else {
      choices.is_list = text.ends_with(kList);
      text.resize(text.rfind('}'));
    }
    choices.words = split_list(text.substr(1));
  }
  return choices;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& names) {
  const std::string_view near = data::nearest_name(word, names);
  return near.empty() ? "" : fmt::format("; did you mean {}?", data::quote(near));
}

}  // namespace kette::cli
