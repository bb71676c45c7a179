#include "kette/data/sniff.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "kette/base/error.h"
#include "kette/data/missing.h"
#include "kette/data/record.h"

namespace kette::data {
namespace {

constexpr size_t kRecords = 1000;
// In the order in which they are preferred where two of them fit equally.
constexpr std::string_view kDelimiters{",\t;|\x01~ "};

struct Fit {
  Dialect dialect;
  FieldCounts found;
  size_t fields = 0;       // of most records
  double consistency = 0;  // share of records that have as many
  double numeric = 0;      // share of fields that are numbers, the first record left out
};

/// `whole`: the text is all of the file; otherwise it may end within a quoted field.
Fit fit(std::string_view text, bool whole, const Dialect& dialect) {
  Fit result{.dialect = dialect};
  const char* place = text.data();
  const char* end = place + text.size();
  FieldCounts& found = result.found;
  while (place != end && found.counts.size() < kRecords) {
    if (is_blank_record(place, end, dialect.delimiter)) {
      while (!ends_line(*place) && place + 1 != end) ++place;
      place = ends_line(*place) ? skip_line_end(place, end) : end;
      continue;
    }
    if (found.counts.size() == 1) found.numbers = found.fields = 0;  // the first record may be names
    size_t count = 0;
    const char* start = place;
    const bool was_broken = found.broken_at != nullptr;
    place = walk_record(place, end, dialect, found, [&](std::string_view field, bool) {
      ++count;
      ++found.fields;
      if (field.size() < 40 && (trim_blanks(field).empty() || looks_numeric(field))) ++found.numbers;
    });
    if (!whole && !was_broken && found.broken_at == end &&
        4 * static_cast<size_t>(end - start) < text.size()) {
      found.broken_at = nullptr;
      break;
    }
    found.counts.push_back(count);
  }
  std::map<size_t, size_t> times;
  for (size_t count : found.counts) ++times[count];
  size_t most = 0;
  for (const auto& [count, records] : times)
    if (records > most || (records == most && count == found.counts.front())) {
      most = records;
      result.fields = count;
    }
  if (!found.counts.empty())
    result.consistency = static_cast<double>(most) / static_cast<double>(found.counts.size());
  if (found.fields > 0)
    result.numeric = static_cast<double>(found.numbers) / static_cast<double>(found.fields);
  return result;
}

/// Whether quotes in the text are ordinary characters: as syntax they break rows or swallow line ends, while
/// without them every row has the same number of fields.
bool quotes_are_literal(const Fit& quoted, const Fit& literal) {
  if (literal.consistency < 1 || literal.fields < 2) return false;
  return quoted.found.broken_at != nullptr || quoted.consistency < 1 ||
         (quoted.found.line_end_in_quotes && literal.fields == quoted.fields);
}

Fit best_quoting(std::string_view text, bool whole, Dialect dialect, const ReadOptions& options) {
  dialect.quotes = options.quotes.value_or(true);
  Fit quoted = fit(text, whole, dialect);
  if (options.quotes || text.find('"') == text.npos) return quoted;
  dialect.quotes = false;
  Fit literal = fit(text, whole, dialect);
  return quotes_are_literal(quoted, literal) ? literal : quoted;
}

/// Whether `a` describes the text better.
bool better(const Fit& a, const Fit& b) {
  if ((a.fields > 1) != (b.fields > 1)) return a.fields > 1;
  if ((a.found.broken_at == nullptr) != (b.found.broken_at == nullptr)) return a.found.broken_at == nullptr;
  constexpr double kSame = 0.02;
  if (std::abs(a.consistency - b.consistency) > kSame) return a.consistency > b.consistency;
  return a.numeric > b.numeric + 0.2;
}

Fit best_fit(std::string_view text, bool whole, const ReadOptions& options) {
  if (options.delimiter) return best_quoting(text, whole, {.delimiter = *options.delimiter}, options);
  Fit best = best_quoting(text, whole, {.delimiter = kDelimiters[0]}, options);
  for (char delimiter : kDelimiters.substr(1)) {
    const bool blanks = delimiter == ' ';
    if (text.find(delimiter) == text.npos && !(blanks && text.find('\t') != text.npos)) continue;
    Fit candidate = best_quoting(text, whole, {.delimiter = delimiter}, options);
    if (candidate.fields < 2) continue;
    // Sentences have blanks, too: only columns of numbers are separated by them.
    if (blanks && (candidate.consistency < 0.9 || candidate.numeric < 0.5)) continue;
    if (better(candidate, best)) best = std::move(candidate);
  }
  return best;
}

/// Whether blanks stand around the fields.
bool is_padded(std::string_view text, const Fit& fit) {
  if (fit.dialect.delimiter == ' ' || fit.dialect.delimiter == '\t' || fit.fields < 2) return false;
  size_t delimiters = 0, blanks = 0;
  FieldCounts found;
  const char* end = text.data() + text.size();
  size_t records = 0;
  for (const char* place = text.data(); place != end && records < kRecords; ++records) {
    size_t field = 0;
    place = walk_record(place, end, fit.dialect, found, [&](std::string_view content, bool quoted) {
      if (field++ == 0) return;
      ++delimiters;
      if (!quoted && content.starts_with(' ')) ++blanks;
    });
  }
  return delimiters > 0 && static_cast<double>(blanks) >= 0.9 * static_cast<double>(delimiters);
}

struct Cell {
  std::string text;
  bool number = false, missing = false;
};

std::vector<std::vector<Cell>> cells_of(std::string_view text, const Dialect& dialect,
                                        const MissingFields& missing) {
  std::vector<std::vector<Cell>> rows;
  FieldCounts found;
  const char* end = text.data() + text.size();
  for (const char* place = text.data(); place != end && rows.size() < kRecords;) {
    const bool blank = is_blank_record(place, end, dialect.delimiter);
    std::vector<Cell> row;
    place = walk_record(place, end, dialect, found, [&](std::string_view field, bool) {
      const std::string_view content = trim_blanks(field);
      row.push_back({std::string(content), looks_numeric(content), missing.contains(content)});
    });
    if (!blank) rows.push_back(std::move(row));
  }
  return rows;
}

bool is_whole_name(const Cell& cell) {
  return std::ranges::all_of(cell.text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A letter, then letters, digits and "_".
bool is_identifier(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What stands below the first field of a column.
struct Below {
  size_t present = 0, numbers = 0;
  size_t again = 0;   // of its text
  size_t single = 0;  // texts that no other row has

  bool is_mostly_numbers() const { return 2 * numbers > present; }
  /// A row would seldom have a text here that no other row has.
  bool shows_a_name() const { return again == 0 && (is_mostly_numbers() || 20 * single <= present); }
  bool has_it_often() const { return 10 * again > present; }
};

Below below(const std::vector<std::vector<Cell>>& rows, size_t column) {
  Below found;
  std::map<std::string_view, size_t> times;
  for (size_t r = 1; r < rows.size(); ++r) {
    if (column >= rows[r].size() || rows[r][column].missing) continue;
    ++found.present;
    found.numbers += rows[r][column].number;
    ++times[rows[r][column].text];
  }
  const auto again = times.find(rows.front()[column].text);
  found.again = again == times.end() ? 0 : again->second;
  for (const auto& [text, count] : times) found.single += count == 1 ? 1 : 0;
  return found;
}

bool first_row_is_header(const std::vector<std::vector<Cell>>& rows) {
  if (rows.empty()) return true;
  const std::vector<Cell>& first = rows.front();
  bool names_numbers = false, recurs = false, has_number = false, numbers_may_be_names = true;
  bool are_names = true, one_shows_a_name = false, one_is_frequent = false;
  std::set<std::string> distinct;
  for (size_t c = 0; c < first.size(); ++c) {
    const Cell& cell = first[c];
    const bool is_repeated = !cell.text.empty() && !distinct.insert(cell.text).second;
    if (is_repeated && cell.number) numbers_may_be_names = false;
    if (is_repeated || !is_identifier(cell.text)) are_names = false;
    if (cell.number) {
      has_number = true;
      if (!is_whole_name(cell)) numbers_may_be_names = false;
      continue;
    }
    if (cell.missing) continue;
    const Below found = below(rows, c);
    names_numbers |= found.is_mostly_numbers();
    recurs |= found.again > 0;
    one_shows_a_name |= found.shows_a_name();
    one_is_frequent |= found.has_it_often();
  }
  // Columns of words may hold the word that is their name.
  if (recurs && !(are_names && one_shows_a_name && !one_is_frequent)) return false;
  if (names_numbers) return !has_number || numbers_may_be_names;
  return !has_number;
}

}  // namespace

Sniffed sniff(std::string_view sample, bool whole, const ReadOptions& options) {
  Sniffed result;
  const char* start = sample.data();
  const char* end = start + sample.size();
  const auto line_behind = [&](const char* place) {
    while (place != end && !ends_line(*place)) ++place;
    return place == end ? end : skip_line_end(place, end);
  };
  size_t comments = 0;
  while (start != end && (*start == '#' || is_blank_record(start, end, ' '))) {
    if (*start == '#') ++comments;
    start = line_behind(start);
  }
  size_t later = 0, lines = 0;
  for (const char* place = start; place != end && lines < kRecords; place = line_behind(place), ++lines)
    if (*place == '#') ++later;
  if (comments > 0 && start != end && 10 * later <= lines) {
    result.dialect.comment = '#';
    result.notes.push_back(fmt::format("{} comment line{} before the {} skipped", comments,
                                       comments == 1 ? "" : "s", options.header == false ? "rows" : "table"));
  } else {
    start = sample.data();
  }
  result.first_record = static_cast<size_t>(start - sample.data());
  const std::string_view text(start, static_cast<size_t>(end - start));
  const Fit best = best_fit(text, whole, options);
  const char comment = result.dialect.comment;
  result.dialect = best.dialect;
  result.dialect.comment = comment;
  result.fields = best.fields;
  result.dialect.padded = is_padded(text, best);
  if (!best.dialect.quotes && !options.quotes)
    result.notes.push_back("quotes are ordinary characters here: they do not come in pairs around fields");
  result.dialect.header =
      options.header ? *options.header
                     : first_row_is_header(cells_of(text, result.dialect, MissingFields(options.missing)));
  return result;
}

}  // namespace kette::data
