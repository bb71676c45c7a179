// Functions: activations by name, formulas.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/interpret.h"
#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/plot.h"
#include "kette/data/table.h"
#include "kette/nn/activation.h"

namespace kette::cli {
namespace {

constexpr std::string_view kAll = "activations";
constexpr std::array kTaught = {Activation::sigmoid, Activation::tanh, Activation::hardtanh,
                                Activation::relu};
constexpr double kFrom = -4, kTo = 4;
constexpr size_t kFunctionSamples = 801;  // 0 among them where the range is symmetric

/// A graph from one f64 scalar input to one f64 scalar.
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

/// A word that can only be a name.
bool is_name(std::string_view word) {
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
    } else {
      names.emplace_back(kAll);
      throw UsageError(fmt::format("there is neither an activation nor a file {}{} (kette help plot)",
                                   data::quote(word), suggestion(word, names)));
    }
  }
  return functions;
}

std::vector<double> values_at(Value value, Value variable, const std::vector<double>& places) {
  std::vector<double> values;
  for (const double place : places)
    values.push_back(
        interpret(value, {{variable.name(), Tensor(Shape({}, DType::f64), {place})}}).values.front());
  return values;
}

/// Without the few values that are far from all the others, as next to a pole: {} where there are none.
std::optional<std::pair<double, double>> bulk_of(const std::vector<Series>& series) {
  constexpr double kFar = 4;  // times the height of the middle nine tenths
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

}  // namespace

std::vector<Chart> function_charts(const PlotFlags& flags) {
  const std::vector<Function> functions = functions_of(flags.what);
  const double from = flags.from.value_or(flags.to ? std::min(kFrom, *flags.to - 1) : kFrom);
  const double to = flags.to.value_or(std::max(kTo, from + 1));
  check_range("x", from, to);
  if (flags.y_from && flags.y_to) check_range("y", *flags.y_from, *flags.y_to);
  const std::vector<double> places = evenly(from, to, kFunctionSamples);
  const std::string variable = functions.front().variables.front().name();
  const bool is_one = functions.size() == 1;
  Chart values{.title = is_one ? functions.front().name : "functions",
               .x = {.label = variable, .from = from, .to = to},
               .y = {.is_logarithmic = flags.logarithmic}};
  Chart derivatives = values;
  derivatives.title = "derivatives";
  for (size_t i = 0; i < functions.size(); ++i) {
    const Function& f = functions[i];
    const Value at = f.variables.front();
    values.series.push_back(
        {.name = f.name, .x = places, .y = values_at(f.value, at, places), .color = static_cast<int>(i)});
    if (!flags.derivative) continue;
    Chart& chart = is_one ? values : derivatives;  // one function and its derivative share a chart
    chart.series.push_back({.name = is_one ? "derivative" : f.name + "′",
                            .x = places,
                            .y = values_at(gradient(f.value, {at}).front(), at, places),
                            .color = static_cast<int>(is_one ? 1 : i)});
  }
  fit(values, flags);
  if (is_one || !flags.derivative) return {std::move(values)};
  fit(derivatives, flags);
  return {std::move(values), std::move(derivatives)};
}

}  // namespace kette::cli
