#include "kette/graph/placeholders.h"

#include "kette/graph/literal.h"

namespace kette {

std::string with_places_filled(std::string_view text,
                               const std::function<std::optional<std::string>(std::string_view)>& value) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text[i] == '{')
      while (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) ++end;
    const bool is_place = text[i] == '{' && end > i + 1 && end < text.size() && text[end] == '}';
    const auto filled = is_place ? value(text.substr(i + 1, end - i - 1)) : std::nullopt;
    if (is_place) ++end;
    result += filled ? *filled : text.substr(i, end - i);
    i = end;
  }
  return result;
}

}  // namespace kette
