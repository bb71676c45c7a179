#include "kette/data/csv.h"

#include <algorithm>
#include <vector>

#include "kette/base/atomic_file.h"
#include "kette/data/parse_number.h"
#include "kette/data/read.h"

namespace kette::data {
namespace {

constexpr char kDelimiter = ',';

bool looks_marked(std::string_view name) {
  return name.starts_with("\xEF\xBB\xBF") || name.starts_with("\xFF\xFE") || name.starts_with("\xFE\xFF");
}

/// `alone`: the only field of its line, which would be blank, and skipped, without quotes. Blanks around a
/// field might be taken for padding.
bool needs_quotes(std::string_view field, bool alone) {
  if (alone && trim_blanks(field).empty()) return true;
  if (!field.empty() && (is_blank(field.front()) || is_blank(field.back()))) return true;
  return field.find_first_of(",\"\r\n") != field.npos;
}

void append_field(std::string& out, std::string_view field, bool quoted) {
  if (!quoted) {
    out += field;
    return;
  }
  out += '"';
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_row(std::string& out, const Table& table, int64_t row) {
  const bool alone = table.columns() == 1;
  bool blank = true;  // up to here; a row of delimiters only would be skipped
  for (int64_t c = 0; c < table.columns(); ++c) {
    if (c > 0) out += kDelimiter;
    const bool last = c + 1 == table.columns();
    if (table.is_missing(row, c)) {
      if (blank && last) out += "\"\"";
      continue;
    }
    if (table.is_numeric(c)) {
      out += shortest(table.numbers(c)[static_cast<size_t>(row)]);
      blank = false;
      continue;
    }
    const std::string_view field = table.text(c)[row];
    const bool empty = trim_blanks(field).empty();
    append_field(out, field, needs_quotes(field, alone) || (empty && blank && last));
    blank = blank && empty;
  }
  out += '\n';
}

}  // namespace

Table parse_csv(std::string_view text, std::string source) {
  return parse_table(text, std::move(source), {.format = Format::csv}).table;
}

Table read_csv(const std::string& path) { return read_table(path).table; }

std::string csv_header(const Table& table) {
  std::string out;
  for (int64_t c = 0; c < table.columns(); ++c) {
    if (c > 0) out += kDelimiter;
    // A first name that begins like a mark of the encoding or like a comment would be taken for one.
    const bool like_mark = c == 0 && (looks_marked(table.name(c)) || table.name(c).starts_with('#'));
    append_field(out, table.name(c), like_mark || needs_quotes(table.name(c), table.columns() == 1));
  }
  out += '\n';
  return out;
}

std::string csv_rows(const Table& table, Threads* threads) {
  constexpr int64_t kBlock = 1024;  // rows
  const int64_t rows = table.rows();
  std::vector<std::string> blocks(static_cast<size_t>((rows + kBlock - 1) / kBlock));
  for_each_tile(threads, std::ssize(blocks), [&](int64_t block, int) {
    std::string& out = blocks[static_cast<size_t>(block)];
    for (int64_t row = block * kBlock; row < std::min((block + 1) * kBlock, rows); ++row)
      append_row(out, table, row);
  });
  std::string all;
  for (const std::string& block : blocks) all += block;
  return all;
}

std::string to_csv(const Table& table, Threads* threads) {
  return csv_header(table) + csv_rows(table, threads);
}

void write_csv(const Table& table, const std::string& path) { write_file_atomically(path, to_csv(table)); }

}  // namespace kette::data
