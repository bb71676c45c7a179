#include "kette/data/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "kette/base/error.h"
#include "kette/base/random.h"

namespace kette::data {
namespace {

constexpr uint64_t kSplitStream = uint64_t{0x73706c6974} << 24;  // "split"

void check_share(const char* name, double share) {
  if (!(share >= 0 && share < 1))
    fail("[split] {} share is {}; expected 0 or a number in (0, 1)", name, share);
}

void check(const HoldOut& hold_out) {
  check_share("test", hold_out.test);
  check_share("validation", hold_out.validation);
  if (!(hold_out.test + hold_out.validation < 1))
    fail("[split] test share {} and validation share {} leave no rows for training", hold_out.test,
         hold_out.validation);
}

/// Rows for a share of all rows; at least one when there is a share at all.
int64_t rows_of(double share, int64_t rows) {
  return share == 0 ? 0 : std::max<int64_t>(1, std::llround(share * static_cast<double>(rows)));
}

/// Held-out rows per class: the whole rows of each class's share, then one more for the classes with the
/// largest remainders until `total` is reached. `used[c]` counts the held-out rows of class c and stays below
/// sizes[c].
std::vector<int64_t> add_remainders(std::vector<int64_t> taken, std::span<const int64_t> sizes, double share,
                                    int64_t total, std::vector<int64_t>& used) {
  std::vector<double> remainder(sizes.size());
  for (size_t c = 0; c < sizes.size(); ++c)
    remainder[c] = share * static_cast<double>(sizes[c]) - static_cast<double>(taken[c]);
  std::vector<size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return remainder[a] > remainder[b]; });
  int64_t missing = total - std::accumulate(taken.begin(), taken.end(), int64_t{0});
  for (size_t c : order) {
    if (missing <= 0 || share == 0) break;
    if (used[c] + 1 >= sizes[c]) continue;
    ++taken[c];
    ++used[c];
    --missing;
  }
  return taken;
}

std::vector<int64_t> whole_rows(std::span<const int64_t> sizes, double share) {
  std::vector<int64_t> taken;
  for (int64_t size : sizes) taken.push_back(static_cast<int64_t>(share * static_cast<double>(size)));
  return taken;
}

Split finish(Split split, const HoldOut& hold_out) {
  const int64_t rows = static_cast<int64_t>(split.train.size() + split.validation.size() + split.test.size());
  if (split.train.empty() || (hold_out.test > 0 && split.test.empty()) ||
      (hold_out.validation > 0 && split.validation.empty()))
    fail("[split] {} rows are too few for a test share of {} and a validation share of {}", rows,
         hold_out.test, hold_out.validation);
  for (auto* part : {&split.train, &split.validation, &split.test}) std::ranges::sort(*part);
  return split;
}

using Groups = std::vector<std::vector<int64_t>>;  // the rows of each

/// In random order.
Groups mixed_groups(std::span<const int64_t> groups, uint64_t seed) {
  std::map<int64_t, std::vector<int64_t>> members;
  for (size_t row = 0; row < groups.size(); ++row) members[groups[row]].push_back(static_cast<int64_t>(row));
  Groups sorted, mixed;
  for (auto& [group, rows] : members) sorted.push_back(std::move(rows));
  for (const int64_t i : Random(seed, kSplitStream).permutation(static_cast<int64_t>(sorted.size())))
    mixed.push_back(std::move(sorted[static_cast<size_t>(i)]));
  return mixed;
}

/// Takes out of `groups` what comes nearest to so many rows, and leaves at least `left` groups there.
std::vector<int64_t> take_groups(Groups& groups, int64_t rows, size_t left) {
  std::vector<int64_t> part;
  if (rows == 0) return part;
  Groups others;
  size_t may_go = groups.size() - left;
  const auto take = [&](const std::vector<int64_t>& group) {
    part.insert(part.end(), group.begin(), group.end());
    --may_go;
  };
  for (std::vector<int64_t>& group : groups) {
    if (may_go > 0 && 2 * part.size() + group.size() < 2 * static_cast<size_t>(rows))
      take(group);
    else
      others.push_back(std::move(group));
  }
  if (part.empty()) {
    const auto smallest = std::ranges::min_element(others, {}, &std::vector<int64_t>::size);
    take(*smallest);
    others.erase(smallest);
  }
  groups = std::move(others);
  return part;
}

}  // namespace

Split split_rows_by_class(std::span<const int64_t> classes, int64_t class_count, const HoldOut& hold_out,
                          uint64_t seed) {
  check(hold_out);
  const int64_t rows = static_cast<int64_t>(classes.size());
  std::vector<int64_t> sizes(static_cast<size_t>(class_count));
  for (int64_t c : classes) {
    if (c < 0 || c >= class_count)
      fail("[split] class {} is out of range; expected 0 to {}", c, class_count - 1);
    ++sizes[static_cast<size_t>(c)];
  }
  std::vector<int64_t> test = whole_rows(sizes, hold_out.test);
  std::vector<int64_t> validation = whole_rows(sizes, hold_out.validation);
  std::vector<int64_t> used(sizes.size());
  for (size_t c = 0; c < sizes.size(); ++c) used[c] = test[c] + validation[c];
  test = add_remainders(std::move(test), sizes, hold_out.test, rows_of(hold_out.test, rows), used);
  validation = add_remainders(std::move(validation), sizes, hold_out.validation,
                              rows_of(hold_out.validation, rows), used);
  Split split;
  for (int64_t row : Random(seed, kSplitStream).permutation(rows)) {
    const size_t c = static_cast<size_t>(classes[static_cast<size_t>(row)]);
    if (test[c]-- > 0)
      split.test.push_back(row);
    else if (validation[c]-- > 0)
      split.validation.push_back(row);
    else
      split.train.push_back(row);
  }
  return finish(std::move(split), hold_out);
}

Split split_rows(int64_t rows, const HoldOut& hold_out, uint64_t seed) {
  // Rows without classes are rows of one class.
  const std::vector<int64_t> one_class(static_cast<size_t>(std::max<int64_t>(rows, 0)));
  return split_rows_by_class(one_class, 1, hold_out, seed);
}

Split split_rows_by_group(std::span<const int64_t> groups, const HoldOut& hold_out, uint64_t seed) {
  check(hold_out);
  const auto rows = static_cast<int64_t>(groups.size());
  Groups rest = mixed_groups(groups, seed);
  const size_t validation_groups = hold_out.validation > 0 ? 1 : 0, test_groups = hold_out.test > 0 ? 1 : 0;
  if (rest.size() < 1 + validation_groups + test_groups)
    fail(
        "[split] {} groups of rows are too few for a test share of {} and a validation share of {}; expected "
        "at least {}",
        rest.size(), hold_out.test, hold_out.validation, 1 + validation_groups + test_groups);
  Split split;
  split.test = take_groups(rest, rows_of(hold_out.test, rows), 1 + validation_groups);
  split.validation = take_groups(rest, rows_of(hold_out.validation, rows), 1);
  for (const std::vector<int64_t>& group : rest)
    split.train.insert(split.train.end(), group.begin(), group.end());
  return finish(std::move(split), hold_out);
}

Split split_dataset(const Dataset& dataset, const HoldOut& hold_out, uint64_t seed) {
  if (!dataset.groups.empty()) return split_rows_by_group(dataset.groups, hold_out, seed);
  if (dataset.task == Task::regression) return split_rows(dataset.rows(), hold_out, seed);
  return split_rows_by_class(dataset.y.values<int64_t>(), dataset.classes(), hold_out, seed);
}

}  // namespace kette::data
