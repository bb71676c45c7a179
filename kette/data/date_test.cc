#include "kette/data/date.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data::date_test {
namespace {

using Texts = std::vector<std::string_view>;

std::optional<std::string> format_of(const Texts& texts, bool compact = false) {
  const auto format = recognise_dates(texts, compact);
  return format ? std::optional(to_string(*format)) : std::nullopt;
}

std::optional<int64_t> days(std::string_view text, std::string_view format) {
  const auto moment = parse_date(text, parse_date_format(format));
  return moment ? std::optional(moment->days) : std::nullopt;
}

TEST(Date, counts_days_as_a_calendar_does) {
  // Independent: a calendar turned page by page from 1570-01-01, 400 years before day 0, to 2370.
  int64_t day = -146097;
  for (int64_t year = 1570; year < 2370; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; ++month)
      for (int d = 1; d <= lengths[month - 1]; ++d, ++day) {
        const CivilDate date{year, month, d};
        ASSERT_EQ(days_of(date), day) << year << "-" << month << "-" << d;
        ASSERT_EQ(date_of(day), date) << day;
        ASSERT_EQ(parse_date(iso_date(day), {}), (DateTime{day, 0})) << iso_date(day);
      }
  }
}

TEST(Date, knows_dates_from_elsewhere) {
  EXPECT_EQ(days_of({1970, 1, 1}), 0);
  EXPECT_EQ(days_of({2000, 3, 1}), 11017);
  EXPECT_EQ(days_of({1969, 12, 31}), -1);
  EXPECT_EQ(iso_date(19787), "2024-03-05");
  EXPECT_EQ(iso_date(-719528), "0000-01-01");
}

TEST(Date, recognises_how_a_column_is_written) {
  EXPECT_EQ(format_of({"2024-03-05", "1999-12-31"}), "YYYY-MM-DD");
  EXPECT_EQ(format_of({"2024-03-05", "2024-03-05T12:30"}), "YYYY-MM-DD time");
  EXPECT_EQ(format_of({"2024/03/05", " 2024/3/5 "}), "YYYY/MM/DD");
  EXPECT_EQ(format_of({"05.03.2024", "1.1.2024"}), "DD.MM.YYYY");
  EXPECT_EQ(format_of({"05-Mar-2024", "17-dec-1999"}), "DD-Mon-YYYY");
  EXPECT_EQ(format_of({"5 March 2024", "17. Dec 1999"}), "DD-Mon-YYYY");
  EXPECT_EQ(format_of({"Mar 5, 2024", "December 17, 1999 23:59"}), "Mon DD, YYYY time");
  EXPECT_EQ(format_of({"20240305"}, true), "YYYYMMDD");
  EXPECT_EQ(format_of({"20240305"}), std::nullopt);
}

TEST(Date, finds_out_whether_the_day_or_the_month_comes_first) {
  EXPECT_EQ(format_of({"05/03/2024", "13/03/2024"}), "DD/MM/YYYY");
  EXPECT_EQ(format_of({"05/03/2024", "03/13/2024"}), "MM/DD/YYYY");
  EXPECT_EQ(format_of({"13/03/2024", "03/13/2024"}), std::nullopt);
  EXPECT_EQ(format_of({"05-03-2024", "31-03-2024"}), "DD-MM-YYYY");
  const auto unclear = recognise_dates(Texts{"05/03/2024", "01/02/2024"});
  ASSERT_TRUE(unclear);
  EXPECT_EQ(unclear->pattern, DatePattern::month_day_year_slashes);
  EXPECT_TRUE(unclear->ambiguous);
  EXPECT_FALSE(recognise_dates(Texts{"05/13/2024"})->ambiguous);
}

TEST(Date, one_text_that_is_no_date_means_no_dates) {
  EXPECT_EQ(format_of({}), std::nullopt);
  EXPECT_EQ(format_of({"2024-03-05", "unknown"}), std::nullopt);
  EXPECT_EQ(format_of({"2024-03"}), std::nullopt);
  EXPECT_EQ(format_of({"12:30"}), std::nullopt);
  EXPECT_EQ(format_of({"1.2.3"}), std::nullopt);
  EXPECT_EQ(format_of({"192.168.1.1"}), std::nullopt);
}

TEST(Date, the_same_day_in_every_format) {
  EXPECT_EQ(days("2024-03-05", "YYYY-MM-DD"), 19787);
  EXPECT_EQ(days("2024/03/05", "YYYY/MM/DD"), 19787);
  EXPECT_EQ(days("05.03.2024", "DD.MM.YYYY"), 19787);
  EXPECT_EQ(days("5/3/2024", "DD/MM/YYYY"), 19787);
  EXPECT_EQ(days("3/5/2024", "MM/DD/YYYY"), 19787);
  EXPECT_EQ(days("05-03-2024", "DD-MM-YYYY"), 19787);
  EXPECT_EQ(days("03-05-2024", "MM-DD-YYYY"), 19787);
  EXPECT_EQ(days("05-Mar-2024", "DD-Mon-YYYY"), 19787);
  EXPECT_EQ(days("MARCH 5, 2024", "Mon DD, YYYY"), 19787);
  EXPECT_EQ(days("20240305", "YYYYMMDD"), 19787);
}

TEST(Date, refuses_days_that_do_not_exist) {
  EXPECT_EQ(days("31.02.2024", "DD.MM.YYYY"), std::nullopt);
  EXPECT_EQ(days("29.02.2023", "DD.MM.YYYY"), std::nullopt);
  EXPECT_TRUE(days("29.02.2024", "DD.MM.YYYY"));
  EXPECT_EQ(days("29.02.1900", "DD.MM.YYYY"), std::nullopt);
  EXPECT_TRUE(days("29.02.2000", "DD.MM.YYYY"));
  for (const char* text : {"2024-00-10", "2024-13-10", "2024-04-31", "2024-04-00", "24-04-01", "12024-04-01",
                           "2024-04-01x", "2024-04-01 ", "", "-", "2024-04-01T", "2024-04-01T24:00",
                           "2024-04-01T12:60", "2024-04-01T12", "2024-04-01T12:30:61", "2024-04-01T12:30.5",
                           "2024-04-01T12:30+25:00", "2024-04-01T12:30:15.", "2024-04-01T12:30+1"})
    EXPECT_EQ(days(text, "YYYY-MM-DD").has_value(), std::string_view(text) == "2024-04-01 ") << text;
}

TEST(Date, reads_times_of_day_and_their_distance_to_utc) {
  const auto moment = [](std::string_view text) { return parse_date(text, {}).value(); };
  EXPECT_EQ(moment("2024-03-05T12:30"), (DateTime{19787, 45000}));
  EXPECT_EQ(moment("2024-03-05 12:30:15.5"), (DateTime{19787, 45015.5}));
  EXPECT_EQ(moment("2024-03-05T12:30Z"), (DateTime{19787, 45000}));
  EXPECT_EQ(moment("2024-03-05T00:30+01:00"), (DateTime{19786, 84600}));
  EXPECT_EQ(moment("2024-03-05T23:30-0100"), (DateTime{19788, 1800}));
}

TEST(Date, formats_read_back_from_their_text) {
  for (const char* text : {"YYYY-MM-DD", "YYYY/MM/DD", "DD.MM.YYYY", "MM/DD/YYYY", "DD/MM/YYYY", "MM-DD-YYYY",
                           "DD-MM-YYYY", "DD-Mon-YYYY", "Mon DD, YYYY", "YYYYMMDD"})
    for (const std::string& whole : {std::string(text), std::string(text) + " time"})
      EXPECT_EQ(to_string(parse_date_format(whole)), whole);
  EXPECT_THROW(parse_date_format("YY-MM-DD"), Error);
  EXPECT_THROW(parse_date_format(" time"), Error);
}

TEST(Date, any_text_is_refused_or_read_but_never_crashes) {
  constexpr uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  const Random random(kSeed, 0);
  const std::string_view alphabet("0129-/.:TZ+ ,MarchDec\0\xff", 23);
  uint64_t at = 0;
  int64_t read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = i % 2 == 0 ? "" : "2024-03-05T12:30:15.25+01:00";
    const uint64_t changes = random.below(12, at++);
    for (uint64_t c = 0; c < changes; ++c) {
      const char letter = alphabet[static_cast<size_t>(random.below(alphabet.size(), at++))];
      const auto place = static_cast<size_t>(random.below(text.size() + 1, at++));
      if (i % 2 == 0 || place == text.size())
        text.insert(place, 1, letter);
      else
        text[place] = letter;
    }
    const std::string_view view = text;
    if (const auto format = recognise_dates({&view, 1}, true)) {
      const auto moment = parse_date(text, *format);
      ASSERT_TRUE(moment) << text;
      ASSERT_GE(moment->seconds, 0) << text;
      ASSERT_LT(moment->seconds, 86400) << text;
      ++read;
    }
  }
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace kette::data::date_test
