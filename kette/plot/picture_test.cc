// What gnuplot makes of charts.
#include "kette/plot/picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "kette/base/child_process.h"
#include "kette/base/error.h"

namespace kette::picture_test {
namespace {

class Picture : public testing::Test {
 protected:
  void SetUp() override {
    try {
      run_tool({"gnuplot", "gnuplot-nox"}, {"--version"}, "");
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
};

Chart waves() {
  Chart chart{
      .title = "it's <b> & \"q\" `touch kette-was-here` @x a_b {c} \\n größe",
      .x = {.label = "time_{s}"},
      .y = {.label = "f(x)"},
      .series = {{.name = "sine's"}, {.name = "'; print 1", .mark = Series::Mark::dashes, .color = 1}}};
  for (int i = 0; i <= 100; ++i) {
    const double x = 0.1 * i;
    for (Series& series : chart.series) series.x.push_back(x);
    chart.series[0].y.push_back(std::sin(x));
    chart.series[1].y.push_back(i == 50 ? NAN : std::cos(x));
  }
  return chart;
}

Chart hill(Field::Colors colors) {
  Chart chart{.title = "hill", .field = Field{.colors = colors, .label = "height", .levels = {0.5}}};
  Field& field = *chart.field;
  for (int i = 0; i < 20; ++i) field.x.push_back(i), field.y.push_back(i);
  for (const double y : field.y)
    for (const double x : field.x)
      field.values.push_back(std::exp(-(x - 9) * (x - 9) / 30 - (y - 9) * (y - 9) / 30));
  field.values[7] = NAN;
  if (colors == Field::Colors::classes)
    for (double& value : field.values) value = std::round(2 * value);
  chart.series.push_back({.name = "rows", .x = {3, 9}, .y = {3, 9}, .mark = Series::Mark::points});
  if (colors == Field::Colors::scale) chart.series.front().values = {0.1, 0.9};
  return chart;
}

/// Elements are closed in the order in which they were opened, and nothing but one of them stands in the
/// text.
bool is_well_formed(std::string_view xml) {
  std::vector<std::string> open;
  int roots = 0;
  while (true) {
    const size_t begin = xml.find('<');
    if (begin == std::string_view::npos) return open.empty() && roots == 1;
    const size_t end = xml.find('>', begin);
    if (end == std::string_view::npos) return false;
    const std::string_view tag = xml.substr(begin + 1, end - begin - 1);
    xml.remove_prefix(end + 1);
    if (tag.starts_with('?') || tag.starts_with('!')) continue;
    if (tag.find('<') != std::string_view::npos) return false;
    const bool closes = tag.starts_with('/');
    const std::string name(tag.substr(closes, tag.find_first_of(" \n\t/", 1) - closes));
    if (closes) {
      if (open.empty() || open.back() != std::string(tag.substr(1, tag.find_first_of(" \n", 1) - 1)))
        return false;
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      roots += open.empty();
      open.push_back(name);
    }
  }
}

uint32_t number_at(const std::string& png, size_t place) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<uint8_t>(png[place + i]);
  return number;
}

size_t widest(const std::string& text) {
  size_t most = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    most = std::max(
        most, static_cast<size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; })));
  return most;
}

TEST_F(Picture, as_svg_is_well_formed_and_holds_the_texts_as_they_are) {
  const std::string text = svg(waves());
  EXPECT_TRUE(is_well_formed(text)) << text.substr(0, 400);
  EXPECT_NE(text.find("width=\"900\" height=\"560\""), std::string::npos);
  for (const std::string part : {"it's &lt;b> &amp; \"q\" ", "`touch kette-was-here` @x a_b {c} \\n größe",
                                 "time_{s}", "f(x)", "sine's", "'; print 1"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  EXPECT_NE(text.find("<path"), std::string::npos);
}

TEST_F(Picture, of_two_charts_is_wider) {
  const std::vector<Chart> charts = {waves(), hill(Field::Colors::halves)};
  const std::string text = svg(charts);
  EXPECT_TRUE(is_well_formed(text));
  EXPECT_NE(text.find("width=\"1200\" height=\"560\""), std::string::npos);
  EXPECT_NE(text.find("hill"), std::string::npos);
}

TEST_F(Picture, as_png_has_the_size_that_was_promised) {
  for (const Chart& chart : {waves(), hill(Field::Colors::scale)}) {
    const std::string image = png(chart);
    ASSERT_GT(image.size(), 1000u);
    EXPECT_EQ(image.substr(0, 8), "\x89PNG\r\n\x1a\n");
    EXPECT_EQ(number_at(image, 16), 1800u);
    EXPECT_EQ(number_at(image, 20), 1120u);
  }
}

TEST_F(Picture, draws_fields_of_every_kind) {
  for (const auto colors : {Field::Colors::scale, Field::Colors::halves, Field::Colors::classes}) {
    const std::string text = svg(hill(colors));
    EXPECT_TRUE(is_well_formed(text));
    EXPECT_NE(text.find("<image"), std::string::npos);
    EXPECT_NE(sketch(hill(colors), 60, 20).find('o'), std::string::npos);
  }
}

TEST_F(Picture, levels_that_are_never_met_are_no_error) {
  Chart chart = hill(Field::Colors::scale);
  chart.field->levels = {7};
  EXPECT_TRUE(is_well_formed(svg(chart)));
}

TEST_F(Picture, of_one_value_everywhere_is_no_error) {
  Chart chart = hill(Field::Colors::scale);
  std::ranges::fill(chart.field->values, 3.0);
  EXPECT_TRUE(is_well_formed(svg(chart)));
  EXPECT_FALSE(sketch(chart, 60, 20).empty());
  EXPECT_TRUE(is_well_formed(svg({.series = {{.name = "one", .x = {1}, .y = {1}}}})));
}

TEST_F(Picture, of_a_field_without_a_number_shows_the_series) {
  for (const auto colors : {Field::Colors::scale, Field::Colors::halves, Field::Colors::classes}) {
    Chart chart = hill(colors);
    std::ranges::fill(chart.field->values, NAN);
    EXPECT_TRUE(is_well_formed(svg(chart)));
    EXPECT_NE(sketch(chart, 60, 20).find('o'), std::string::npos);
  }
}

TEST_F(Picture, as_a_sketch_is_plain_text_as_wide_as_asked_for) {
  for (const int columns : {60, 79, 100}) {
    const std::string text = sketch(waves(), columns, 24);
    EXPECT_LE(widest(text), static_cast<size_t>(columns)) << text;
    EXPECT_GT(widest(text), static_cast<size_t>(columns) / 2) << text;
    EXPECT_LE(std::ranges::count(text, '\n'), 24) << text;
    EXPECT_EQ(text.find_first_of("\x1b\f\t"), std::string::npos) << text;
    EXPECT_EQ(text.find(" \n"), std::string::npos) << text;
    for (const std::string part : {"sine's", "time_{s}", "**"})
      EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST_F(Picture, as_a_sketch_has_colours_when_asked_for_and_leaves_none_behind) {
  const std::string text = sketch(waves(), 79, 24, true);
  EXPECT_NE(text.find("\x1b[38;5;"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\x1b[0m\n")) << text;
  std::string plain = text;
  for (size_t code = 0; (code = plain.find('\x1b')) != std::string::npos;)
    plain.erase(code, plain.find('m', code) + 1 - code);
  EXPECT_NE(plain.substr(0, plain.find('\n')).find("it's"), std::string::npos)
      << plain;  // no empty lines first
  EXPECT_LE(widest(plain), 79u) << plain;
}

TEST_F(Picture, as_a_sketch_shows_charts_one_below_the_other) {
  Chart second = waves();
  second.title = "second";
  const std::vector<Chart> charts = {waves(), second};
  const std::string text = sketch(charts, 79, 24);
  EXPECT_LT(text.find("größe"), text.find("second"));
  EXPECT_GT(std::ranges::count(text, '\n'), 30);
}

TEST_F(Picture, the_same_chart_gives_the_same_bytes) { EXPECT_EQ(svg(waves()), svg(waves())); }

}  // namespace
}  // namespace kette::picture_test
