#include "kette/source/c_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "kette/data/date.h"
#include "kette/data/parse_number.h"
#include "kette/graph/placeholders.h"
#include "kette/source/c_encoding_text.h"
#include "kette/source/c_text.h"

namespace kette {
namespace {

using data::Feature;

constexpr size_t kMostMembers = 32;

std::optional<double> number_of(const std::string& category) {
  const std::optional<double> number = data::parse_number(category);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

bool is_category(const Feature& feature) { return feature.kind == Feature::Kind::category; }

/// All are numbers, written as numbers are, so that the number alone says which one it is.
bool are_numbers(const Feature& feature) {
  return is_category(feature) && !feature.categories.empty() &&
         std::ranges::all_of(feature.categories, [](const std::string& category) {
           const std::optional<double> number = number_of(category);
           return number && fmt::format("{}", *number) == category;
         });
}

bool float_tells_apart(const Feature& feature) {
  std::set<float> seen;
  return std::ranges::all_of(feature.categories, [&](const std::string& category) {
    return seen.insert(static_cast<float>(*number_of(category))).second;
  });
}

/// Texts that may also be meant by another form of the same number: "3" by "3.0".
bool has_numbers_among_texts(const Feature& feature) {
  return is_category(feature) && !are_numbers(feature) &&
         std::ranges::any_of(feature.categories,
                             [](const std::string& category) { return number_of(category).has_value(); });
}

/// A C string cannot hold the others.
bool can_be_asked_for(const std::string& text) { return text.find('\0') == text.npos; }

template <class Element>
std::string constants(std::string_view declaration, const std::vector<Element>& elements) {
  return fmt::format("static const {} = {{{}}};\n", declaration, fmt::join(elements, ", "));
}

/// The texts in the order of their bytes, as find() needs them, and the number that belongs to each.
std::string sorted_constants(const std::map<std::string, int64_t>& numbers) {
  std::vector<std::string> texts;
  std::vector<int64_t> places;
  for (const auto& [text, number] : numbers) {
    texts.push_back(c_string(text));
    places.push_back(number);
  }
  if (texts.empty()) {  // C has no empty arrays; an empty text is looked for nowhere
    texts.push_back("\"\"");
    places.push_back(0);
  }
  std::string lines = "static const char* const texts[] = {";
  for (const std::string& text : texts) lines += (&text == &texts.front() ? "\n  " : ",\n  ") + text;
  return lines + "};\n" + constants("int32_t places[]", places);
}

/// A number as kDecimalFunctions compares it: digits without zeros at either end, times a power of ten.
std::string decimal(double number, int64_t code) {
  std::string digits;
  int power = 0;
  const std::string shortest = fmt::format("{}", std::abs(number));
  bool behind = false;
  for (size_t i = 0; i < shortest.size(); ++i) {
    const char c = shortest[i];
    if (c == 'e') {
      power += std::stoi(shortest.substr(i + 1));
      break;
    }
    if (c == '.') {
      behind = true;
      continue;
    }
    if (behind) --power;
    if (c != '0' || !digits.empty()) digits += c;
  }
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++power;
  }
  return fmt::format("{{\"{}\", {}, {}, {}}}", digits, digits.empty() ? 0 : power, number < 0 ? 1 : 0, code);
}

std::string number_column(const CColumn& column, const CNames& names, int64_t place, size_t position) {
  return fmt::format("if ({0}is_infinite({1}{2})) return {4};\nfeatures[{3}] = {1}{2};\n", names.call,
                     names.row, column.member, place, position);
}

std::string number_category(const CColumn& column, const CNames& names, int64_t place) {
  const Feature& feature = *column.feature;
  const DType dtype = column.type == "float" ? DType::f32 : DType::f64;
  std::vector<std::string> numbers;
  for (int64_t i = 0; i < feature.kept; ++i)
    numbers.push_back(c_number(*number_of(feature.categories[static_cast<size_t>(i)]), dtype));
  if (numbers.empty()) numbers.push_back(c_number(0, dtype));
  return fmt::format("{{\n  {}  features[{}] = {}code_of_{}({}{}, numbers, {});\n}}\n",
                     constants(fmt::format("{} numbers[]", column.type), numbers), place, names.call,
                     column.type, names.row, column.member, feature.kept);
}

std::string text_category(const CColumn& column, const CNames& names, int64_t place) {
  const Feature& feature = *column.feature;
  std::map<std::string, int64_t> codes;
  std::vector<std::string> decimals;
  std::set<double> seen;
  for (size_t i = 0; i < feature.categories.size(); ++i) {
    const std::string& category = feature.categories[i];
    const int64_t code = std::min(static_cast<int64_t>(i), feature.kept);
    const std::optional<double> number = number_of(category);
    // What does not count for itself counts as a text that is not known, unless its number might lead
    // elsewhere.
    if (can_be_asked_for(category) && (code < feature.kept || number)) codes.emplace(category, code);
    if (number && seen.insert(*number).second) decimals.push_back(decimal(*number, code));
  }
  std::string text = "{\n" + indented(sorted_constants(codes), 2);
  if (!decimals.empty())
    text += fmt::format("  {}", constants(fmt::format("{}decimal numbers[]", names.call), decimals));
  text += fmt::format("  features[{}] = {}code_of{}({}{}, texts, places, {}, {}{});\n}}\n", place, names.call,
                      decimals.empty() ? "" : "_text_or_number", names.row, column.member, codes.size(),
                      decimals.empty() ? "" : fmt::format("numbers, {}, ", decimals.size()), feature.kept);
  return text;
}

std::string date_column(const CColumn& column, const CNames& names, int64_t place, size_t position) {
  const data::DateFormat format = data::parse_date_format(column.feature->date_format);
  return fmt::format("if (!{}read_date({}{}, {}parts_of_pattern_{}, {}, features + {})) return {};\n",
                     names.call, names.row, column.member, names.call, static_cast<int>(format.pattern),
                     format.has_time ? 1 : 0, place, position);
}

std::string word_column(const CColumn& column, const CNames& names, int64_t place) {
  std::map<std::string, int64_t> places;
  const std::vector<std::string>& words = column.feature->categories;
  for (size_t i = 0; i < words.size(); ++i)
    if (can_be_asked_for(words[i])) places.emplace(words[i], static_cast<int64_t>(i));
  return fmt::format("{{\n{}  {}mark_words({}{}, texts, places, {}, {}, features + {});\n}}\n",
                     indented(sorted_constants(places), 2), names.call, names.row, column.member,
                     places.size(), words.size(), place);
}

}  // namespace

std::vector<CColumn> c_columns(std::span<const Feature> features) {
  std::vector<CColumn> columns;
  std::set<std::string> taken;
  for (const Feature& feature : features) {
    const bool is_number = feature.kind == Feature::Kind::number;
    const std::string_view type = is_number                    ? "float"
                                  : !are_numbers(feature)      ? "const char*"
                                  : float_tells_apart(feature) ? "float"
                                                               : "double";
    columns.push_back({&feature, distinct_name(c_identifier(feature.name, "column"), taken), type});
  }
  return columns;
}

bool are_an_array(std::span<const Feature> features) {
  return features.size() > kMostMembers &&
         std::ranges::all_of(features, [](const Feature& f) { return f.kind == Feature::Kind::number; });
}

std::string c_encoding_functions(std::span<const Feature> features, const CNames& names) {
  std::set<std::string_view> types;  // of categories that are numbers
  std::set<data::DatePattern> patterns;
  bool texts = false, words = false, numbers = false, decimals = false;
  for (const CColumn& column : c_columns(features)) {
    const Feature& feature = *column.feature;
    numbers |= feature.kind == Feature::Kind::number;
    words |= feature.kind == Feature::Kind::words;
    texts |= is_category(feature) && column.type == "const char*";
    decimals |= has_numbers_among_texts(feature);
    if (is_category(feature) && column.type != "const char*") types.insert(column.type);
    if (feature.kind == Feature::Kind::date)
      patterns.insert(data::parse_date_format(feature.date_format).pattern);
  }
  std::string text;
  if (numbers) text += kInfinityFunction;
  for (const std::string_view type : types)
    text += with_places_filled(kNumberCategoryFunction, [&](std::string_view place) {
      return place == "type" ? std::optional<std::string>(type) : std::nullopt;
    });
  if (texts || words) text += kFindFunctions;
  if (texts) text += kCategoryFunctions;
  if (decimals) text += kDecimalFunctions;
  if (words) text += kWordFunctions;
  if (!patterns.empty()) text += kDatePieces;
  if (patterns.contains(data::DatePattern::day_name_year) ||
      patterns.contains(data::DatePattern::name_day_year))
    text += kMonthFunction;
  for (const data::DatePattern pattern : patterns) text += date_parts_function(pattern);
  if (!patterns.empty()) text += kDateFunctions;
  return with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
    if (place == "s") return std::string(names.head);
    if (place == "p") return std::string(names.prefix);
    return std::nullopt;
  });
}

std::string c_encoding(std::span<const CColumn> columns, const CNames& names) {
  std::string text;
  int64_t place = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    const Feature& feature = *columns[i].feature;
    if (feature.kind == Feature::Kind::number)
      text += number_column(columns[i], names, place, i + 1);
    else if (feature.kind == Feature::Kind::date)
      text += date_column(columns[i], names, place, i + 1);
    else if (feature.kind == Feature::Kind::words)
      text += word_column(columns[i], names, place);
    else if (columns[i].type == "const char*")
      text += text_category(columns[i], names, place);
    else
      text += number_category(columns[i], names, place);
    place += feature.width();
  }
  return text;
}

std::string c_description(const Feature& feature) {
  const std::string name = in_comment(feature.name);
  if (feature.kind == Feature::Kind::date) return fmt::format("{}: date {}", name, feature.date_format);
  if (feature.kind == Feature::Kind::words)
    return fmt::format("{}: text, of which {} words count", name, feature.categories.size());
  if (feature.kind == Feature::Kind::number) return fmt::format("{}: number", name);
  return fmt::format("{}: category, one of {}; all others count as one", name, feature.kept);
}

}  // namespace kette
