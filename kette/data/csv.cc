#include "kette/data/csv.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

constexpr char kDelimiter = ',';
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_utf16(std::string_view text) { return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"); }

bool ends_line(char c) { return c == '\n' || c == '\r'; }
bool ends_field(char c) { return c == kDelimiter || ends_line(c); }

/// One pass over the text, a number taken straight from it into its column. Only when a column that began
/// with numbers turns out to be text, a second pass over the rows before collects how these were written.
class Parser {
 public:
  Parser(std::string_view text, std::string source)
      : cursor_(text.data()), end_(text.data() + text.size()), source_(std::move(source)) {}

  Table parse() {
    read_header();
    skip_blank_lines();
    if (cursor_ == end_) fail_at(0, "at least one row below the header", "the end of the file");
    const char* first_record = cursor_;
    const int64_t first_line = line_;
    for (; cursor_ != end_; skip_blank_lines()) read_record();
    restore_text(first_record, first_line);
    return Table(std::move(source_), std::move(columns_), std::move(marks_));
  }

 private:
  [[noreturn]] void fail_at(size_t column, std::string_view expected, std::string_view found) const {
    fail("{}:{}:{}: expected {}, found {}", source_, record_line_, column + 1, expected, found);
  }

  void read_header() {
    const std::string_view start(cursor_, static_cast<size_t>(end_ - cursor_));
    if (is_utf16(start)) fail_at(0, "text in UTF-8", "UTF-16");
    if (start.starts_with(kByteOrderMark)) cursor_ += kByteOrderMark.size();
    skip_blank_lines();
    if (cursor_ == end_) fail_at(0, "a line of column names", "an empty file");
    std::unordered_map<std::string, size_t> seen;
    while (true) {
      const size_t column = columns_.size();
      const std::string name(trim_blanks(read_field(column)));
      if (name.empty()) fail_at(column, "a column name", "an empty field");
      if (const auto [first, added] = seen.emplace(name, column); !added)
        fail_at(column, "a new column name",
                fmt::format("{} as in column {}{}", quote(name), first->second + 1,
                            parse_number(name) ? "; does the file begin with a line of column names?" : ""));
      columns_.push_back({name, {}, {}, -1});
      if (cursor_ == end_ || *cursor_ != kDelimiter) break;
      ++cursor_;
    }
    end_line();
  }

  void read_record() {
    record_line_ = line_;
    if (marks_.empty() || line_ != marks_.back().line + (row_ - marks_.back().row))
      marks_.push_back({row_, line_});
    const char* start = cursor_;
    const size_t count = columns_.size();
    for (size_t c = 0; c < count; ++c) {
      if (c > 0) next_field(c);
      Column& column = columns_[c];
      double value = 0;
      if (column.is_numeric() && take_number(value)) {
        column.numbers.push_back(value);
        continue;
      }
      const std::string_view field = read_field(c);
      if (column.is_numeric()) {
        const std::optional<double> number = parse_number(field);  // within quotes
        if (number && std::isfinite(*number)) {
          column.numbers.push_back(*number);
          continue;
        }
        column.first_non_number = row_;
        column.numbers = {};
      }
      column.text.append(field);
    }
    if (cursor_ != end_ && *cursor_ == kDelimiter) fail_with_extra_fields();
    end_line();
    ++row_;
    sampled_bytes_ += cursor_ - start;
    if (row_ == kSampledRows) reserve_rows();
  }

  /// Takes an unquoted finite number and the blanks around it; otherwise leaves the cursor where it is.
  bool take_number(double& value) {
    const char* place = parse_number_prefix(cursor_, end_, value);
    if (place == nullptr || (place != end_ && !ends_field(*place)) || !std::isfinite(value)) return false;
    cursor_ = place;
    return true;
  }

  /// From the end of field c − 1 to the start of field c.
  void next_field(size_t c) {
    if (cursor_ == end_ || *cursor_ != kDelimiter)
      fail_at(c, fmt::format("{} fields", columns_.size()), std::to_string(c));
    ++cursor_;
  }

  [[noreturn]] void fail_with_extra_fields() {
    size_t found = columns_.size();
    while (cursor_ != end_ && *cursor_ == kDelimiter) {
      ++cursor_;
      read_field(found++);
    }
    fail_at(columns_.size(), fmt::format("{} field{}", columns_.size(), columns_.size() == 1 ? "" : "s"),
            std::to_string(found));
  }

  /// The field's content; the cursor then stands behind the field. The view holds until the next call.
  std::string_view read_field(size_t column) {
    if (cursor_ != end_ && *cursor_ == '"') return read_quoted_field(column);
    const char* start = cursor_;
    for (; cursor_ != end_ && !ends_field(*cursor_); ++cursor_)
      if (*cursor_ == '\0') fail_at(column, "text", "a NUL byte");
    return {start, static_cast<size_t>(cursor_ - start)};
  }

  std::string_view read_quoted_field(size_t column) {
    unquoted_.clear();
    const char* start = ++cursor_;
    while (true) {
      if (cursor_ == end_) fail_at(column, "a closing quote", "the end of the file");
      const char c = *cursor_++;
      if (c == '\0') fail_at(column, "text", "a NUL byte");
      if (c == '\n' || (c == '\r' && (cursor_ == end_ || *cursor_ != '\n'))) ++line_;
      if (c != '"') continue;
      if (cursor_ == end_ || *cursor_ != '"') break;
      unquoted_.append(start, cursor_);  // with one of the two quotes
      start = ++cursor_;
    }
    const std::string_view last(start, static_cast<size_t>(cursor_ - 1 - start));
    if (cursor_ != end_ && !ends_field(*cursor_))
      fail_at(column, "a comma or the end of the line behind the closing quote",
              *cursor_ == '\0' ? "a NUL byte" : quote(std::string_view(cursor_, 1)));
    if (unquoted_.empty()) return last;
    return unquoted_.append(last);
  }

  void end_line() {
    if (cursor_ == end_) return;
    if (*cursor_ == '\r' && cursor_ + 1 != end_ && cursor_[1] == '\n') ++cursor_;
    ++cursor_;
    ++line_;
  }

  void skip_blank_lines() {
    while (cursor_ != end_) {
      const char* place = cursor_;
      while (place != end_ && is_blank(*place)) ++place;
      if (place != end_ && !ends_line(*place)) break;
      cursor_ = place;
      end_line();
    }
    record_line_ = line_;
  }

  /// Room for all rows at the length of the first ones, so that columns need not be copied as they grow.
  /// Pages that stay unused are never touched.
  void reserve_rows() {
    const double rows =
        static_cast<double>(end_ - cursor_) * kSampledRows / static_cast<double>(sampled_bytes_);
    for (Column& column : columns_)
      if (column.is_numeric()) column.numbers.reserve(static_cast<size_t>(rows * 1.1) + kSampledRows);
  }

  void restore_text(const char* first_record, int64_t first_line) {
    int64_t rows = 0;
    for (const Column& column : columns_) rows = std::max(rows, column.first_non_number);
    if (rows == 0) return;
    std::vector<TextColumn> complete(columns_.size());
    cursor_ = first_record;
    line_ = first_line;
    for (int64_t row = 0; row < rows; ++row) {
      skip_blank_lines();
      for (size_t c = 0; c < columns_.size(); ++c) {
        if (c > 0) next_field(c);
        const std::string_view field = read_field(c);
        if (row < columns_[c].first_non_number) complete[c].append(field);
      }
      end_line();
    }
    for (size_t c = 0; c < columns_.size(); ++c) {
      Column& column = columns_[c];
      if (column.first_non_number <= 0) continue;
      for (int64_t i = 0; i < column.text.size(); ++i) complete[c].append(column.text[i]);
      column.text = std::move(complete[c]);
    }
  }

  static constexpr int64_t kSampledRows = 64;

  const char* cursor_;
  const char* end_;
  std::string source_;
  int64_t line_ = 1;         // of the cursor
  int64_t record_line_ = 1;  // on which the present record starts
  int64_t row_ = 0;
  int64_t sampled_bytes_ = 0;
  std::string unquoted_;  // content of a quoted field that held doubled quotes
  std::vector<Column> columns_;
  std::vector<LineMark> marks_;
};

/// The bytes of a file: mapped, or read where it cannot be (a pipe).
class FileBytes {
 public:
  explicit FileBytes(const std::string& path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) fail_to_read(path);
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
      void* address =
          ::mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_PRIVATE, descriptor_, 0);
      if (address != MAP_FAILED) {
        mapped_ = {static_cast<const char*>(address), static_cast<size_t>(status.st_size)};
        ::madvise(address, mapped_.size(), MADV_SEQUENTIAL);
        return;
      }
    }
    constexpr size_t kBlock = size_t{1} << 16;
    while (true) {
      const size_t size = read_.size();
      read_.resize(size + kBlock);
      const ssize_t count = ::read(descriptor_, read_.data() + size, kBlock);
      if (count < 0 && errno != EINTR) fail_to_read(path);
      read_.resize(size + static_cast<size_t>(std::max<ssize_t>(count, 0)));
      if (count == 0) return;
    }
  }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() { close(); }

  std::string_view view() const { return mapped_.empty() ? std::string_view(read_) : mapped_; }

 private:
  [[noreturn]] void fail_to_read(const std::string& path) {
    const int error = errno;
    close();
    fail("[csv] cannot read {}: {}", quote(path), std::strerror(error));
  }
  void close() {
    if (!mapped_.empty()) ::munmap(const_cast<char*>(mapped_.data()), mapped_.size());
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int descriptor_ = -1;
  std::string_view mapped_;
  std::string read_;
};

/// `alone`: the only field of its line, which would be blank, and skipped, without quotes.
bool needs_quotes(std::string_view field, bool alone) {
  if (alone && trim_blanks(field).empty()) return true;
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

}  // namespace

Table parse_csv(std::string_view text, std::string source) { return Parser(text, std::move(source)).parse(); }

Table read_csv(const std::string& path) {
  const FileBytes file(path);
  return parse_csv(file.view(), path);
}

std::string to_csv(const Table& table) {
  std::string out;
  const bool alone = table.columns() == 1;
  for (int64_t c = 0; c < table.columns(); ++c) {
    if (c > 0) out += kDelimiter;
    // A first name that begins like a mark of the encoding would be taken for one.
    const bool like_mark = c == 0 && (table.name(c).starts_with(kByteOrderMark) || is_utf16(table.name(c)));
    append_field(out, table.name(c), like_mark || needs_quotes(table.name(c), alone));
  }
  out += '\n';
  for (int64_t row = 0; row < table.rows(); ++row) {
    for (int64_t c = 0; c < table.columns(); ++c) {
      if (c > 0) out += kDelimiter;
      if (table.is_numeric(c))
        out += shortest(table.numbers(c)[static_cast<size_t>(row)]);
      else
        append_field(out, table.text(c)[row], needs_quotes(table.text(c)[row], alone));
    }
    out += '\n';
  }
  return out;
}

void write_csv(const Table& table, const std::string& path) { write_file_atomically(path, to_csv(table)); }

}  // namespace kette::data
