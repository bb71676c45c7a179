#include "kette/data/findings.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/leaks.h"

namespace kette::data {
namespace {

constexpr const char* kLeftOut = "training leaves it out by itself";
constexpr double kMostlyMissing = 0.5, kRareClass = 0.1;
constexpr double kSkew = 3, kTail = 20;
constexpr int64_t kFewestOfManyCategories = 20, kRowsOfCategory = 3;

/// 0.771 → "77 %"; never 100 % of less than all.
std::string percent(int64_t part, int64_t whole) {
  const double share = 100 * static_cast<double>(part) / static_cast<double>(whole);
  if (part < whole && share > 99) return fmt::format("{:.4g} %", std::min(share, 99.99));
  return share < 10 ? fmt::format("{:.2g} %", share) : fmt::format("{:.0f} %", share);
}

std::string rounded(double number) {
  return number >= 1000 && number < 1e9 ? fmt::format("{:.0f}", number) : fmt::format("{:.4g}", number);
}

/// Numbers from 0 on, a few of them far beyond most.
bool has_heavy_tail(const Table& table, int64_t column, const ColumnProfile& profile) {
  const NumberSummary& numbers = profile.numbers;
  if (!table.is_numeric(column) || profile.type != ColumnType::number) return false;
  if (numbers.smallest < 0 || numbers.skew <= kSkew) return false;
  std::vector<double> above;
  for (const double number : table.numbers(column))
    if (number > 0 && std::isfinite(number)) above.push_back(number);
  const auto quarter = above.begin() + static_cast<std::ptrdiff_t>(above.size() / 4);
  std::nth_element(above.begin(), quarter, above.end());
  return numbers.largest >= kTail * *quarter;
}

class Findings {
 public:
  Findings(const Table& table, std::span<const ColumnProfile> profiles)
      : table_(table), profiles_(profiles) {}

  template <class... Args>
  void add(FindingKind kind, bool is_serious, int64_t column, std::string advice,
           fmt::format_string<Args...> text, Args&&... args) {
    const std::string& name = table_.name(column);
    findings_.push_back({kind, is_serious, name,
                         quote(name) + " " + fmt::format(text, std::forward<Args>(args)...),
                         std::move(advice)});
  }

  void look_at(int64_t column, bool is_target) {
    const ColumnProfile& profile = at(column);
    if (profile.rows == 0) return;
    if (profile.type == ColumnType::empty)
      return add(FindingKind::empty, is_target, column, is_target ? "" : kLeftOut, "holds no value");
    if (profile.numbers.infinite > 0)
      add(FindingKind::infinite, true, column, "take them as missing or mend the file",
          "holds {} infinite number{}, the first at {}", profile.numbers.infinite,
          profile.numbers.infinite == 1 ? "" : "s",
          table_.place(std::max<int64_t>(profile.numbers.first_infinite, 0), column));
    if (profile.stray) look_at_stray(column, *profile.stray);
    if (profile.distinct == 1)
      add(FindingKind::constant, is_target, column, is_target ? "there is nothing to learn" : kLeftOut,
          "holds one value only{}: {}", profile.missing > 0 ? ", where it is not missing" : "",
          profile.examples.empty() ? "" : on_one_line(profile.examples[0]));
    if (profile.dates && profile.dates->ambiguous)
      add(FindingKind::ambiguous_dates, false, column, "",
          "is read month first, as in {}; day first would do as well",
          profile.examples.empty() ? "03/05/2024" : on_one_line(profile.examples[0]));
    if (is_target) return;
    if (profile.type == ColumnType::identifier)
      add(FindingKind::identifier, false, column, kLeftOut, "{}: nothing to learn from", profile.reason);
    if (static_cast<double>(profile.missing) >= kMostlyMissing * static_cast<double>(profile.rows))
      add(FindingKind::mostly_missing, false, column, "", "is missing in {} of {} rows ({})", profile.missing,
          profile.rows, percent(profile.missing, profile.rows));
    if (profile.type == ColumnType::category && profile.distinct >= kFewestOfManyCategories &&
        kRowsOfCategory * profile.distinct >= profile.present())
      add(FindingKind::many_categories, false, column, "leave it out, or make fewer groups of it",
          "holds {} different texts in {} rows: most stand in too few to learn from", profile.distinct,
          profile.present());
    if (has_heavy_tail(table_, column, profile))
      add(FindingKind::heavy_tail, false, column, "the logarithm of 1 + x may be learned better",
          "has a long tail: median {}, largest {}", rounded(profile.numbers.median),
          rounded(profile.numbers.largest));
  }

  void look_at_target(int64_t target) {
    const ColumnProfile& profile = at(target);
    if (profile.missing > 0 && profile.missing < profile.rows)
      add(FindingKind::target_missing, true, target, "leave these rows out",
          "is the target and missing in {} of {} rows, the first at {}", profile.missing, profile.rows,
          table_.place(first_missing(target), target));
    look_for_rare_class(target);
    for (const Leak& leak : find_leaks(table_, profiles_, target))
      add(FindingKind::leak, true, leak.column,
          fmt::format("leave it out unless it is known before {} is", quote(table_.name(target))),
          "alone tells {}: {}", quote(table_.name(target)), leak.how);
  }

  void look_for_duplicates(int64_t target) {
    for (const Duplicate& duplicate : find_duplicates(table_, profiles_)) {
      const bool of_target = duplicate.original == target || duplicate.column == target;
      const int64_t column = duplicate.column == target ? duplicate.original : duplicate.column;
      const int64_t other = column == duplicate.column ? duplicate.original : duplicate.column;
      if (of_target)
        std::erase_if(findings_, [&](const Finding& finding) {
          return finding.kind == FindingKind::leak && finding.column == table_.name(column);
        });
      add(of_target ? FindingKind::leak : FindingKind::duplicate, of_target, column, "leave it out",
          "{} {}{}", duplicate.same_values ? "is the same as" : "says the same as", quote(table_.name(other)),
          of_target ? ", the target" : "");
    }
  }

  std::vector<Finding> take() {
    std::ranges::stable_sort(findings_, {}, &Finding::kind);
    return std::move(findings_);
  }

 private:
  const ColumnProfile& at(int64_t column) const { return profiles_[static_cast<size_t>(column)]; }

  void look_at_stray(int64_t column, const Stray& stray) {
    const std::string found = stray.text.empty() ? "an empty field" : quote(stray.text);
    add(FindingKind::mixed, true, column,
        stray.text.empty() ? "" : fmt::format("take {} as missing, or the column as a category", found),
        "holds numbers but for {} field{}, the first {} at {}", stray.fields, stray.fields == 1 ? "" : "s",
        found, table_.place(stray.row, column));
  }

  int64_t first_missing(int64_t column) const {
    int64_t row = 0;
    while (row + 1 < table_.rows() && !table_.is_missing(row, column)) ++row;
    return row;
  }

  void look_for_rare_class(int64_t target) {
    const ColumnProfile& profile = at(target);
    constexpr int64_t kMostClasses = 50;
    const bool is_class = profile.type == ColumnType::category || profile.type == ColumnType::codes ||
                          profile.type == ColumnType::boolean ||
                          (profile.type == ColumnType::number && profile.distinct == 2 && !profile.stray);
    if (!is_class || profile.distinct < 2 || profile.distinct > kMostClasses) return;
    const Partition classes = partition(table_, target);
    const auto rarest = std::ranges::min_element(classes.rows_of);
    const auto even = static_cast<double>(profile.present()) / static_cast<double>(classes.rows_of.size());
    if (*rarest > 1 && static_cast<double>(*rarest) >= kRareClass * even) return;
    const auto value = static_cast<int32_t>(rarest - classes.rows_of.begin());
    const auto row = std::ranges::find(classes.of_row, value) - classes.of_row.begin();
    add(FindingKind::imbalance, *rarest == 1, target, "look at its recall, not only at the accuracy",
        "is {} in {} of {} rows only ({})", quote(table_.field(row, target)), *rarest, profile.present(),
        percent(*rarest, profile.present()));
  }

  const Table& table_;
  std::span<const ColumnProfile> profiles_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::target_missing:
      return "target missing";
    case FindingKind::infinite:
      return "infinite";
    case FindingKind::mixed:
      return "mixed";
    case FindingKind::leak:
      return "leak";
    case FindingKind::empty:
      return "empty";
    case FindingKind::constant:
      return "constant";
    case FindingKind::identifier:
      return "identifier";
    case FindingKind::duplicate:
      return "duplicate";
    case FindingKind::mostly_missing:
      return "mostly missing";
    case FindingKind::imbalance:
      return "imbalance";
    case FindingKind::many_categories:
      return "many categories";
    case FindingKind::heavy_tail:
      return "heavy tail";
    case FindingKind::ambiguous_dates:
      return "ambiguous dates";
  }
  return "?";
}

std::vector<Finding> find_problems(const Table& table, std::span<const ColumnProfile> profiles,
                                   const std::string& target) {
  const int64_t target_column = target.empty() ? -1 : table.index(target);
  Findings findings(table, profiles);
  for (int64_t column = 0; column < table.columns(); ++column)
    findings.look_at(column, column == target_column);
  if (target_column >= 0) findings.look_at_target(target_column);
  findings.look_for_duplicates(target_column);
  return findings.take();
}

}  // namespace kette::data
