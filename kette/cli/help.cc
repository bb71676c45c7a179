#include "kette/cli/help.h"

#include <sstream>

#include "kette/base/error.h"
#include "kette/cli/text.h"

namespace kette::cli {

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_type_size() == 0 || option->get_positional()) return "";
  const std::string type = option->get_type_name(), initial = option->get_default_str();
  std::string text = " " + type.substr(0, type.find(':'));  // without the range
  if (!initial.empty()) text += fmt::format(" = {}", initial);
  return text;
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  std::istringstream words(option->get_description());
  std::string text, word;
  size_t width = 0;
  while (words >> word) {
    if (width > 0 && width + 1 + width_of(word) > kWidth - kOptions) {
      text += '\n';
      width = 0;
    } else if (width > 0) {
      text += ' ';
      ++width;
    }
    text += word;
    width += width_of(word);
  }
  return option->get_required() && !option->get_positional() ? text + " (required)" : text;
}

}  // namespace kette::cli
