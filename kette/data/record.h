// Where records and their fields begin and end in delimited text [RFC 4180].
#pragma once

#include <cstring>
#include <string_view>

#include "kette/data/parse_number.h"
#include "kette/data/read_options.h"

namespace kette::data {

inline bool ends_line(char c) { return c == '\n' || c == '\r'; }

/// Behind the line end at `place` (CRLF is one).
inline const char* skip_line_end(const char* place, const char* end) {
  return place + (*place == '\r' && place + 1 != end && place[1] == '\n' ? 2 : 1);
}

inline const char* find_char(const char* first, const char* last, char c) {
  return first == last ? nullptr
                       : static_cast<const char*>(std::memchr(first, c, static_cast<size_t>(last - first)));
}

/// Whether the quote at `place` begins a field of the text that begins at `start`, which is where a record
/// does.
inline bool opens_field(const char* start, const char* place, const Dialect& dialect) {
  if (dialect.padded)
    while (place != start && is_blank(place[-1])) --place;
  if (place == start || ends_line(place[-1])) return true;
  return dialect.delimiter == ' ' ? is_blank(place[-1]) : place[-1] == dialect.delimiter;
}

/// The quote that closes the field whose content begins at `place`; nullptr when there is none.
inline const char* closing_quote(const char* place, const char* end) {
  while ((place = find_char(place, end, '"')) != nullptr && place + 1 != end && place[1] == '"') place += 2;
  return place;
}

/// Behind the record that begins at `start`, its line end included; nullptr when the text ends before.
const char* record_end(const char* start, const char* end, const Dialect& dialect);

/// Behind the last whole record of the text that begins at `start`, where a record begins; `start` when there
/// is none. A CR at the very end of the text ends none: an LF may follow.
const char* last_record_end(const char* start, const char* end, const Dialect& dialect);

/// What a walk over the fields of a text found.
struct FieldCounts {
  std::vector<size_t> counts;  // fields of each record, blank ones left out
  size_t numbers = 0;          // fields that are numbers, or missing
  size_t fields = 0;
  const char* broken_at = nullptr;  // the first text behind a closing quote, or the end that a quote misses
  size_t broken_field = 0;          // of its record
  bool line_end_in_quotes = false;
};

/// Calls `on_field(content, quoted)` for each field of the record at `place`; the content of a quoted one is
/// without the quotes around, but with doubled quotes as they are. Returns the place behind the record.
template <class OnField>
const char* walk_record(const char* place, const char* end, const Dialect& dialect, FieldCounts& found,
                        OnField on_field) {
  size_t field = 0;
  const auto broken = [&](const char* at) {
    if (found.broken_at == nullptr) found.broken_at = at, found.broken_field = field;
  };
  const bool runs = dialect.delimiter == ' ';
  const auto skip_blanks = [&] {
    while (place != end && is_blank(*place)) ++place;
  };
  if (runs) skip_blanks();
  while (true) {
    const char* start = place;
    if (dialect.padded) skip_blanks();
    if (dialect.quotes && place != end && *place == '"') {
      const char* close = closing_quote(place + 1, end);
      if (close == nullptr) {
        broken(end);
        on_field(std::string_view(place + 1, static_cast<size_t>(end - place - 1)), true);
        return end;
      }
      const std::string_view content(place + 1, static_cast<size_t>(close - place - 1));
      if (content.find_first_of("\r\n") != content.npos) found.line_end_in_quotes = true;
      on_field(content, true);
      place = close + 1;
      if (dialect.padded) skip_blanks();
      if (place != end && !ends_line(*place) && *place != dialect.delimiter && !(runs && is_blank(*place)))
        broken(place);
      while (place != end && !ends_line(*place) && *place != dialect.delimiter && !(runs && is_blank(*place)))
        ++place;
    } else {
      while (place != end && !ends_line(*place) && *place != dialect.delimiter && !(runs && is_blank(*place)))
        ++place;
      std::string_view content(start, static_cast<size_t>(place - start));
      on_field(dialect.padded ? trim_blanks(content) : content, false);
    }
    if (runs) skip_blanks();
    if (place == end) return end;
    if (ends_line(*place)) return skip_line_end(place, end);
    if (!runs) ++place;
    ++field;
  }
}

/// Whether nothing but blanks and delimiters stands between `place` and the end of its line.
inline bool is_blank_record(const char* place, const char* end, char delimiter) {
  while (place != end && (is_blank(*place) || *place == delimiter)) ++place;
  return place == end || ends_line(*place);
}

}  // namespace kette::data
