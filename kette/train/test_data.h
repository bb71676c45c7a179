// Data sets for the tests of training.
#pragma once

#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/generators.h"
#include "kette/train/build.h"

namespace kette::test_data {

inline std::vector<int64_t> all_rows(const data::Dataset& dataset) {
  std::vector<int64_t> rows(static_cast<size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// One of data::generate's.
inline data::Dataset generated(std::string_view name, int64_t samples, double noise, uint64_t seed) {
  return data::make_dataset(data::generate(name, samples, noise, seed),
                            {.target = name == "sine" ? "y" : "label"});
}

/// Seven rows, two features, y = 3·x1 − 2·x2 + 5 and a little more.
inline data::Dataset plane() {
  data::Table table("plane.csv");
  table.add_numbers("x1", std::vector<double>{1, 2, -1, 0.5, 3, -2, 0});
  table.add_numbers("x2", std::vector<double>{10, -20, 30, 5, 0, 15, -5});
  table.add_numbers("y", std::vector<double>{-12.1, 51.2, -58.3, -3.4, 14.5, -31.6, 15.7});
  return data::make_dataset(table, {.target = "y"});
}

/// The four rows of exclusive or.
inline data::Dataset exclusive_or() {
  data::Table table("xor.csv");
  table.add_numbers("a", std::vector<double>{0, 0, 1, 1});
  table.add_numbers("b", std::vector<double>{0, 1, 0, 1});
  table.add_numbers("y", std::vector<double>{0, 1, 1, 0});
  return data::make_dataset(table, {.target = "y", .task = data::Task::binary});
}

}  // namespace kette::test_data
