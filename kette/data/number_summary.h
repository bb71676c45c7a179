// What a column of numbers holds, in a few figures.
#pragma once

#include <cstdint>
#include <vector>

#include "kette/data/numbers.h"

namespace kette::data {

struct NumberCount {
  double value;
  int64_t rows;
};

/// Of the finite numbers; missing ones (NaN) and infinities are counted and left out. All 0 when there are
/// none.
struct NumberSummary {
  int64_t present = 0;  // finite or infinite
  int64_t infinite = 0;
  int64_t first_infinite = -1;  // its row
  int64_t distinct = 0;         // exact up to kMostCounted, then kMostCounted + 1: "more than"
  double smallest = 0, largest = 0;
  double mean = 0, deviation = 0;                             // deviation: of the population
  double skew = 0;                                            // third standardised moment; 0 for one value
  double lower_quartile = 0, median = 0, upper_quartile = 0;  // each a number of the column
  double zeros = 0;                                           // share of the finite numbers
  bool whole = false;     // every finite number is a whole one, below 2⁵³
  bool numbered = false;  // whole, and in the order of the rows 0, 1, 2, … or 1, 2, 3, …
  /// At most kMostListed distinct values: all of them with their counts, ascending; otherwise empty.
  std::vector<NumberCount> values;
  /// Rows in equal parts of [smallest, largest]: one part for each value of a short list of whole numbers,
  /// else kBins; empty when there is but one value.
  std::vector<int64_t> histogram;

  static constexpr int64_t kMostCounted = 100000;
  static constexpr int64_t kMostListed = 4096;
  static constexpr int64_t kBins = 20;
};

/// Allocates; takes some 20 ns a number. The same bits wherever it runs.
NumberSummary summarise(Numbers numbers);

}  // namespace kette::data
