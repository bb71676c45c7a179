// Dates and times of day, as people and programs write them in tables.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kette::data {

/// A day of the proleptic Gregorian calendar (its rules hold before 1582 too); there is a year 0.
struct CivilDate {
  int64_t year = 1970;
  int month = 1, day = 1;  // 1 to 12, 1 to 31
  bool operator==(const CivilDate&) const = default;
};

/// Days from 1970-01-01 to the date, negative before; the date must exist.
int64_t days_of(const CivilDate& date);
/// The date that many days after 1970-01-01.
CivilDate date_of(int64_t days);
/// "2024-03-05"
std::string iso_date(int64_t days);

/// A moment; in UTC when the text states its distance to it, otherwise as the clock on the wall showed.
struct DateTime {
  int64_t days = 0;    // since 1970-01-01
  double seconds = 0;  // of the day, [0, 86400)
  bool operator==(const DateTime&) const = default;
};

/// The order and separators of a date. Its name shows it: year_month_day "YYYY-MM-DD", and so on.
enum class DatePattern {
  year_month_day_dashes,   // 2024-03-05
  year_month_day_slashes,  // 2024/03/05
  day_month_year_dots,     // 05.03.2024
  month_day_year_slashes,  // 03/05/2024
  day_month_year_slashes,  // 05/03/2024
  month_day_year_dashes,   // 03-05-2024
  day_month_year_dashes,   // 05-03-2024
  day_name_year,           // 05-Mar-2024, 5 March 2024
  name_day_year,           // Mar 5, 2024
  compact,                 // 20240305
};

struct DateFormat {
  DatePattern pattern = DatePattern::year_month_day_dashes;
  bool has_time = false;   // at least one text states a time of day
  bool ambiguous = false;  // day and month could be exchanged in every text
  bool operator==(const DateFormat&) const = default;
};

/// The format as a text that stays the same in later versions: "YYYY-MM-DD", "DD.MM.YYYY time".
std::string to_string(const DateFormat& format);
/// The inverse of to_string (what is ambiguous is not stored); throws Error for anything else.
DateFormat parse_date_format(std::string_view text);

/// The format in which every text is a date; nothing if there is none or no text. Of 05/03/2024 a first part
/// above 12 anywhere says that the day comes first, a second one above 12 that the month does; otherwise the
/// month comes first and the format is ambiguous. Parts separated by dots always start with the day. Eight
/// digits are a date only if `compact` is true.
std::optional<DateFormat> recognise_dates(std::span<const std::string_view> texts, bool compact = false);

/// Reads a date, blanks around it allowed; day and month may have one digit, the year has four. A time of day
/// may follow behind T or a blank: 12:30, 12:30:15, 12:30:15.5, each with Z, +01:00 or +0100. English names
/// of months in any case, whole or their first three letters. Nothing for any other text and for days that do
/// not exist.
std::optional<DateTime> parse_date(std::string_view text, const DateFormat& format);

}  // namespace kette::data
