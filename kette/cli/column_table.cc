#include "kette/cli/column_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "kette/cli/text.h"

namespace kette::cli {
namespace {

using data::ColumnProfile;
using data::ColumnType;

constexpr size_t kMostColumns = 60, kColumnsOfMany = 20;
constexpr size_t kWidestName = 24, kBars = 12, kNarrowestValues = 24, kWidestValue = 18;
constexpr size_t kFindingsOfKind = 4, kShownOfMany = 3;

std::string missing_text(const ColumnProfile& profile) {
  if (profile.missing == 0) return "·";
  const double share = 100 * static_cast<double>(profile.missing) / static_cast<double>(profile.rows);
  return fmt::format("{} ({})", grouped(profile.missing),
                     share < 1 ? "< 1 %" : fmt::format("{:.0f} %", std::floor(share)));
}

std::string distinct_text(const ColumnProfile& profile) {
  return profile.has_exact_distinct() ? grouped(profile.distinct)
                                      : "> " + grouped(data::NumberSummary::kMostCounted);
}

/// Parts with commas, as many as fit.
std::string list(std::span<const std::string> parts, size_t width, bool are_all) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size() && are_all;
    const std::string next = (i == 0 ? "" : ", ") + parts[i];
    if (i > 0 && width_of(text) + width_of(next) + (is_last ? 0 : 3) > width) return text + ", …";
    text += next;
  }
  return are_all || parts.empty() ? text : text + ", …";
}

std::string frequent_text(const ColumnProfile& profile, size_t width) {
  std::vector<std::string> parts;
  for (const auto& [value, rows] : profile.most_frequent)
    parts.push_back(fmt::format("{} {}", value.empty() ? "\"\"" : cut(data::on_one_line(value), kWidestValue),
                                grouped(rows)));
  return list(parts, width, static_cast<int64_t>(parts.size()) == profile.distinct);
}

std::string values_text(const ColumnProfile& profile, size_t width) {
  const data::NumberSummary& numbers = profile.numbers;
  if (profile.type == ColumnType::empty) return "";
  if (profile.distinct == 1 && !profile.examples.empty())
    return cut("always " + data::on_one_line(profile.examples[0]), width);
  switch (profile.type) {
    case ColumnType::number: {
      const std::string stray =
          profile.stray ? fmt::format(", {} not numbers", grouped(profile.stray->fields)) : "";
      return fmt::format("{} … {}, median {}{}", short_number(numbers.smallest),
                         short_number(numbers.largest), short_number(numbers.median), stray);
    }
    case ColumnType::date:
      return data::iso_date(static_cast<int64_t>(numbers.smallest)) + " … " +
             data::iso_date(static_cast<int64_t>(numbers.largest));
    case ColumnType::text:
      return fmt::format("{} … {} characters, {:.0f} words", profile.shortest, profile.longest,
                         profile.words);
    case ColumnType::identifier: {
      std::vector<std::string> parts;
      for (const std::string& example : profile.examples)
        parts.push_back(cut(data::on_one_line(example), kWidestValue));
      return list(parts, width, false);
    }
    case ColumnType::codes:
    case ColumnType::category:
    case ColumnType::boolean:
    case ColumnType::empty:
      break;
  }
  return frequent_text(profile, width);
}

std::string right(const std::string& text, size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

/// "717 number, 57 with one value only"
std::string types_of(std::span<const ColumnProfile* const> profiles) {
  std::map<std::string, size_t> counts;
  for (const ColumnProfile* profile : profiles)
    ++counts[profile->distinct == 1 ? "with one value only" : std::string(to_string(profile->type))];
  std::string text;
  for (const auto& [type, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, type);
  return text;
}

/// Words in lines of at most `width` characters; lines after the first start with `indent`.
std::string wrapped(std::string_view text, size_t width, const std::string& indent) {
  std::string result;
  size_t used = 0;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(' ', start), text.size());
    const std::string_view word = text.substr(start, end - start);
    if (used > 0 && used + 1 + width_of(word) > width) {
      result += "\n" + indent;
      used = width_of(indent);
    } else if (start > 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += width_of(word);
    start = end + 1;
  }
  return result + "\n";
}

}  // namespace

std::string short_number(double number) {
  const double size = std::abs(number);
  if (number == std::floor(number) && size <= 1e6) return fmt::format("{:.0f}", number);
  if (size >= 1000 && size < 1e6) return fmt::format("{:.0f}", number);
  return fmt::format("{:.4g}", number);
}

std::string small_histogram(std::span<const int64_t> bins) {
  constexpr std::array<const char*, 8> kBarOf = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const size_t joined = (bins.size() + kBars - 1) / kBars;
  std::vector<int64_t> rows;
  for (size_t i = 0; i < bins.size(); ++i) {
    if (i % joined == 0) rows.push_back(0);
    rows.back() += bins[i];
  }
  const int64_t most = rows.empty() ? 0 : std::ranges::max(rows);
  std::string text;
  for (const int64_t count : rows) {
    const double height = most == 0 ? 0 : static_cast<double>(count) / static_cast<double>(most);
    text += count == 0 ? " " : kBarOf.at(static_cast<size_t>(std::ceil(8 * height)) - 1);
  }
  return text;
}

std::string column_table(std::span<const ColumnProfile> profiles, size_t width, bool all,
                         std::string_view target) {
  const bool is_short = !all && profiles.size() > kMostColumns;
  std::vector<const ColumnProfile*> shown;
  std::vector<const ColumnProfile*> others;
  for (const ColumnProfile& profile : profiles)
    (!is_short || shown.size() < kColumnsOfMany || profile.name == target ? shown : others)
        .push_back(&profile);
  size_t names = 6, types = 4, missing = 7, distinct = 8;
  for (const ColumnProfile* profile : shown) {
    names = std::max(names, std::min(kWidestName, width_of(data::on_one_line(profile->name))));
    types = std::max(types, to_string(profile->type).size());
    missing = std::max(missing, width_of(missing_text(*profile)));
    distinct = std::max(distinct, width_of(distinct_text(*profile)));
  }
  constexpr size_t kGap = 2;
  const size_t used = names + types + missing + distinct + 4 * kGap;
  const size_t room = std::max(width, used + kNarrowestValues) - used;
  const bool has_bars = room >= kNarrowestValues + kGap + kBars;
  std::vector<std::string> values, bars;
  size_t widest =
      0;  // of the values that have bars beside them; others may run on into the place of the bars
  for (const ColumnProfile* profile : shown) {
    bars.push_back(has_bars && profile->type != ColumnType::identifier
                       ? small_histogram(profile->numbers.histogram)
                       : "");
    const size_t own = bars.back().empty() ? room : room - kGap - kBars;
    values.push_back(cut(values_text(*profile, own), own));
    if (!bars.back().empty()) widest = std::max(widest, width_of(values.back()));
  }
  std::vector<std::vector<std::string>> cells = {
      {"column", "type", right("missing", missing), right("distinct", distinct), "values"}};
  for (size_t i = 0; i < shown.size(); ++i) {
    if (!bars[i].empty()) values[i] += std::string(widest + kGap - width_of(values[i]), ' ') + bars[i];
    cells.push_back({cut(data::on_one_line(shown[i]->name), names), std::string(to_string(shown[i]->type)),
                     right(missing_text(*shown[i]), missing), right(distinct_text(*shown[i]), distinct),
                     values[i]});
  }
  std::string text = table(cells, false);
  if (is_short)
    text +=
        wrapped(fmt::format("… and {} more columns: {}; --all shows them", others.size(), types_of(others)),
                width, "  ");
  return text;
}

std::string finding_list(std::span<const data::Finding> findings, size_t width, bool all) {
  std::string text;
  for (size_t first = 0, end = 0; first < findings.size(); first = end) {
    while (end < findings.size() && findings[end].kind == findings[first].kind) ++end;
    const auto of_kind = findings.subspan(first, end - first);
    const bool is_short = !all && of_kind.size() > kFindingsOfKind;
    for (const data::Finding& finding : is_short ? of_kind.first(kShownOfMany) : of_kind) {
      // The same advice is given once.
      const bool is_new = &finding == of_kind.data() || finding.advice != (&finding - 1)->advice;
      const std::string advice = finding.advice.empty() || !is_new ? "" : " → " + finding.advice;
      text += wrapped(fmt::format("{} {}{}", finding.is_serious ? "!" : "-", finding.text, advice), width,
                      "    ");
    }
    if (!is_short) continue;
    std::vector<std::string> names;
    for (const data::Finding& finding : of_kind.subspan(kShownOfMany))
      names.push_back(cut(data::on_one_line(finding.column), kWidestName));
    const std::string head =
        fmt::format("  {} more like this ({}): ", names.size(), to_string(of_kind[0].kind));
    text += head + list(names, std::max(width, head.size() + kNarrowestValues) - head.size(), true) + "\n";
  }
  return text;
}

}  // namespace kette::cli
