// What kette plot draws: one chart, or two side by side, made of what stands on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kette/cli/table_options.h"
#include "kette/plot/chart.h"

namespace kette::cli {

struct PlotFlags {
  std::vector<std::string> what;
  std::optional<double> from, to, y_from, y_to;  // of the axes
  bool derivative = false, logarithmic = false;
  std::string measure, target, out;
  TableFlags table;
  int threads = 0;
};

/// Activation functions by name ("activations": the four that are taught first) and formulas of one variable;
/// with --derivative also their derivatives, of several beside them. Or a formula of two variables. Throws
/// UsageError for a word that is neither.
std::vector<Chart> function_charts(const PlotFlags& flags);

/// What a model of one or two numeric features says wherever they are, and the rows of tables. Throws Error
/// for another model.
std::vector<Chart> model_charts(const PlotFlags& flags);

/// How training went, epoch by epoch: from records of runs, models beside which they lie, and what
/// `kette compare --descent --json` prints.
std::vector<Chart> learning_charts(const PlotFlags& flags);

// Parts of charts
// ------------------------------------------------------------------------------------------------------

/// `count` numbers from `from` to `to`, both among them.
std::vector<double> evenly(double from, double to, size_t count);
/// The middles of as many equal parts.
std::vector<double> middles(double from, double to, size_t count);
/// About eight round numbers between the ends; none where numbers that close are hardly told apart.
std::vector<double> round_levels(double from, double to);
/// Throws UsageError unless `from` < `to`.
void check_range(const std::string& axis, double from, double to);

}  // namespace kette::cli
