// What preprocessing does to each feature, fitted on training rows. The graph of a model holds it as nodes
// (train/preparation_nodes.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/feature.h"
#include "kette/data/matrix.h"

namespace kette::data {

/// How a number is brought to where a network is at home.
///
/// | scaling         | z = |
/// |-----------------|----------------------------------------------------------------------------------------------|
/// | none            | x | | standard        | (x − mean) / deviation | | min-max         | (x − minimum) /
/// (maximum − minimum)                                                          | | robust          | (x −
/// median) / (upper quartile − lower quartile)                                             | |
/// quantile-normal | Φ⁻¹ of x's place among the training rows, linear between knots [Bliss 1967, normal
/// scores]   | | log             | log(1 + x − minimum), then as standard |
enum class Scaling : uint8_t { none, standard, min_max, robust, quantile_normal, log };
/// What stands for a missing number.
enum class Impute : uint8_t { mean, median, constant, most_frequent };

std::string_view to_string(Scaling scaling);
std::string_view to_string(Impute impute);
/// Throw Error that lists the choices.
Scaling parse_scaling(std::string_view text);
Impute parse_impute(std::string_view text);
/// All of them, in the order of the enumeration.
std::span<const Scaling> scalings();
std::span<const Impute> imputes();

struct PreparationOptions {
  std::optional<Scaling> scaling = {};  // of all numbers; absent: chosen, see fit_preparation
  std::map<std::string, Scaling> column_scaling = {};
  Impute impute = Impute::median;
  std::map<std::string, Impute> column_impute = {};
  double constant = 0;        // of Impute::constant
  bool indicators = true;     // a further input for each column with missing numbers: 1 where missing
  int64_t most_one_hot = 50;  // categories; above, a column is embedded
  std::optional<int64_t> embedding_width = {};  // absent: min(24, ⌈1.6·categories^0.56⌉)
};

/// What is done with one column of the matrix "features".
struct Preparation {
  enum class Kind : uint8_t { number, one_hot, embedding, as_is };
  Kind kind = Kind::number;

  // Numbers.
  Scaling scaling = Scaling::standard;
  float fill = 0;  // where missing
  bool indicator = false;
  float shift = 0, scale = 1;                  // (x − shift)/scale; for log: of the logarithm
  float origin = 0;                            // log: the minimum
  std::vector<float> knots = {}, levels = {};  // quantile_normal: z at each knot, both ascending

  // Categories: the row of `table` (one-hot) that stands for each code; all rows of an embedding start at
  // random.
  int64_t codes = 0;              // kept categories, any other, missing; parts of a date have their own
  int64_t columns = 0;            // of the one-hot table, or the embedding's width
  bool shared = false;            // one embedding for all columns that say so
  std::vector<float> table = {};  // [codes, columns]
  bool knows_other = false, knows_missing = false;  // seen in training

  friend bool operator==(const Preparation&, const Preparation&) = default;
};

/// One for each column of the matrix `x` (f32 [rows, total_width(features)]), fitted on `rows` alone.
///
/// Numbers, unless told otherwise: where at least 32 columns hold whole numbers of one range from 0 (pixels),
/// all are divided by its end; else quantile-normal from 1000 training rows on; else log where the numbers
/// are positive and far from symmetric; else standard. A column of one value gets scale 1. Categories:
/// one-hot, up to most_one_hot; with two of them and nothing else, one column of 0 and 1; those of shared
/// features are embedded. A category not seen
/// in training counts as "any other"; where training knows none of these either, as zeros. Dates: standard
/// days, and month, weekday and hour as points on a circle.
///
/// Throws Error for no rows, and for a scaling or imputation of a column that is no number.
std::vector<Preparation> fit_preparation(std::span<const Feature> features, const Matrix& x,
                                         std::span<const int64_t> rows,
                                         const PreparationOptions& options = {}, Threads* threads = nullptr);

/// One line for people: `quantile-normal · 207 missing → median 435, indicator`.
std::string describe(const Feature& feature, std::span<const Preparation> columns);

/// Φ⁻¹, the quantile function of the normal distribution, for p in (0, 1) [Wichura 1988, algorithm AS 241].
double normal_quantile(double p);

}  // namespace kette::data
