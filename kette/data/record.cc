#include "kette/data/record.h"

namespace kette::data {
namespace {

const char* first_line_end(const char* first, const char* last) {
  const char* line_feed = find_char(first, last, '\n');
  const char* carriage_return = find_char(first, line_feed == nullptr ? last : line_feed, '\r');
  return carriage_return != nullptr ? carriage_return : line_feed;
}

/// Behind the last line end in [first, last), or nullptr.
const char* behind_last_line_end(const char* first, const char* last, const char* end) {
  for (; last != first; --last) {
    if (last[-1] == '\n') return last;
    if (last[-1] == '\r' && last != end && *last != '\n') return last;
  }
  return nullptr;
}

}  // namespace

const char* record_end(const char* start, const char* end, const Dialect& dialect) {
  const char* place = start;
  const char* searched = start;
  while (true) {
    const char* line_end = first_line_end(searched, end);
    const char* limit = line_end == nullptr ? end : line_end;
    const char* open = dialect.quotes ? find_char(place, limit, '"') : nullptr;
    while (open != nullptr && !opens_field(start, open, dialect)) open = find_char(open + 1, limit, '"');
    if (open == nullptr) return line_end == nullptr ? nullptr : skip_line_end(line_end, end);
    const char* close = closing_quote(open + 1, end);
    if (close == nullptr) return nullptr;
    place = searched = close + 1;
  }
}

const char* last_record_end(const char* start, const char* end, const Dialect& dialect) {
  const char* cut = start;
  const char* unquoted = start;  // where the present stretch outside quotes begins
  const char* place = start;
  const auto take = [&](const char* last) {
    if (const char* found = behind_last_line_end(unquoted, last, end); found != nullptr) cut = found;
  };
  while (true) {
    const char* open = dialect.quotes ? find_char(place, end, '"') : nullptr;
    if (open == nullptr) {
      take(end);
      return cut;
    }
    if (!opens_field(start, open, dialect)) {
      place = open + 1;
      continue;
    }
    take(open);
    const char* close = closing_quote(open + 1, end);
    // A quote that ends the text may be the first half of a doubled one.
    if (close == nullptr || close + 1 == end) return cut;
    place = unquoted = close + 1;
  }
}

}  // namespace kette::data
