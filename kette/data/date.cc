#include "kette/data/date.h"

#include <array>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"

namespace kette::data {
namespace {

constexpr int64_t kDaysOfEra = 146097;    // 400 years, after which the calendar repeats
constexpr int64_t kDaysToEpoch = 719468;  // from 0000-03-01 to 1970-01-01
constexpr double kSecondsOfDay = 86400;

constexpr std::string_view kTime = " time";

struct PatternName {
  DatePattern pattern;
  std::string_view name;
};

// Of two patterns that read the same texts the first is preferred.
constexpr std::array<PatternName, 10> kPatterns = {{
    {DatePattern::year_month_day_dashes, "YYYY-MM-DD"},
    {DatePattern::year_month_day_slashes, "YYYY/MM/DD"},
    {DatePattern::day_month_year_dots, "DD.MM.YYYY"},
    {DatePattern::month_day_year_slashes, "MM/DD/YYYY"},
    {DatePattern::day_month_year_slashes, "DD/MM/YYYY"},
    {DatePattern::month_day_year_dashes, "MM-DD-YYYY"},
    {DatePattern::day_month_year_dashes, "DD-MM-YYYY"},
    {DatePattern::day_name_year, "DD-Mon-YYYY"},
    {DatePattern::name_day_year, "Mon DD, YYYY"},
    {DatePattern::compact, "YYYYMMDD"},
}};

constexpr std::array<std::string_view, 12> kMonths = {"january",   "february", "march",    "april",
                                                      "may",       "june",     "july",     "august",
                                                      "september", "october",  "november", "december"};

bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_of_month(int64_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays.at(static_cast<size_t>(month - 1));
}

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Takes pieces off the front of a text; each returns whether, or what, it found.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool blanks() {
    const size_t before = rest_.size();
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    return rest_.size() < before;
  }
  /// A number of `least` to `most` digits, of which no more may follow.
  std::optional<int> digits(size_t least, size_t most) {
    int value = 0;
    size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      if (count == most) return std::nullopt;
      value = 10 * value + (rest_[count] - '0');
    }
    if (count < least) return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }
  /// Exactly `count` digits, whatever follows.
  std::optional<int> fixed(size_t count) {
    if (rest_.size() < count) return std::nullopt;
    Reader part(rest_.substr(0, count));
    const auto value = part.digits(count, count);
    if (value) rest_.remove_prefix(count);
    return value;
  }
  /// "Mar", "march", "MAR."
  std::optional<int> month_name() {
    std::string word;
    while (word.size() < rest_.size() && word.size() < 10) {
      const char c = static_cast<char>(rest_[word.size()] | 0x20);
      if (c < 'a' || c > 'z') break;
      word += c;
    }
    for (size_t i = 0; i < kMonths.size(); ++i) {
      if (word != kMonths.at(i) && word != kMonths.at(i).substr(0, 3)) continue;
      rest_.remove_prefix(word.size());
      if (word.size() == 3) take('.');
      return static_cast<int>(i) + 1;
    }
    return std::nullopt;
  }
  /// The fraction of a second behind its point; digits past the ninth are read and left out.
  std::optional<double> fraction() {
    double value = 0, unit = 0.1;
    size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count, unit /= 10)
      if (count < 9) value += unit * (rest_[count] - '0');
    if (count == 0) return std::nullopt;
    rest_.remove_prefix(count);
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<CivilDate> civil(std::optional<int> year, std::optional<int> month, std::optional<int> day) {
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  if (*day > days_of_month(*year, *month)) return std::nullopt;
  return CivilDate{*year, *month, *day};
}

std::optional<CivilDate> year_first(Reader& reader, char separator) {
  const auto year = reader.digits(4, 4);
  if (!year || !reader.take(separator)) return std::nullopt;
  const auto month = reader.digits(1, 2);
  if (!month || !reader.take(separator)) return std::nullopt;
  return civil(year, month, reader.digits(1, 2));
}

std::optional<CivilDate> year_last(Reader& reader, char separator, bool day_first) {
  const auto first = reader.digits(1, 2);
  if (!first || !reader.take(separator)) return std::nullopt;
  const auto second = reader.digits(1, 2);
  if (!second || !reader.take(separator)) return std::nullopt;
  const auto year = reader.digits(4, 4);
  return day_first ? civil(year, second, first) : civil(year, first, second);
}

std::optional<CivilDate> day_name_year(Reader& reader) {
  const auto day = reader.digits(1, 2);
  const bool dash = reader.take('-');
  if (!dash) {
    reader.take('.');
    if (!reader.blanks()) return std::nullopt;
  }
  const auto month = reader.month_name();
  if (dash ? !reader.take('-') : !reader.blanks()) return std::nullopt;
  return civil(reader.digits(4, 4), month, day);
}

std::optional<CivilDate> name_day_year(Reader& reader) {
  const auto month = reader.month_name();
  if (!month || !reader.blanks()) return std::nullopt;
  const auto day = reader.digits(1, 2);
  const bool comma = reader.take(',');
  if (!reader.blanks() && !comma) return std::nullopt;
  return civil(reader.digits(4, 4), month, day);
}

std::optional<CivilDate> compact_date(Reader& reader) {
  const auto year = reader.fixed(4);
  const auto month = reader.fixed(2);
  return civil(year, month, reader.digits(2, 2));
}

std::optional<CivilDate> read_date(Reader& reader, DatePattern pattern) {
  switch (pattern) {
    case DatePattern::year_month_day_dashes:
      return year_first(reader, '-');
    case DatePattern::year_month_day_slashes:
      return year_first(reader, '/');
    case DatePattern::day_month_year_dots:
      return year_last(reader, '.', true);
    case DatePattern::month_day_year_slashes:
      return year_last(reader, '/', false);
    case DatePattern::day_month_year_slashes:
      return year_last(reader, '/', true);
    case DatePattern::month_day_year_dashes:
      return year_last(reader, '-', false);
    case DatePattern::day_month_year_dashes:
      return year_last(reader, '-', true);
    case DatePattern::day_name_year:
      return day_name_year(reader);
    case DatePattern::name_day_year:
      return name_day_year(reader);
    case DatePattern::compact:
      return compact_date(reader);
  }
  return std::nullopt;
}

/// Seconds since midnight, less the stated distance to UTC; may fall outside the day.
std::optional<double> read_time(Reader& reader) {
  const auto hour = reader.digits(1, 2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.digits(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  double seconds = 3600.0 * *hour + 60.0 * *minute;
  if (reader.take(':')) {
    const auto second = reader.digits(2, 2);
    if (!second || *second > 59) return std::nullopt;
    seconds += *second;
    if (reader.take('.')) {
      const auto fraction = reader.fraction();
      if (!fraction) return std::nullopt;
      seconds += *fraction;
    }
  }
  if (reader.take('Z')) return seconds;
  const bool east = reader.take('+');
  if (!east && !reader.take('-')) return seconds;
  const auto hours = reader.fixed(2);
  reader.take(':');
  const auto minutes = reader.fixed(2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  const double offset = 3600.0 * *hours + 60.0 * *minutes;
  return east ? seconds - offset : seconds + offset;
}

struct Reading {
  DateTime moment;
  bool has_time = false;
};

std::optional<Reading> read(std::string_view text, DatePattern pattern) {
  Reader reader(trim_blanks(text));
  const std::optional<CivilDate> date = read_date(reader, pattern);
  if (!date) return std::nullopt;
  Reading reading{{days_of(*date), 0}, false};
  if (reader.at_end()) return reading;
  if (!reader.take('T') && !reader.blanks()) return std::nullopt;
  const std::optional<double> seconds = read_time(reader);
  if (!seconds || !reader.at_end()) return std::nullopt;
  const double days = std::floor(*seconds / kSecondsOfDay);
  reading.moment.days += static_cast<int64_t>(days);
  reading.moment.seconds = *seconds - days * kSecondsOfDay;
  reading.has_time = true;
  return reading;
}

/// Whether all texts are dates of the pattern, and whether one of them states a time.
std::optional<bool> all_match(std::span<const std::string_view> texts, DatePattern pattern) {
  bool has_time = false;
  for (const std::string_view text : texts) {
    const auto reading = read(text, pattern);
    if (!reading) return std::nullopt;
    has_time |= reading->has_time;
  }
  return has_time;
}

/// The pattern that differs by day and month being exchanged.
std::optional<DatePattern> exchanged(DatePattern pattern) {
  if (pattern == DatePattern::month_day_year_slashes) return DatePattern::day_month_year_slashes;
  if (pattern == DatePattern::month_day_year_dashes) return DatePattern::day_month_year_dashes;
  return std::nullopt;
}

}  // namespace

// Years are counted from 1 March: the day that leap years add is then the last of its year, and the months
// have 31, 30, 31, 30, 31 days in turn, twice and a bit, which (153·m + 2) / 5 sums up.
int64_t days_of(const CivilDate& date) {
  const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const int64_t month = date.month <= 2 ? date.month + 9 : date.month - 3;
  const int64_t leap_days = floor_divide(year, 4) - floor_divide(year, 100) + floor_divide(year, 400);
  return 365 * year + leap_days + (153 * month + 2) / 5 + date.day - 1 - kDaysToEpoch;
}

CivilDate date_of(int64_t days) {
  const int64_t since = days + kDaysToEpoch;
  const int64_t era = floor_divide(since, kDaysOfEra);
  const int64_t day_of_era = since - era * kDaysOfEra;
  // Less the leap days before it, a day belongs to year day / 365.
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (kDaysOfEra - 1)) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  const int64_t year = year_of_era + 400 * era;
  return month < 10 ? CivilDate{year, static_cast<int>(month) + 3, day}
                    : CivilDate{year + 1, static_cast<int>(month) - 9, day};
}

std::string iso_date(int64_t days) {
  const CivilDate date = date_of(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string to_string(const DateFormat& format) {
  std::string text;
  for (const PatternName& known : kPatterns)
    if (known.pattern == format.pattern) text = known.name;
  return format.has_time ? text.append(kTime) : text;
}

DateFormat parse_date_format(std::string_view text) {
  std::string_view name = text;
  DateFormat format;
  format.has_time = name.ends_with(kTime);
  if (format.has_time) name.remove_suffix(kTime.size());
  for (const PatternName& known : kPatterns) {
    if (known.name != name) continue;
    format.pattern = known.pattern;
    return format;
  }
  fail("[date] unknown format {}; expected one such as \"YYYY-MM-DD\" or \"DD.MM.YYYY time\"", quote(text));
}

std::optional<DateFormat> recognise_dates(std::span<const std::string_view> texts, bool compact) {
  if (texts.empty()) return std::nullopt;
  for (const PatternName& known : kPatterns) {
    if (known.pattern == DatePattern::compact && !compact) continue;
    const std::optional<bool> has_time = all_match(texts, known.pattern);
    if (!has_time) continue;
    const auto other = exchanged(known.pattern);
    return DateFormat{known.pattern, *has_time, other && all_match(texts, *other)};
  }
  return std::nullopt;
}

std::optional<DateTime> parse_date(std::string_view text, const DateFormat& format) {
  const auto reading = read(text, format.pattern);
  return reading ? std::optional(reading->moment) : std::nullopt;
}

}  // namespace kette::data
