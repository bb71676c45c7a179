#include "kette/data/leaks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "kette/base/error.h"

namespace kette::data {
namespace {

constexpr int64_t kFewestRowsOfDuplicate = 20;
constexpr double kShareBesidesMostFrequent = 0.01;
constexpr size_t kMostClasses = 50;
constexpr double kMistakes = 0.001;
constexpr int64_t kFewestRows = 50, kRowsOfValue = 5;
constexpr int64_t kFewestSortedRows = 1000, kFewestRowsOfClass = 100;
constexpr int64_t kFewestDistinct = 20;
constexpr double kCorrelation = 0.9999, kCorrelationOfSample = 0.999;
constexpr int64_t kRowsSampled = 2000;  // rows looked at before all are

int64_t most(std::span<const int64_t> rows_of) { return rows_of.empty() ? 0 : std::ranges::max(rows_of); }

Partition partition_numbers(Numbers numbers) {
  Partition partition;
  partition.of_row.reserve(numbers.size());
  std::unordered_map<uint64_t, int32_t> known;
  for (const double number : numbers) {
    if (std::isnan(number)) {
      partition.of_row.push_back(Partition::kMissing);
      continue;
    }
    const auto next = static_cast<int32_t>(partition.rows_of.size());
    const auto [entry, fresh] = known.emplace(std::bit_cast<uint64_t>(number + 0.0), next);
    if (fresh) partition.rows_of.push_back(0);
    ++partition.rows_of[static_cast<size_t>(entry->second)];
    partition.of_row.push_back(entry->second);
  }
  return partition;
}

Partition partition_texts(const TextColumn& column) {
  Partition partition;
  partition.of_row.reserve(static_cast<size_t>(column.size()));
  std::vector<int32_t> value_of(static_cast<size_t>(column.distinct_count()), Partition::kMissing);
  for (const int32_t code : column.codes()) {
    if (code == TextColumn::kMissing) {
      partition.of_row.push_back(Partition::kMissing);
      continue;
    }
    int32_t& value = value_of[static_cast<size_t>(code)];
    if (value == Partition::kMissing) {
      value = static_cast<int32_t>(partition.rows_of.size());
      partition.rows_of.push_back(0);
    }
    ++partition.rows_of[static_cast<size_t>(value)];
    partition.of_row.push_back(value);
  }
  return partition;
}

uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0xD6E8FEB86659FD93ULL;
  return hash ^ (hash >> 32);
}

constexpr uint64_t kStart = 0x9E3779B97F4A7C15ULL;

uint64_t hash_of(const Partition& partition) {
  uint64_t hash = kStart;
  for (const int32_t value : partition.of_row)
    hash = mix(hash, static_cast<uint64_t>(static_cast<uint32_t>(value)));
  return hash;
}

uint64_t hash_of(Numbers numbers) {
  uint64_t hash = kStart;
  for (const double number : numbers)
    hash = mix(hash, std::isnan(number) ? 1 : std::bit_cast<uint64_t>(number + 0.0));
  return hash;
}

/// Whether equal partitions are no accident.
bool can_be_compared(const Partition& partition, const ColumnProfile& profile) {
  const auto present = static_cast<double>(profile.present());
  const double others = present - static_cast<double>(most(partition.rows_of));
  return others >= std::max(2.0, kShareBesidesMostFrequent * present);
}

bool have_same_values(const Table& table, int64_t a, int64_t b) {
  if (table.is_numeric(a) != table.is_numeric(b)) return false;
  for (int64_t row = 0; row < table.rows(); ++row) {
    if (table.is_missing(row, a) != table.is_missing(row, b)) return false;
    if (table.is_missing(row, a)) continue;
    const auto at = static_cast<size_t>(row);
    if (table.is_numeric(a) ? table.numbers(a)[at] != table.numbers(b)[at]
                            : table.text(a)[row] != table.text(b)[row])
      return false;
  }
  return true;
}

/// Whether enough values repeat for belonging together one to one to mean anything.
bool can_mean_the_same(const ColumnProfile& profile) { return 2 * profile.distinct <= profile.present(); }

/// Rows of the partition's values that are not of their most frequent class, or of rare values.
int64_t mistakes(const Partition& feature, const Partition& classes) {
  const size_t count = classes.rows_of.size();
  std::vector<int64_t> rows(feature.rows_of.size() * count);
  int64_t together = 0;
  for (size_t row = 0; row < feature.of_row.size(); ++row) {
    if (feature.of_row[row] < 0 || classes.of_row[row] < 0) continue;
    ++rows[static_cast<size_t>(feature.of_row[row]) * count + static_cast<size_t>(classes.of_row[row])];
    ++together;
  }
  int64_t right = 0;
  for (size_t value = 0; value < feature.rows_of.size(); ++value) {
    const auto of_value = std::span(rows).subspan(value * count, count);
    if (std::accumulate(of_value.begin(), of_value.end(), int64_t{0}) >= kRowsOfValue)
      right += most(of_value);
  }
  return together - right;
}

/// How far the classes are from one stretch each along the numbers: how often the class changes more than
/// once for each, and twice the rows that share their number with more rows of another class. Of every
/// `step`-th row.
int64_t surplus_changes(Numbers numbers, const Partition& classes, int64_t step) {
  struct Row {
    double number;
    int32_t of_class;
  };
  std::vector<Row> rows;
  for (size_t row = 0; row < numbers.size(); row += static_cast<size_t>(step))
    if (classes.of_row[row] >= 0 && !std::isnan(numbers[row]))
      rows.push_back({numbers[row], classes.of_row[row]});
  std::ranges::sort(rows, {}, &Row::number);
  std::vector<int64_t> here(classes.rows_of.size());  // rows of each class among those with one number
  std::vector<bool> seen(classes.rows_of.size());
  int64_t surplus = 0;
  size_t before = classes.rows_of.size();
  for (size_t first = 0, end = 0; first < rows.size(); first = end) {
    std::ranges::fill(here, 0);
    for (; end < rows.size() && rows[end].number == rows[first].number; ++end)
      ++here[static_cast<size_t>(rows[end].of_class)];
    const auto mostly = static_cast<size_t>(std::ranges::max_element(here) - here.begin());
    surplus += 2 * (static_cast<int64_t>(end - first) - here[mostly]);
    if (mostly != before && seen[mostly]) ++surplus;
    seen[mostly] = true;
    before = mostly;
  }
  return surplus;
}

/// Every `step`-th row where both are present.
std::vector<std::pair<double, double>> rows_of_both(Numbers a, Numbers b, int64_t step) {
  std::vector<std::pair<double, double>> rows;
  for (size_t row = 0; row < a.size(); row += static_cast<size_t>(step))
    if (std::isfinite(a[row]) && std::isfinite(b[row])) rows.emplace_back(a[row], b[row]);
  return rows;
}

/// The place of each number among all in ascending order, that of equal ones their mean.
std::vector<double> ranks(std::span<const double> numbers) {
  std::vector<size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(
      order, [&](size_t a, size_t b) { return numbers[a] != numbers[b] ? numbers[a] < numbers[b] : a < b; });
  std::vector<double> rank(numbers.size());
  for (size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && numbers[order[end]] == numbers[order[first]]) ++end;
    const double shared = static_cast<double>(first + end - 1) / 2;
    for (size_t i = first; i < end; ++i) rank[order[i]] = shared;
  }
  return rank;
}

double rank_correlation(Numbers a, Numbers b, int64_t step) {
  const auto rows = rows_of_both(a, b, step);
  if (static_cast<int64_t>(rows.size()) < kFewestRows) return 0;
  std::vector<double> first, second;
  for (const auto& [x, y] : rows) {
    first.push_back(x);
    second.push_back(y);
  }
  const std::vector<double> p = ranks(first), q = ranks(second);
  const double mean = static_cast<double>(rows.size() - 1) / 2;  // of ranks, whatever the ties
  double pq = 0, pp = 0, qq = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    pq += (p[i] - mean) * (q[i] - mean);
    pp += (p[i] - mean) * (p[i] - mean);
    qq += (q[i] - mean) * (q[i] - mean);
  }
  return pp > 0 && qq > 0 ? pq / std::sqrt(pp * qq) : 0;
}

std::string class_word(size_t classes) {
  return classes == 2 ? "the 2 classes" : fmt::format("the {} classes", classes);
}

std::optional<std::string> leaks_class(const Table& table, int64_t column, const ColumnProfile& profile,
                                       const Partition& classes) {
  const int64_t rows = table.rows();
  const int64_t labelled = std::accumulate(classes.rows_of.begin(), classes.rows_of.end(), int64_t{0});
  const auto allowed =
      static_cast<int64_t>(kMistakes * static_cast<double>(labelled - most(classes.rows_of)));
  if (labelled < kFewestRows || labelled == most(classes.rows_of)) return std::nullopt;
  if (2 * profile.present() < rows) return std::nullopt;
  if (profile.distinct * kRowsOfValue <= rows && mistakes(partition(table, column), classes) <= allowed)
    return fmt::format("each of its {} values belongs to one class", profile.distinct);
  if (!table.is_numeric(column) || labelled < kFewestSortedRows ||
      std::ranges::min(classes.rows_of) < kFewestRowsOfClass)
    return std::nullopt;
  const Numbers numbers = table.numbers(column);
  const int64_t step = std::max<int64_t>(1, rows / kRowsSampled);
  if (step > 1 && surplus_changes(numbers, classes, step) > 2 * allowed) return std::nullopt;
  if (surplus_changes(numbers, classes, 1) > 2 * allowed) return std::nullopt;
  return fmt::format("thresholds on it separate {}", class_word(classes.rows_of.size()));
}

std::optional<std::string> leaks_number(const Table& table, int64_t column, Numbers target) {
  if (!table.is_numeric(column)) return std::nullopt;
  const Numbers numbers = table.numbers(column);
  const int64_t step = std::max<int64_t>(1, table.rows() / kRowsSampled);
  if (step > 1 && std::abs(rank_correlation(numbers, target, step)) < kCorrelationOfSample)
    return std::nullopt;
  const double correlation = rank_correlation(numbers, target, 1);
  if (std::abs(correlation) <= kCorrelation) return std::nullopt;
  return correlation > 0 ? "it rises whenever the target does" : "it falls whenever the target rises";
}

}  // namespace

Partition partition(const Table& table, int64_t column) {
  return table.is_numeric(column) ? partition_numbers(table.numbers(column))
                                  : partition_texts(table.text(column));
}

std::vector<Duplicate> find_duplicates(const Table& table, std::span<const ColumnProfile> profiles) {
  // Partitions of a wide table would take much memory, so that only their hashes are kept.
  std::unordered_map<uint64_t, std::vector<int64_t>> originals;
  std::vector<Duplicate> duplicates;
  for (int64_t column = 0; column < table.columns(); ++column) {
    const ColumnProfile& profile = profiles[static_cast<size_t>(column)];
    if (profile.distinct < 2 || profile.present() < kFewestRowsOfDuplicate) continue;
    const bool by_value = table.is_numeric(column) && !can_mean_the_same(profile);
    const Partition mine = by_value ? Partition{} : partition(table, column);
    if (!by_value && !can_be_compared(mine, profile)) continue;
    std::vector<int64_t>& earlier = originals[by_value ? hash_of(table.numbers(column)) : hash_of(mine)];
    const auto original = std::ranges::find_if(earlier, [&](int64_t other) {
      return have_same_values(table, other, column) ||
             (can_mean_the_same(profile) && partition(table, other).of_row == mine.of_row);
    });
    if (original == earlier.end())
      earlier.push_back(column);
    else
      duplicates.push_back({column, *original, have_same_values(table, *original, column)});
  }
  return duplicates;
}

std::vector<Leak> find_leaks(const Table& table, std::span<const ColumnProfile> profiles, int64_t target) {
  std::vector<Leak> leaks;
  if (table.columns() < 3) return leaks;
  const ColumnProfile& goal = profiles[static_cast<size_t>(target)];
  const bool is_class = goal.type == ColumnType::category || goal.type == ColumnType::codes ||
                        goal.type == ColumnType::boolean || (!table.is_numeric(target) && !goal.stray) ||
                        (goal.type == ColumnType::number && goal.distinct == 2);
  const bool is_number = !is_class && table.is_numeric(target) && goal.distinct >= kFewestDistinct;
  const Partition classes = is_class ? partition(table, target) : Partition{};
  if (is_class ? classes.rows_of.size() < 2 || classes.rows_of.size() > kMostClasses : !is_number)
    return leaks;
  for (int64_t column = 0; column < table.columns(); ++column) {
    const ColumnProfile& profile = profiles[static_cast<size_t>(column)];
    if (column == target || profile.distinct < 2) continue;
    if (!is_class && profile.distinct < kFewestDistinct) continue;
    const auto how = is_class ? leaks_class(table, column, profile, classes)
                              : leaks_number(table, column, table.numbers(target));
    if (how) leaks.push_back({column, *how});
  }
  return leaks;
}

}  // namespace kette::data
