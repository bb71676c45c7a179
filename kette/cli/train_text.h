// What `kette train` prints, as text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kette/cli/train_settings.h"
#include "kette/data/preparation.h"
#include "kette/judge/measures.h"
#include "kette/train/search.h"

namespace kette::cli {

/// What to measure up to: the answer that needs no features.
struct Baseline {
  std::string text;
  std::string label;  // of a class
  double value = 0;
};
Baseline baseline(const data::Dataset& dataset, std::span<const int64_t> training, const Samples& test);

/// Features by what is done with them, one line for each kind of treatment: `quantile-normal: age, fare`.
std::vector<std::string> feature_lines(std::span<const data::Feature> features,
                                       std::span<const data::Preparation> columns);
std::string network_line(const NetworkOptions& options, const Network& network);
std::string training_line(const TrainingOptions& training, const NetworkOptions& network,
                          bool has_validation);
std::string result_line(const Measures& measures, const Baseline& base);
std::string warning_line(const std::string& file, const std::vector<std::string>& warnings);
/// The candidates of a search as a table, the best first.
std::string leaderboard(const SearchResult& found, data::Task task);

/// The options of network and descent with the values that hold, by their names on the command line.
RecordEntries training_options(const TrainSettings& settings);

/// How far a search is: a live line on a terminal, nothing elsewhere.
class SearchProgressLine {
 public:
  explicit SearchProgressLine(int width) : width_(width) {}
  void show(const SearchProgress& progress);
  void finish();

 private:
  int width_;
  bool is_drawn_ = false;
};

}  // namespace kette::cli
