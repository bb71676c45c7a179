#include "kette/data/number_style.h"

#include <cmath>
#include <limits>

#include "kette/data/missing.h"

namespace kette::data {
namespace {

std::optional<double> number_of(std::string_view text, NumberStyle style) {
  const std::optional<double> number = style == NumberStyle::plain ? parse_number(text)
                                       : style == NumberStyle::thousands_commas
                                           ? parse_grouped_number(text, ',', '.')
                                           : parse_grouped_number(text, '.', ',');
  return number && !std::isnan(*number) ? number : std::nullopt;
}

bool fits(const TextColumn& column, NumberStyle style) {
  bool commas = false, points = false, both = false;
  for (int32_t code = 0; code < column.distinct_count(); ++code) {
    const std::string_view text = column.distinct(code);
    if (!number_of(text, style)) return false;
    const bool comma = text.find(',') != text.npos, point = text.find('.') != text.npos;
    commas = commas || comma;
    points = points || point;
    both = both || (comma && point);
  }
  return commas && (style == NumberStyle::thousands_commas || both || !points);
}

}  // namespace

std::optional<NumberStyle> number_style(const TextColumn& column, char delimiter) {
  const bool decimal_first = delimiter == ';';
  for (const bool decimal : {decimal_first, !decimal_first}) {
    if (decimal && delimiter == ',') continue;  // "1,2" within quotes is rather a list
    const NumberStyle style = decimal ? NumberStyle::decimal_comma : NumberStyle::thousands_commas;
    if (fits(column, style)) return style;
  }
  return std::nullopt;
}

std::optional<std::vector<double>> numbers_of(const TextColumn& column, NumberStyle style) {
  std::vector<double> values;
  for (int32_t code = 0; code < column.distinct_count(); ++code) {
    const std::optional<double> number = number_of(column.distinct(code), style);
    if (!number) return std::nullopt;
    values.push_back(*number);
  }
  std::vector<double> numbers;
  numbers.reserve(static_cast<size_t>(column.size()));
  for (const int32_t code : column.codes())
    numbers.push_back(code == TextColumn::kMissing ? std::numeric_limits<double>::quiet_NaN()
                                                   : values[static_cast<size_t>(code)]);
  return numbers;
}

std::string_view to_string(NumberStyle style) {
  switch (style) {
    case NumberStyle::plain:
      return "plain numbers";
    case NumberStyle::thousands_commas:
      return "thousands commas";
    case NumberStyle::decimal_comma:
      return "a decimal comma";
  }
  return "";
}

}  // namespace kette::data
