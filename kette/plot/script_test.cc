#include "kette/plot/script.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/base/error.h"

namespace kette::script_test {
namespace {

std::string script(const Chart& chart, const Canvas& canvas = {}) {
  return gnuplot_script(std::span(&chart, 1), canvas);
}

Chart line(std::vector<double> x, std::vector<double> y) {
  return {.series = {{.name = "f", .x = std::move(x), .y = std::move(y)}}};
}

std::string refusal(const Chart& chart) {
  try {
    script(chart);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

void expect_line(const std::string& text, const std::string& line) {
  EXPECT_NE(text.find(line + '\n'), std::string::npos) << line << "\nis not in\n" << text;
}

TEST(GnuplotText, replaces_nothing_that_gnuplot_would_read_as_its_own) {
  EXPECT_EQ(gnuplot_text("'it's' @x a_b^{c} $d"), "\"'it's' @x a_b^{c} $d\"");
  EXPECT_EQ(gnuplot_text("\"a\\nb\" `date`"), "\"\\042a\\134nb\\042 \\140date\\140\"");
  EXPECT_EQ(gnuplot_text("two\nlines\tand \x7f"), "\"two lines and  \"");
  EXPECT_EQ(gnuplot_text("größe′"), "\"größe′\"");
  EXPECT_EQ(gnuplot_text(""), "\"\"");
}

TEST(GnuplotScript, holds_the_numbers) {
  const std::string text = script(line({-1, 0.1, 1e300}, {2, -3.25, 5e-7}));
  EXPECT_NE(text.find("$chart1_1 << END\n-1 2\n0.1 -3.25\n1e+300 5e-07\nEND\n"), std::string::npos) << text;
  EXPECT_NE(text.find("plot $chart1_1 using 1:2 with lines"), std::string::npos) << text;
  EXPECT_NE(text.find("title \"f\""), std::string::npos) << text;
}

TEST(GnuplotScript, leaves_a_gap_where_a_number_is_not_finite) {
  const std::string text = script(line({0, 1, 2, 3, 4, 5, 6}, {NAN, 1, NAN, INFINITY, 4, -INFINITY, 6}));
  EXPECT_NE(text.find("<< END\n1 1\n\n4 4\n\n6 6\nEND\n"), std::string::npos) << text;
}

TEST(GnuplotScript, leaves_a_gap_where_a_logarithm_is_not_finite) {
  Chart chart = line({0, 1, 2}, {1, 0, 3});
  chart.y.is_logarithmic = true;
  const std::string text = script(chart);
  EXPECT_NE(text.find("<< END\n0 1\n\n2 3\nEND\n"), std::string::npos) << text;
  expect_line(text, "set logscale y");
  expect_line(text, "unset logscale x");
}

TEST(GnuplotScript, labels_a_short_logarithmic_axis_at_more_than_powers_of_ten) {
  Chart chart = line({0, 1, 2}, {0.3, 1.5, 3});
  chart.y.is_logarithmic = true;
  expect_line(script(chart), "set ytics (0.5, 1, 2)");
  chart.series[0].y[2] = 1e6;
  EXPECT_EQ(script(chart).find("set ytics ("), std::string::npos);
}

TEST(GnuplotScript, a_logarithmic_axis_may_begin_at_the_least_numbers) {
  Chart chart = line({0, 1, 2}, {5e-324, 1e-323, 4e-322});
  chart.y.is_logarithmic = true;
  expect_line(script(chart), "set logscale y");
  chart.y.to = 1e-323;
  expect_line(script(chart), "set logscale y");
}

TEST(GnuplotScript, tells_numbers_next_to_each_other_apart) {
  const double next = std::nextafter(1, 2);
  Chart chart = line({1, next}, {next, 1});
  chart.x = {.from = 1, .to = next};
  chart.field = {.x = {1, next}, .y = {1, next}, .values = {1, next, 1, next}};
  chart.field->levels = {next};
  const std::string text = script(chart);
  expect_line(text, "1 1.0000000000000002");
  expect_line(text, "1.0000000000000002 1");
  expect_line(text, "1.0000000000000002 1 1.0000000000000002");
  expect_line(text, "set xrange [1:1.0000000000000002]");
  expect_line(text, "set cbrange [1:1.0000000000000002]");
  expect_line(text, "set cntrparam levels discrete 1.0000000000000002");
}

TEST(GnuplotScript, a_field_without_a_number_is_coloured_from_0_to_1) {
  for (const Field::Colors colors : {Field::Colors::scale, Field::Colors::halves, Field::Colors::classes}) {
    Chart chart = line({0, 1}, {0, 1});
    chart.field = {.x = {0, 1}, .y = {0, 1}, .values = {NAN, NAN, INFINITY, -INFINITY}, .colors = colors};
    expect_line(script(chart), "set cbrange [0:1]");
    const std::string sketched = script(chart, {.kind = Canvas::Kind::text});
    EXPECT_EQ(sketched.find("$chart1_field"), std::string::npos) << sketched;
  }
}

TEST(GnuplotScript, switches_markup_in_texts_off) {
  for (const Canvas::Kind kind : {Canvas::Kind::svg, Canvas::Kind::png, Canvas::Kind::text})
    EXPECT_NE(script(line({0, 1}, {0, 1}), {.kind = kind}).find(" noenhanced "), std::string::npos);
}

TEST(GnuplotScript, draws_axes_as_far_as_asked_for) {
  Chart chart = line({0, 1}, {0, 1});
  chart.x = {.label = "z", .from = -2};
  chart.y = {.label = "it's", .from = 0, .to = 0.5};
  const std::string text = script(chart);
  expect_line(text, "set xlabel \"z\"");
  expect_line(text, "set xrange [-2:*]");
  expect_line(text, "set ylabel \"it's\"");
  expect_line(text, "set yrange [0:0.5]");
}

TEST(GnuplotScript, a_field_lies_below_the_series_and_ends_where_its_cells_end) {
  Chart chart = line({0, 1}, {0, 1});
  chart.field = {
      .x = {0, 1, 2}, .y = {10, 20}, .values = {1, 2, 3, 4, NAN, 6}, .label = "value", .levels = {2.5}};
  const std::string text = script(chart);
  EXPECT_NE(text.find("<< END\n0 10 1\n1 10 2\n2 10 3\n\n0 20 4\n1 20 NaN\n2 20 6\n\nEND\n"),
            std::string::npos)
      << text;
  expect_line(text, "set xrange [-0.5:2.5]");
  expect_line(text, "set yrange [5:25]");
  expect_line(text, "set cbrange [1:6]");
  expect_line(text, "set cblabel \"value\"");
  expect_line(text, "set cntrparam levels discrete 2.5");
  EXPECT_LT(text.find("with image"), text.find("with lines lw 2.2 dt 1 lc rgb '#0072b2'"));
}

TEST(GnuplotScript, classes_have_one_pale_colour_each_and_stand_once_in_the_legend) {
  Chart chart = {.series = {{.name = "b", .x = {0}, .y = {0}, .mark = Series::Mark::points, .color = 1}}};
  chart.field = {.x = {0, 1},
                 .y = {0, 1},
                 .values = {0, 1, 2, 2},
                 .colors = Field::Colors::classes,
                 .names = {"a", "b", "c"}};
  const std::string text = script(chart);
  expect_line(text, "set cbrange [0:2]");
  expect_line(text, "unset colorbox");
  for (const std::string name : {"title \"a\"", "title \"b\"", "title \"c\""}) {
    const size_t first = text.find(name);
    ASSERT_NE(first, std::string::npos) << name;
    EXPECT_EQ(text.find(name, first + 1), std::string::npos) << name << " stands there twice";
  }
}

TEST(GnuplotScript, of_a_text_canvas_draws_a_field_by_characters) {
  Chart chart;
  chart.field = {.x = {0, 1},
                 .y = {0, 1},
                 .values = {0.2, 0.4, 0.6, NAN},
                 .colors = Field::Colors::halves,
                 .from = 0,
                 .to = 1,
                 .names = {"no", "yes"}};
  const std::string text = script(chart, {.kind = Canvas::Kind::text, .width = 60, .height = 20});
  EXPECT_NE(text.find("<< END\n0 0\n1 0\nEND\n"), std::string::npos) << text;
  EXPECT_NE(text.find("<< END\n0 1\nEND\n"), std::string::npos) << text;
  EXPECT_NE(text.find("pt \".\""), std::string::npos) << text;
  EXPECT_NE(text.find("title \" yes\""), std::string::npos) << text;
  EXPECT_EQ(text.find("with image"), std::string::npos) << text;
}

TEST(GnuplotScript, a_line_of_one_point_is_drawn_as_a_point) {
  EXPECT_NE(script(line({1}, {2})).find("with points"), std::string::npos);
}

TEST(GnuplotScript, puts_several_charts_side_by_side) {
  const std::vector<Chart> charts = {line({0, 1}, {0, 1}), line({0, 1}, {1, 0}), line({0, 1}, {1, 1})};
  const std::string text = gnuplot_script(charts, {});
  expect_line(text, "set multiplot layout 2,2");
  EXPECT_NE(text.find("$chart3_1 << END"), std::string::npos);
}

TEST(GnuplotScript, refuses_what_cannot_be_drawn) {
  EXPECT_EQ(refusal(line({0, 1}, {NAN, NAN})), "there is nothing to draw: no value is finite");
  EXPECT_EQ(refusal({}), "there is nothing to draw: no value is finite");
  Chart chart = line({0, 1}, {-1, 0});
  chart.y.is_logarithmic = true;
  EXPECT_EQ(refusal(chart), "there is nothing to draw: no value is finite and above 0");
  EXPECT_EQ(refusal(line({0, 1}, {0})), "[plot] 2 x for 1 y");
  chart = line({0, 1}, {0, 1});
  chart.x.from = 3, chart.x.to = 3;
  EXPECT_EQ(refusal(chart), "[plot] an axis from 3 to 3 has no length");
  chart = {.field = Field{.x = {0, 1}, .y = {0, 1}, .values = {1}}};
  EXPECT_EQ(refusal(chart), "[plot] 1 values for a field of 2 × 2");
  chart.field->values = {1, 2, 3, 4};
  chart.y.is_logarithmic = true;
  EXPECT_EQ(refusal(chart), "[plot] a field has no logarithmic axes");
  EXPECT_THROW(gnuplot_script({}, {}), Error);
}

}  // namespace
}  // namespace kette::script_test
