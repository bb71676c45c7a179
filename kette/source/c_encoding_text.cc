#include "kette/source/c_encoding_text.h"

#include <fmt/format.h>

#include <optional>

#include "kette/graph/placeholders.h"

namespace kette {

const std::string_view kInfinityFunction = R"(
{s}int {p}is_infinite(float x) { return x == x && x - x != 0; }
)";

const std::string_view kNumberCategoryFunction = R"(
// The position of a number among those that count for themselves; `kept` for any other, `kept` + 1 where it is missing.
{s}float {p}code_of_{type}({type} number, const {type}* numbers, int32_t kept) {
  int32_t i = 0;
  if (number != number) return (float)(kept + 1);
  while (i < kept && numbers[i] != number) ++i;
  return (float)i;
}
)";

const std::string_view kFindFunctions = R"(
// The position of a text among sorted ones, or -1; if `lower` is not 0, its letters A-Z count as a-z.
{s}int32_t {p}find(const char* text, size_t length, int lower, const char* const* texts, int32_t count) {
  int32_t low = 0, high = count;
  while (low < high) {
    const int32_t middle = low + (high - low) / 2;
    int order = 0;
    for (size_t i = 0; i < length && order == 0; ++i) {
      const unsigned char known = (unsigned char)texts[middle][i];
      unsigned char asked = (unsigned char)text[i];
      if (lower && asked >= 'A' && asked <= 'Z') asked = (unsigned char)(asked + ('a' - 'A'));
      order = asked < known ? -1 : asked > known ? 1 : 0;
    }
    if (order == 0 && texts[middle][length] != 0) order = -1;
    if (order == 0) return middle;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return -1;
}
)";

const std::string_view kCategoryFunctions = R"(
// Moves behind blanks and returns the length up to those at the end; 0 where the text is missing.
{s}size_t {p}trimmed(const char** text) {
  size_t length = 0;
  if (!*text) return 0;
  while (**text == ' ' || **text == '\t') ++*text;
  length = strlen(*text);
  while (length > 0 && ((*text)[length - 1] == ' ' || (*text)[length - 1] == '\t')) --length;
  return length;
}

// The code of a category; `kept` for one that is not known, `kept` + 1 where it is missing.
{s}float {p}code_of(const char* text, const char* const* texts, const int32_t* codes, int32_t count, int32_t kept) {
  const size_t length = {p}trimmed(&text);
  const int32_t at = {p}find(text, length, 0, texts, length == 0 ? 0 : count);
  return (float)(length == 0 ? kept + 1 : at < 0 ? kept : codes[at]);
}
)";

const std::string_view kDecimalFunctions = R"(
// A category that is a number: digits without zeros at either end, times a power of ten.
typedef struct {
  const char* digits;
  int32_t power;
  int32_t is_negative;
  int32_t code;
} {p}decimal;

// Whether the text is a decimal number, and that one.
{s}int {p}is_same_number(const char* text, size_t length, const {p}decimal* number) {
  char digits[40];
  size_t i = 0, count = 0;
  int32_t power = 0, written = 0, is_negative = 0, has_digits = 0, is_behind = 0, shrinks = 0;
  if (i < length && (text[i] == '-' || text[i] == '+')) is_negative = text[i++] == '-';
  for (; i < length && ((text[i] >= '0' && text[i] <= '9') || (text[i] == '.' && !is_behind)); ++i) {
    if (text[i] == '.') {
      is_behind = 1;
      continue;
    }
    has_digits = 1;
    power -= is_behind;
    if (text[i] == '0' && count == 0) continue;
    if (count == sizeof digits) return 0;
    digits[count++] = text[i];
  }
  if (!has_digits) return 0;
  if (i < length && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < length && (text[i] == '-' || text[i] == '+')) shrinks = text[i++] == '-';
    if (i == length) return 0;
    for (; i < length && text[i] >= '0' && text[i] <= '9'; ++i)
      if (written < 100000) written = 10 * written + (text[i] - '0');
    power += shrinks ? -written : written;
  }
  if (i != length) return 0;
  for (; count > 0 && digits[count - 1] == '0'; --count) ++power;
  if (count == 0) return number->digits[0] == 0;
  return count == strlen(number->digits) && memcmp(digits, number->digits, count) == 0 && power == number->power &&
         is_negative == number->is_negative;
}

{s}float {p}code_of_text_or_number(const char* text, const char* const* texts, const int32_t* codes, int32_t count,
                                   const {p}decimal* numbers, int32_t number_count, int32_t kept) {
  const size_t length = {p}trimmed(&text);
  const int32_t at = {p}find(text, length, 0, texts, length == 0 ? 0 : count);
  if (length == 0) return (float)(kept + 1);
  if (at >= 0) return (float)codes[at];
  for (int32_t i = 0; i < number_count; ++i)
    if ({p}is_same_number(text, length, numbers + i)) return (float)numbers[i].code;
  return (float)kept;
}
)";

const std::string_view kWordFunctions = R"(
// Words are runs of letters and digits; every byte beyond ASCII counts as a letter.
{s}int {p}is_word_byte(char c) {
  return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// 1 for each word that the text holds, 0 for the others.
{s}void {p}mark_words(const char* text, const char* const* words, const int32_t* places, int32_t count, int32_t width,
                      float* features) {
  for (int32_t i = 0; i < width; ++i) features[i] = 0;
  while (text && *text) {
    size_t length = 0;
    while ({p}is_word_byte(text[length])) ++length;
    if (length > 0) {
      const int32_t at = {p}find(text, length, 1, words, count);
      if (at >= 0) features[places[at]] = 1;
    }
    text += length > 0 ? length : 1;
  }
}
)";

const std::string_view kDatePieces = R"(
// The functions below take pieces off the front of a text.
{s}int {p}take(const char** text, char c) {
  if (**text != c) return 0;
  ++*text;
  return 1;
}

{s}int {p}take_blanks(const char** text) {
  const char* const before = *text;
  while (**text == ' ' || **text == '\t') ++*text;
  return *text != before;
}

// A number of `least` to `most` digits, of which no more may follow; -1 where there is none.
{s}int32_t {p}take_digits(const char** text, int least, int most) {
  int32_t value = 0;
  int count = 0;
  for (; **text >= '0' && **text <= '9'; ++*text, ++count) {
    if (count == most) return -1;
    value = 10 * value + (**text - '0');
  }
  return count < least ? -1 : value;
}

// Exactly `count` digits, whatever follows; -1 where they are not there.
{s}int32_t {p}take_fixed(const char** text, int count) {
  int32_t value = 0;
  for (; count > 0; --count, ++*text) {
    if (**text < '0' || **text > '9') return -1;
    value = 10 * value + (**text - '0');
  }
  return value;
}
)";

const std::string_view kMonthFunction = R"(
// "Mar", "march", "MAR."; -1 for no month.
{s}int32_t {p}take_month(const char** text) {
  static const char* const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                      "july",    "august",   "september", "october", "november", "december"};
  size_t length = 0;
  while (length < 10 && (((*text)[length] >= 'a' && (*text)[length] <= 'z') ||
                         ((*text)[length] >= 'A' && (*text)[length] <= 'Z')))
    ++length;
  for (int32_t month = 0; month < 12; ++month) {
    size_t i = 0;
    if (length != 3 && length != strlen(names[month])) continue;
    while (i < length && ((*text)[i] | 0x20) == names[month][i]) ++i;
    if (i < length) continue;
    *text += length;
    if (length == 3) {p}take(text, '.');
    return month + 1;
  }
  return -1;
}
)";

std::string date_parts_function(data::DatePattern pattern) {
  constexpr std::string_view kYearFirst = R"(
  date[0] = {p}take_digits(text, 4, 4);
  if (!{p}take(text, '{separator}')) return 0;
  date[1] = {p}take_digits(text, 1, 2);
  if (!{p}take(text, '{separator}')) return 0;
  date[2] = {p}take_digits(text, 1, 2);
  return 1;)";
  constexpr std::string_view kYearLast = R"(
  date[{first}] = {p}take_digits(text, 1, 2);
  if (!{p}take(text, '{separator}')) return 0;
  date[{second}] = {p}take_digits(text, 1, 2);
  if (!{p}take(text, '{separator}')) return 0;
  date[0] = {p}take_digits(text, 4, 4);
  return 1;)";
  constexpr std::string_view kDayNameYear = R"(
  int has_dash = 0;
  date[2] = {p}take_digits(text, 1, 2);
  has_dash = {p}take(text, '-');
  if (!has_dash) {
    {p}take(text, '.');
    if (!{p}take_blanks(text)) return 0;
  }
  date[1] = {p}take_month(text);
  if (has_dash ? !{p}take(text, '-') : !{p}take_blanks(text)) return 0;
  date[0] = {p}take_digits(text, 4, 4);
  return 1;)";
  constexpr std::string_view kNameDayYear = R"(
  int has_comma = 0;
  date[1] = {p}take_month(text);
  if (date[1] < 0 || !{p}take_blanks(text)) return 0;
  date[2] = {p}take_digits(text, 1, 2);
  has_comma = {p}take(text, ',');
  if (!{p}take_blanks(text) && !has_comma) return 0;
  date[0] = {p}take_digits(text, 4, 4);
  return 1;)";
  constexpr std::string_view kCompact = R"(
  date[0] = {p}take_fixed(text, 4);
  date[1] = date[0] < 0 ? -1 : {p}take_fixed(text, 2);
  date[2] = date[1] < 0 ? -1 : {p}take_digits(text, 2, 2);
  return 1;)";
  using enum data::DatePattern;
  const auto made = [&](std::string_view body, std::string_view separator = "", int first = 0,
                        int second = 0) {
    const std::string head = fmt::format(
        "\n// Year, month and day; 0 where they are not there.\n{{s}}int {{p}}parts_of_pattern_{}(const "
        "char** text, "
        "int32_t* date) {{",
        static_cast<int>(pattern));
    return head +
           with_places_filled(body,
                              [&](std::string_view place) -> std::optional<std::string> {
                                if (place == "separator") return std::string(separator);
                                if (place == "first") return fmt::to_string(first);
                                if (place == "second") return fmt::to_string(second);
                                return std::nullopt;
                              }) +
           "\n}\n";
  };
  switch (pattern) {
    case year_month_day_dashes:
      return made(kYearFirst, "-");
    case year_month_day_slashes:
      return made(kYearFirst, "/");
    case day_month_year_dots:
      return made(kYearLast, ".", 2, 1);
    case month_day_year_slashes:
      return made(kYearLast, "/", 1, 2);
    case day_month_year_slashes:
      return made(kYearLast, "/", 2, 1);
    case month_day_year_dashes:
      return made(kYearLast, "-", 1, 2);
    case day_month_year_dashes:
      return made(kYearLast, "-", 2, 1);
    case day_name_year:
      return made(kDayNameYear);
    case name_day_year:
      return made(kNameDayYear);
    case compact:
      return made(kCompact);
  }
  return "";
}

const std::string_view kDateFunctions = R"(
{s}int32_t {p}floor_divide(int32_t a, int32_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Days since 1970-01-01, or INT32_MIN when there is no such day. Years are counted from 1 March.
{s}int32_t {p}days_of(int32_t year, int32_t month, int32_t day) {
  static const int32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (year < 0 || month < 1 || month > 12 || day < 1) return INT32_MIN;
  if (day > lengths[month - 1] + (month == 2 && is_leap ? 1 : 0)) return INT32_MIN;
  if (month <= 2) --year;
  month += month <= 2 ? 9 : -3;
  return 365 * year + {p}floor_divide(year, 4) - {p}floor_divide(year, 100) + {p}floor_divide(year, 400) +
         (153 * month + 2) / 5 + day - 1 - 719468;
}

// The month, 0 to 11, of a day.
{s}int32_t {p}month_of(int32_t days) {
  const int32_t since = days + 719468;
  const int32_t day_of_era = since - 146097 * {p}floor_divide(since, 146097);
  const int32_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int32_t month = (5 * (day_of_era - (365 * year + year / 4 - year / 100)) + 2) / 153;
  return month < 10 ? month + 2 : month - 10;
}

// Seconds since midnight, less the stated distance to UTC, or INT32_MIN where there is no time. Parts of a second never
// change the hour.
{s}int32_t {p}take_time(const char** text) {
  int32_t hours = {p}take_digits(text, 1, 2), minutes = 0, seconds = 0;
  int is_east = 0;
  if (hours < 0 || hours > 23 || !{p}take(text, ':')) return INT32_MIN;
  minutes = {p}take_digits(text, 2, 2);
  if (minutes < 0 || minutes > 59) return INT32_MIN;
  seconds = 3600 * hours + 60 * minutes;
  if ({p}take(text, ':')) {
    const int32_t second = {p}take_digits(text, 2, 2);
    if (second < 0 || second > 59) return INT32_MIN;
    seconds += second;
    if ({p}take(text, '.')) {
      if (**text < '0' || **text > '9') return INT32_MIN;
      while (**text >= '0' && **text <= '9') ++*text;
    }
  }
  if ({p}take(text, 'Z')) return seconds;
  is_east = {p}take(text, '+');
  if (!is_east && !{p}take(text, '-')) return seconds;
  hours = {p}take_fixed(text, 2);
  if (hours < 0 || hours > 14) return INT32_MIN;
  {p}take(text, ':');
  minutes = {p}take_fixed(text, 2);
  if (minutes < 0 || minutes > 59) return INT32_MIN;
  return is_east ? seconds - 3600 * hours - 60 * minutes : seconds + 3600 * hours + 60 * minutes;
}

// Days since 1970-01-01, month 0-11, weekday 0-6 from Monday and, if `has_time` is not 0, hour 0-23 of a date; what
// stands for a missing one where there is no text. 0 for a text that is no date.
{s}int {p}read_date(const char* text, int (*take_parts)(const char**, int32_t*), int has_time, float* features) {
  int32_t date[3] = {-1, -1, -1}, days = 0, seconds = 0;
  if (text) {p}take_blanks(&text);
  if (!text || !*text) {
    features[0] = NAN;
    features[1] = 12;
    features[2] = 7;
    if (has_time) features[3] = 24;
    return 1;
  }
  if (!take_parts(&text, date)) return 0;
  days = {p}days_of(date[0], date[1], date[2]);
  if (days == INT32_MIN) return 0;
  if (*text == 'T' || *text == ' ' || *text == '\t') {
    if (!{p}take(&text, 'T')) {p}take_blanks(&text);
    if (*text || text[-1] == 'T') {
      seconds = {p}take_time(&text);
      if (seconds == INT32_MIN) return 0;
      {p}take_blanks(&text);
    }
  }
  if (*text) return 0;
  days += {p}floor_divide(seconds, 86400);
  seconds -= 86400 * {p}floor_divide(seconds, 86400);
  features[0] = (float)days;
  features[1] = (float){p}month_of(days);
  features[2] = (float)(((days + 3) % 7 + 7) % 7);
  if (has_time) features[3] = (float)(seconds / 3600);
  return 1;
}
)";

}  // namespace kette
