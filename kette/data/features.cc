#include "kette/data/features.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "kette/base/error.h"
#include "kette/data/column_profile.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

constexpr int64_t kMostLookedAt = int64_t{1} << 22;  // numbers of a table; beyond, a sample of its rows is
constexpr int64_t kLeastSample = 4000;
constexpr size_t kMostKept = 1000;       // categories of a column that count for themselves
constexpr size_t kMostListed = 4000;     // with the rare ones
constexpr size_t kMostShared = 100'000;  // both, of a vocabulary

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What the rules say of a column, read off a sample where the table is large.
struct Look {
  ColumnType type;
  bool is_constant;
  std::string value;  // of a constant column
  DateFormat dates;
};

/// Of every stride-th number.
NumberSummary summarise_sample(Numbers numbers, int64_t stride) {
  return numbers.visit([&]<class T>(std::span<const T> values) {
    std::vector<T> sample;
    for (size_t i = 0; i < values.size(); i += static_cast<size_t>(stride)) sample.push_back(values[i]);
    return summarise(Numbers(std::span<const T>(sample)));
  });
}

Look look_at_numbers(const Table& table, int64_t column, int64_t stride) {
  const Numbers numbers = table.numbers(column);
  NumberSummary summary = stride == 1 ? summarise(numbers) : summarise_sample(numbers, stride);
  const auto all_alike = [&] {
    return std::ranges::all_of(numbers, [&](double v) { return v == numbers.front(); });
  };
  const bool is_constant = summary.distinct == 1 && all_alike();
  int64_t rows = (table.rows() + stride - 1) / stride;
  // Row numbers show only in rows that follow each other, and a sample may miss the few numbers of an empty
  // column.
  if (stride > 1 && (summary.present == 0 || (summary.whole && summary.distinct == summary.present))) {
    summary = summarise(numbers);
    rows = table.rows();
  }
  return {type_of_numbers(table.name(column), rows, summary).type,
          is_constant,
          is_constant ? shortest(numbers.front()) : "",
          {}};
}

Look look_at_text(const Table& table, int64_t column) {
  const ColumnProfile seen = profile_column(table, column);
  if (seen.stray) fail("{}", describe_stray(table, column, seen));
  const bool is_constant = seen.distinct == 1 && seen.missing == 0;
  return {seen.type, is_constant, is_constant ? quote(table.text(column).distinct(0)) : "",
          seen.dates.value_or(DateFormat{})};
}

bool is_said(const std::string& name, const DatasetOptions& options) {
  return contains(options.categorical, name) || contains(options.share_embedding, name) ||
         contains(options.numeric, name);
}

/// At every column whose kind the options do not name.
std::vector<std::optional<Look>> look_at(const Table& table, std::span<const std::string> names,
                                         const DatasetOptions& options, int64_t stride) {
  std::vector<std::optional<Look>> looks(names.size());
  for_each_tile(options.threads, static_cast<int64_t>(names.size()), [&](int64_t i, int) {
    const std::string& name = names[static_cast<size_t>(i)];
    if (is_said(name, options)) return;
    const int64_t column = table.index(name);
    looks[static_cast<size_t>(i)] =
        table.is_numeric(column) ? look_at_numbers(table, column, stride) : look_at_text(table, column);
  });
  return looks;
}

/// What is left out although nobody asked for it, and why.
std::string reason_to_leave_out(const Look& look) {
  if (look.type == ColumnType::empty) return "holds no value";
  if (look.type == ColumnType::identifier) return "names the rows";
  return "";
}

Feature feature_of(const Table& table, int64_t column, const Look& look) {
  Feature feature{.name = table.name(column)};
  const bool is_text = !table.is_numeric(column);
  if (look.type == ColumnType::date && is_text) {
    feature.kind = Feature::Kind::date;
    feature.date_format = to_string(look.dates);
  } else if (look.type == ColumnType::text) {
    feature.kind = Feature::Kind::words;
  } else if (is_text || look.type == ColumnType::codes) {
    feature.kind = Feature::Kind::category;
  }
  return feature;
}

void check_roles(const Table& table, const DatasetOptions& options, std::span<const std::string> targets) {
  std::map<std::string, std::string> roles;
  const auto assign = [&](const std::string& name, const std::string& role) {
    table.index(name);
    const auto [known, is_new] = roles.emplace(name, role);
    if (is_new) return;
    if (known->second == role) fail("{}: {} {} is listed twice", table.source(), role, quote(name));
    fail("{}: column {} is {} and also {}", table.source(), quote(name),
         known->second == "target" ? "the target" : known->second,
         role == "target" ? "a target" : "a " + role);
  };
  for (const std::string& name : targets) assign(name, "target");
  if (!options.weight.empty()) assign(options.weight, "weight");
  if (!options.group.empty()) assign(options.group, "group");
  for (const std::string& name : options.features) assign(name, "feature");
  for (const std::string& name : options.ignore) {
    table.index(name);
    if (contains(options.features, name))
      fail("{}: column {} is said to be ignored and a feature", table.source(), quote(name));
  }
  for (const std::string& name : options.categorical) {
    table.index(name);
    if (contains(options.numeric, name))
      fail("{}: column {} is said to be categorical and numeric", table.source(), quote(name));
  }
  for (const std::string& name : options.numeric) table.index(name);
  for (const std::string& name : options.share_embedding) {
    table.index(name);
    if (contains(options.numeric, name))
      fail("{}: column {} is said to be numeric and to share an embedding", table.source(), quote(name));
  }
}

std::vector<std::string> candidates(const Table& table, const DatasetOptions& options,
                                    std::span<const std::string> targets) {
  std::vector<std::string> names = options.features;
  for (const std::string& name : options.features.empty() ? table.names() : std::vector<std::string>())
    if (!contains(targets, name) && !contains(options.ignore, name) && name != options.weight &&
        name != options.group)
      names.push_back(name);
  for (const std::string& name : options.share_embedding)
    if (!contains(names, name))
      fail("{}: column {} is to share an embedding, but is no feature", table.source(), quote(name));
  return names;
}

/// Of columns, one at least; of many (the margins of images) the first few are named.
std::string describe_constant(std::span<const std::pair<std::string, std::string>> columns,
                              bool are_left_out) {
  constexpr size_t kMostNames = 3;
  const auto& [name, value] = columns.front();
  if (columns.size() == 1)
    return fmt::format("column {} is constant ({}) and carries no information{}", quote(name), value,
                       are_left_out ? "; it is left out" : "");
  std::string names;
  for (size_t i = 0; i < std::min(columns.size(), kMostNames); ++i)
    names += fmt::format("{}{} ({})", i == 0 ? "" : ", ", quote(columns[i].first), columns[i].second);
  return fmt::format("{} columns are constant and carry no information: {}{}{}", columns.size(), names,
                     columns.size() > kMostNames ? ", …" : "", are_left_out ? "; they are left out" : "");
}

void expect_any(std::span<const Feature> features, const Table& table, std::span<const std::string> targets) {
  if (features.empty())
    fail("{}: no feature column that tells anything; expected at least one besides the target {}",
         table.source(), quote(targets.empty() ? "" : targets.front()));
}

using Counts = std::unordered_map<std::string, int64_t>;

/// Rows that hold each category; the numbers of a numeric column as their shortest text.
Counts count_categories(const Table& table, int64_t column, std::span<const int64_t> rows) {
  Counts counts;
  if (table.is_numeric(column)) {
    std::unordered_map<double, int64_t> numbers;
    for (const int64_t row : rows)
      if (!table.is_missing(row, column)) ++numbers[table.numbers(column)[static_cast<size_t>(row)] + 0.0];
    for (const auto& [number, count] : numbers) counts[shortest(number)] = count;
    return counts;
  }
  const TextColumn& text = table.text(column);
  std::vector<int64_t> of_code(static_cast<size_t>(text.distinct_count()));
  for (const int64_t row : rows)
    if (!text.is_missing(row)) ++of_code[static_cast<size_t>(text.code(row))];
  for (size_t code = 0; code < of_code.size(); ++code)
    if (of_code[code] > 0)
      counts[std::string(trim_blanks(text.distinct(static_cast<int32_t>(code))))] += of_code[code];
  return counts;
}

bool comes_before(const std::string& a, const std::string& b) {
  const std::optional<double> x = parse_number(a), y = parse_number(b);
  if (x && y && *x != *y) return *x < *y;
  return a < b;
}

/// Of so many rows on a category is kept.
int64_t least_rows(const DatasetOptions& options, std::span<const int64_t> rows) {
  return options.rare.value_or(std::clamp<int64_t>(static_cast<int64_t>(rows.size()) / 200, 1, 20));
}

/// Kept in their order, then the rare ones.
void set_categories(Feature& feature, const Counts& counts, std::span<const int64_t> rows,
                    const DatasetOptions& options) {
  const int64_t least = least_rows(options, rows);
  const size_t most_kept = feature.shared ? kMostShared : kMostKept;
  const size_t most_listed = feature.shared ? kMostShared : kMostListed;
  std::vector<std::pair<int64_t, std::string>> by_count;  // most frequent first
  for (const auto& [text, count] : counts) by_count.emplace_back(-count, text);
  std::ranges::sort(by_count);
  std::vector<std::string> kept, rare;
  for (const auto& [negative, text] : by_count)
    (-negative >= least && kept.size() < most_kept ? kept : rare).push_back(text);
  std::ranges::sort(kept, comes_before);
  if (rare.size() > most_listed - kept.size()) rare.resize(most_listed - kept.size());
  std::ranges::sort(rare, comes_before);
  feature.kept = static_cast<int64_t>(kept.size());
  feature.categories = std::move(kept);
  feature.categories.insert(feature.categories.end(), rare.begin(), rare.end());
}

void fit_shared(std::span<Feature> features, const Table& table, std::span<const int64_t> rows,
                const DatasetOptions& options) {
  Counts most;
  for (const Feature& feature : features)
    if (feature.shared)
      for (const auto& [text, count] : count_categories(table, table.index(feature.name), rows))
        most[text] = std::max(most[text], count);
  for (Feature& feature : features) {
    if (!feature.shared) continue;
    set_categories(feature, most, rows, options);
    if (feature.kept == 0)
      fail(
          "{}: no value of the columns that share an embedding is in {} training rows or more, so there is "
          "nothing to learn of any: take more rows, or a smaller --rare",
          table.source(), least_rows(options, rows));
  }
}

void fit_words(Feature& feature, const Table& table, std::span<const int64_t> rows,
               const DatasetOptions& options) {
  const int64_t column = table.index(feature.name);
  std::unordered_map<std::string, int64_t> counts;
  for (const int64_t row : rows) {
    std::vector<std::string> words = words_of(table.field(row, column));
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    for (std::string& word : words) ++counts[std::move(word)];
  }
  const auto total = static_cast<int64_t>(rows.size());
  const int64_t least = std::max<int64_t>(5, total / 100), most = total - total / 50;
  std::vector<std::pair<int64_t, std::string>> by_count;
  for (const auto& [word, count] : counts)
    if (count >= least && count <= most) by_count.emplace_back(-count, word);
  std::ranges::sort(by_count);
  if (static_cast<int64_t>(by_count.size()) > options.most_words)
    by_count.resize(static_cast<size_t>(options.most_words));
  feature.categories.clear();
  for (auto& [count, word] : by_count) feature.categories.push_back(std::move(word));
  std::ranges::sort(feature.categories);
}

}  // namespace

FeatureChoice choose_features(const Table& table, const DatasetOptions& options,
                              std::span<const std::string> targets) {
  check_roles(table, options, targets);
  const int64_t cells = table.rows() * table.columns();
  const int64_t stride =
      cells <= kMostLookedAt
          ? 1
          : std::max<int64_t>(1, std::min(cells / kMostLookedAt, table.rows() / kLeastSample));
  FeatureChoice choice;
  std::vector<std::pair<std::string, std::string>> constant;  // names and values
  const std::vector<std::string> names = candidates(table, options, targets);
  const std::vector<std::optional<Look>> looks = look_at(table, names, options, stride);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    const int64_t column = table.index(name);
    const bool is_shared = contains(options.share_embedding, name);
    if (is_shared || contains(options.categorical, name)) {
      choice.features.push_back({.name = name, .kind = Feature::Kind::category, .shared = is_shared});
      continue;
    }
    if (contains(options.numeric, name)) {
      table.numbers(column);  // throws at the place of a text
      choice.features.push_back({.name = name});
      continue;
    }
    const Look& look = looks[i].value();
    const bool is_asked = !options.features.empty();
    if (look.is_constant) {
      constant.emplace_back(name, look.value);
      if (!is_asked) continue;
    }
    if (const std::string reason = reason_to_leave_out(look); !reason.empty() && !is_asked) {
      choice.notes.push_back(fmt::format("column {} {} and is left out", quote(name), reason));
      continue;
    }
    if (look.type == ColumnType::text && options.most_words == 0 && !is_asked) {
      choice.notes.push_back(fmt::format("column {} is free text and is left out", quote(name)));
      continue;
    }
    choice.features.push_back(feature_of(table, column, look));
  }
  if (!constant.empty()) choice.warnings = {describe_constant(constant, options.features.empty())};
  expect_any(choice.features, table, targets);
  std::ranges::stable_sort(choice.features, {}, [](const Feature& f) {
    return f.kind == Feature::Kind::number     ? 0
           : f.kind == Feature::Kind::date     ? 1
           : f.kind == Feature::Kind::category ? 2
                                               : 3;
  });
  return choice;
}

void fit_categories(std::vector<Feature>& features, const Table& table, std::span<const int64_t> rows,
                    const DatasetOptions& options) {
  fit_shared(features, table, rows, options);
  for (Feature& feature : features) {
    if (feature.kind == Feature::Kind::category && !feature.shared)
      set_categories(feature, count_categories(table, table.index(feature.name), rows), rows, options);
    if (feature.kind == Feature::Kind::words) fit_words(feature, table, rows, options);
  }
  std::erase_if(features,
                [](const Feature& f) { return f.kind == Feature::Kind::words && f.categories.empty(); });
  expect_any(features, table,
             options.targets.empty() ? std::span(&options.target, 1) : std::span(options.targets));
}

}  // namespace kette::data
