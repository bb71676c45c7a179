// Functions: activations by name, formulas.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "kette/autodiff/gradient.h"
#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/formula_argument.h"
#include "kette/cli/plot.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"
#include "kette/nn/activation.h"
#include "kette/symbolic/formula.h"
#include "kette/symbolic/point.h"

namespace kette::cli {
namespace {

constexpr std::string_view kAll = "activations";
constexpr std::array kTaught = {Activation::sigmoid, Activation::tanh, Activation::hardtanh,
                                Activation::relu};
constexpr double kFrom = -4, kTo = 4;
constexpr size_t kMostWidths = 5;         // of lines that lie above each other
constexpr size_t kFunctionCells = 120;    // of a surface each way
constexpr size_t kFunctionSamples = 801;  // 0 among them where the range is symmetric

/// A graph from one or two f64 scalars to one.
struct Function {
  std::string name;
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  std::vector<Value> variables = {};
  Value value = {};
};

Function activation_function(Activation activation) {
  Function f{std::string(to_string(activation))};
  f.variables = {f.graph->input("z", Shape({}, DType::f64))};
  f.value = apply(activation, f.variables.front());
  return f;
}

Function formula_function(const std::string& text) {
  Function f{std::string(data::trim_blanks(text))};
  f.value = formula_argument(f.name, *f.graph);
  f.variables = variables_of(f.value);
  std::ranges::sort(f.variables, {}, [](Value v) { return v.name(); });
  if (f.variables.empty())
    throw UsageError(fmt::format("{} has no variable: it is the same everywhere", data::quote(f.name)));
  if (f.variables.size() > 2) {
    std::vector<std::string> names;
    for (const Value variable : f.variables) names.push_back(variable.name());
    throw UsageError(fmt::format("{} has the variables {}; one or two can be drawn", data::quote(f.name),
                                 fmt::join(names, ", ")));
  }
  return f;
}

/// Nothing but letters: a name. As a formula it would be a variable, which nobody wants to see.
bool is_long_name(std::string_view word) {
  return word.size() > 1 && std::ranges::all_of(word, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
         });
}

std::vector<Function> functions_of(const std::vector<std::string>& words) {
  std::vector<std::string> names = names_in(activations());
  std::vector<Function> functions;
  for (const std::string& word : words) {
    if (word == kAll) {
      for (const Activation activation : kTaught) functions.push_back(activation_function(activation));
    } else if (std::ranges::find(names, word) != names.end()) {
      functions.push_back(activation_function(parse_activation(word)));
    } else if (is_long_name(word)) {
      names.emplace_back(kAll);
      throw UsageError(fmt::format("there is neither an activation nor a file {}{} (see kette plot --help)",
                                   data::quote(word), suggestion(word, names)));
    } else {
      functions.push_back(formula_function(word));
    }
  }
  return functions;
}

std::vector<double> values_at(Value value, Value variable, const std::vector<double>& places) {
  std::vector<double> values;
  for (const double place : places) values.push_back(value_at(value, {{variable.name(), place}}));
  return values;
}

/// Without the few values that are far from all the others, as next to a pole: {} where there are none.
std::optional<std::pair<double, double>> bulk_of(const std::vector<Series>& series) {
  constexpr double kFar = 10;  // times the height of the middle nine tenths
  std::vector<double> values;
  for (const Series& one : series)
    std::ranges::copy_if(one.y, std::back_inserter(values), [](double y) { return std::isfinite(y); });
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
  };
  const double low = at(0.05), high = at(0.95), margin = 0.25 * (high - low);
  if (!(high > low) || values.back() - values.front() < kFar * (high - low)) return {};
  return std::pair{std::max(values.front(), low - margin), std::min(values.back(), high + margin)};
}

/// No line from one side of a pole to the other.
void cut_at_poles(Series& series, double low, double high) {
  for (size_t i = 0; i + 1 < series.y.size(); ++i) {
    double& y = series.y[i];
    const double next = series.y[i + 1];
    if ((y < low && next > high) || (y > high && next < low)) y = NAN;
  }
}

void fit(Chart& chart, const PlotFlags& flags) {
  chart.y.from = flags.y_from;
  chart.y.to = flags.y_to;
  if (flags.y_from || flags.y_to || chart.y.is_logarithmic) return;
  const auto bulk = bulk_of(chart.series);
  if (!bulk) return;
  std::tie(chart.y.from, chart.y.to) = *bulk;
  for (Series& series : chart.series) cut_at_poles(series, bulk->first, bulk->second);
}

// Two variables
// ------------------------------------------------------------------------------------------------------

Chart surface_of(const Function& f, double from, double to, const PlotFlags& flags) {
  const Value a = f.variables[0], b = f.variables[1];
  const double y_from = flags.y_from.value_or(from), y_to = flags.y_to.value_or(to);
  check_range(b.name(), y_from, y_to);
  Field field{
      .x = middles(from, to, kFunctionCells),
      .y = middles(y_from, y_to, kFunctionCells),
  };
  for (const double y : field.y)
    for (const double x : field.x) field.values.push_back(value_at(f.value, {{a.name(), x}, {b.name(), y}}));
  double least = INFINITY, most = -INFINITY;
  for (const double value : field.values)
    if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
  if (const auto bulk = bulk_of({Series{.y = field.values}})) std::tie(least, most) = *bulk;
  if (least < most) field.from = least, field.to = most;
  field.levels = round_levels(least, most);
  return {.title = f.name,
          .x = {.label = a.name(), .from = from, .to = to},
          .y = {.label = b.name(), .from = y_from, .to = y_to},
          .field = std::move(field)};
}

/// "x", or of several functions "x, z"
std::string names_of_axis(const std::vector<Function>& functions) {
  std::vector<std::string> names;
  for (const Function& f : functions)
    if (const std::string& name = f.variables.front().name(); std::ranges::find(names, name) == names.end())
      names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::vector<Chart> function_charts(const PlotFlags& flags) {
  const std::vector<Function> functions = functions_of(flags.what);
  const double from = flags.from.value_or(flags.to ? std::min(kFrom, *flags.to - 1) : kFrom);
  const double to = flags.to.value_or(std::max(kTo, from + 1));
  check_range(functions.front().variables.front().name(), from, to);
  const auto two = std::ranges::find_if(functions, [](const Function& f) { return f.variables.size() > 1; });
  if (two != functions.end()) {
    if (functions.size() > 1)
      throw UsageError(data::quote(two->name) + " has two variables: it needs a picture of its own");
    if (flags.derivative) throw UsageError("--derivative is of one variable");
    if (flags.logarithmic) throw UsageError("--log is not for two variables");
    return {surface_of(*two, from, to, flags)};
  }
  if (flags.y_from && flags.y_to) check_range("y", *flags.y_from, *flags.y_to);
  const std::vector<double> places = evenly(from, to, kFunctionSamples);
  const bool is_one = functions.size() == 1;
  const std::vector<std::string> known = names_in(activations());
  const bool are_activations = std::ranges::all_of(
      functions, [&](const Function& f) { return std::ranges::find(known, f.name) != known.end(); });
  Chart values{.title = is_one            ? functions.front().name
                        : are_activations ? "activation functions"
                                          : "functions",
               .x = {.label = names_of_axis(functions), .from = from, .to = to},
               .y = {.is_logarithmic = flags.logarithmic}};
  Chart derivatives = values;
  derivatives.title = "their derivatives";
  // What lies below is wider: of lines that coincide all can be seen.
  const auto width = [&](size_t i) {
    const size_t above = functions.size() - 1 - i;
    return functions.size() > kMostWidths ? 1 : 1 + 0.3 * static_cast<double>(above);
  };
  for (size_t i = 0; i < functions.size(); ++i) {
    const Function& f = functions[i];
    const Value at = f.variables.front();
    values.series.push_back({.name = f.name,
                             .x = places,
                             .y = values_at(f.value, at, places),
                             .color = static_cast<int>(i),
                             .width = width(i)});
    if (!flags.derivative) continue;
    // Where there is no function there is no derivative, whatever its formula says.
    std::vector<double> slopes = values_at(gradient(f.value, {at}).front(), at, places);
    for (size_t k = 0; k < slopes.size(); ++k)
      if (std::isnan(values.series.back().y[k])) slopes[k] = std::numeric_limits<double>::quiet_NaN();
    const bool is_word =
        f.name.find_first_of("+-*/^ ") == std::string::npos && f.name.find("·") == std::string::npos;
    Chart& chart = is_one ? values : derivatives;  // one function and its derivative share a chart
    chart.series.push_back({.name = is_one    ? "derivative"
                                    : is_word ? f.name + "′"
                                              : "(" + f.name + ")′",
                            .x = places,
                            .y = std::move(slopes),
                            .color = static_cast<int>(is_one ? 1 : i),
                            .width = width(i)});
  }
  fit(values, flags);
  if (is_one || !flags.derivative) return {std::move(values)};
  fit(derivatives, flags);
  return {std::move(values), std::move(derivatives)};
}

}  // namespace kette::cli
