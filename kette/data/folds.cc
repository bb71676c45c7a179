#include "kette/data/folds.h"

#include <algorithm>
#include <map>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data {
namespace {

constexpr uint64_t kFoldStream = uint64_t{0x666f6c64} << 24;  // "fold"

/// Units that stay together: groups, or single rows; those of one class behind each other, so that dealing
/// them out in turn spreads the classes.
std::vector<std::vector<int64_t>> units_of(const Dataset& dataset, std::span<const int64_t> rows,
                                           uint64_t seed) {
  std::vector<std::vector<int64_t>> units;
  if (!dataset.groups.empty()) {
    std::map<int64_t, std::vector<int64_t>> groups;
    for (const int64_t row : rows) groups[dataset.groups[static_cast<size_t>(row)]].push_back(row);
    for (auto& [group, members] : groups) units.push_back(std::move(members));
  } else {
    for (const int64_t row : rows) units.push_back({row});
  }
  std::vector<std::vector<int64_t>> mixed;
  for (const int64_t i : Random(seed, kFoldStream).permutation(static_cast<int64_t>(units.size())))
    mixed.push_back(std::move(units[static_cast<size_t>(i)]));
  if (dataset.groups.empty() && dataset.task != Task::regression) {
    const std::span<const int64_t> classes = dataset.y.values<int64_t>();
    std::ranges::stable_sort(mixed, {},
                             [&](const auto& unit) { return classes[static_cast<size_t>(unit.front())]; });
  }
  return mixed;
}

}  // namespace

std::vector<std::vector<int64_t>> split_folds(const Dataset& dataset, std::span<const int64_t> rows,
                                              int64_t k, uint64_t seed) {
  const std::vector<std::vector<int64_t>> units = units_of(dataset, rows, seed);
  if (k < 2 || k > static_cast<int64_t>(units.size()))
    fail("[folds] {} folds of {} {}; expected 2 to as many", k, units.size(),
         dataset.groups.empty() ? "rows" : "groups");
  std::vector<std::vector<int64_t>> folds(static_cast<size_t>(k));
  size_t turn = 0;
  for (const std::vector<int64_t>& unit : units) {
    // Groups differ in size: each goes where the fewest rows are; single rows in turn, which comes to the
    // same.
    auto& fold = dataset.groups.empty() ? folds[turn++ % folds.size()]
                                        : *std::ranges::min_element(folds, {}, &std::vector<int64_t>::size);
    fold.insert(fold.end(), unit.begin(), unit.end());
  }
  for (std::vector<int64_t>& fold : folds) std::ranges::sort(fold);
  return folds;
}

std::vector<int64_t> without(std::span<const int64_t> rows, std::span<const int64_t> part) {
  std::vector<int64_t> rest;
  for (const int64_t row : rows)
    if (!std::ranges::binary_search(part, row)) rest.push_back(row);
  return rest;
}

}  // namespace kette::data
