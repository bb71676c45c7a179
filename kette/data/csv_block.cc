#include "kette/data/csv_block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "kette/base/error.h"
#include "kette/data/record.h"
#include "kette/kernels/short_numbers.h"

namespace kette::data {
namespace {

constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();

/// How many characters of a text end a line. Sums of a byte, which compilers turn into SIMD as they are.
size_t count_line_ends(const char* begin, const char* end) {
  constexpr ptrdiff_t kPiece = 128;
  size_t count = 0;
  for (; end - begin >= kPiece; begin += kPiece) {
    uint8_t found = 0;
    for (ptrdiff_t i = 0; i < kPiece; ++i) found = static_cast<uint8_t>(found + ends_line(begin[i]));
    count += found;
  }
  return count + static_cast<size_t>(std::count_if(begin, end, ends_line));
}

/// `Runs`: fields are separated by runs of blanks.
template <bool Runs>
class BlockParser {
 public:
  BlockParser(const char* begin, const char* end, const BlockPlan& plan, Block& block)
      : cursor_(begin), end_(end), plan_(plan), block_(block), kinds_(plan.kinds) {
    stops_[static_cast<unsigned char>(plan.dialect.delimiter)] = true;
    for (char c : {'\n', '\r'}) stops_[static_cast<unsigned char>(c)] = true;
    if (Runs) stops_[static_cast<unsigned char>('\t')] = true;
    nul_ = find_char(begin, end, '\0');
  }

  void parse() {
    prepare();
    while (skip_blank_records() && !block_.error) parse_record();
    block_.lines = line_;
  }

 private:
  void prepare() {
    const size_t columns = kinds_.size();
    block_.rows = block_.skipped = 0;
    block_.error.reset();
    block_.first_skipped.reset();
    block_.marks.clear();
    block_.texts.assign(columns, {});
    block_.first_text.assign(columns, -1);
    const size_t rows = count_line_ends(cursor_, end_);
    const auto numbers = static_cast<size_t>(std::ranges::count(kinds_, ColumnKind::number));
    block_.stride = plan_.row_major ? numbers : rows + 1;
    from_row_to_row_ = plan_.row_major ? numbers : 1;
    row_ = 0;
    if (block_.capacity < numbers * (rows + 1)) {
      block_.capacity = numbers * (rows + 1);
      block_.numbers.reset();  // the old one goes before the new one comes
      block_.numbers = std::make_unique_for_overwrite<double[]>(block_.capacity);
    }
    const auto is_text = [](ColumnKind kind) { return kind == ColumnKind::text; };
    leading_numbers_ = static_cast<size_t>(std::ranges::find_if(kinds_, is_text) - kinds_.begin());
    if (plan_.missing.hold_numbers()) leading_numbers_ = 0;
    double* next = block_.numbers.get();
    targets_.assign(columns, nullptr);
    fields_.resize(columns);
    unescaped_.resize(columns);
    for (size_t c = 0; c < columns; ++c) {
      if (kinds_[c] == ColumnKind::number) {
        targets_[c] = next;
        next += plan_.row_major ? 1 : block_.stride;
      }
      if (kinds_[c] == ColumnKind::text) texts_.push_back(c);
    }
    short_numbers_.resize(leading_numbers_ + kernels::kShortNumbersSlack);
    for (size_t c = 0; c < leading_numbers_; ++c) {
      if (targets_[c] == nullptr) continue;
      if (!plan_.row_major || runs_.empty() || runs_.back().end != c) runs_.push_back({targets_[c], c, c});
      runs_.back().end = c + 1;
    }
  }

  bool at_line_end() const { return ends_line(*cursor_); }
  bool stops(char c) const { return stops_[static_cast<unsigned char>(c)]; }
  void skip_blanks() {
    while (is_blank(*cursor_)) ++cursor_;
  }

  /// Whether there is another record; lines of nothing but blanks and delimiters are none.
  bool skip_blank_records() {
    while (cursor_ != end_) {
      if (!stops(*cursor_) && !is_blank(*cursor_)) return true;
      if (!is_blank_record(cursor_, end_, plan_.dialect.delimiter)) return true;
      while (!at_line_end()) ++cursor_;
      end_line();
    }
    return false;
  }

  void end_line() {
    cursor_ = skip_line_end(cursor_, end_);
    ++line_;
  }

  void parse_record() {
    const char* start = cursor_;
    const int64_t start_line = line_;
    bad_ = false;
    turned_.clear();
    const size_t columns = kinds_.size();
    if (Runs) skip_blanks();
    for (size_t c = Runs ? 0 : parse_short_numbers(); c < columns && !bad_; ++c) {
      if (c > 0 && !next_field(c)) break;
      parse_field(c);
    }
    if (!bad_) end_record(columns);
    if (!bad_) {
      keep_row(start_line);
      return;
    }
    bad_row_.line = start_line;
    if (plan_.bad_rows == BadRows::fail || nul_error_) {
      block_.error = std::move(bad_row_);
      return;
    }
    if (block_.skipped++ == 0) block_.first_skipped = bad_row_;
    skip_record(start, start_line);
  }

  void skip_record(const char* start, int64_t start_line) {
    const char* behind = record_end(start, end_, plan_.dialect);
    if (behind == nullptr) {  // a quote that is never closed: only its line goes
      behind = start;
      while (!ends_line(*behind)) ++behind;
      behind = skip_line_end(behind, end_);
    }
    cursor_ = start;
    line_ = start_line;
    while (cursor_ < behind) {
      while (!at_line_end()) ++cursor_;
      end_line();
    }
    if (nul_ != nullptr && nul_ < cursor_) nul_ = find_char(cursor_, end_, '\0');
  }

  bool next_field(size_t c) {
    if (Runs ? !at_line_end() : *cursor_ == plan_.dialect.delimiter) {
      if (!Runs) ++cursor_;
      return true;
    }
    fail_at(c, expected_fields(), std::to_string(c));
    return false;
  }

  void end_record(size_t columns) {
    if (at_line_end()) return end_line();
    size_t found = columns;
    while (!bad_ && !at_line_end()) {
      if (!Runs) ++cursor_;
      read_field(found++);
    }
    if (!bad_) fail_at(columns, expected_fields(), std::to_string(found));
  }

  std::string expected_fields() const {
    return fmt::format("{} field{}", kinds_.size(), kinds_.size() == 1 ? "" : "s");
  }

  void fail_at(size_t column, std::string expected, std::string found, bool quoting = false) {
    if (bad_) return;
    bad_ = true;
    bad_row_ = {0, column, std::move(expected), std::move(found), quoting};
  }

  /// The fields at the beginning of a record that are numbers of one to three digits, such as pixels: how
  /// many they are. The cursor then stands behind the last of them.
  size_t parse_short_numbers() {
    if (leading_numbers_ == 0) return 0;
    const auto found =
        kernels::parse_short_numbers(cursor_, end_, plan_.dialect.delimiter, short_numbers_.data(),
                                     static_cast<int64_t>(leading_numbers_));
    cursor_ = found.behind;
    const auto count = static_cast<size_t>(found.count);
    for (const Run& run : runs_)
      for (size_t c = run.begin; c < std::min(run.end, count); ++c)
        run.target[row_ + c - run.begin] = short_numbers_[c];
    return count;
  }

  void parse_field(size_t c) {
    if (kinds_[c] != ColumnKind::number) {
      fields_[c] = read_field(c);
      return;
    }
    const char* place = cursor_;
    while (is_blank(*place)) ++place;
    double value = 0;
    const char* behind = parse_decimal(place, end_, value);
    if (behind != nullptr) {
      const char* number_end = behind;
      if (!stops(*behind))
        while (is_blank(*behind)) ++behind;
      if (Runs)
        while (is_blank(*behind)) ++behind;
      if ((Runs ? behind != number_end || ends_line(*behind) : stops(*behind)) &&
          !(plan_.missing.hold_numbers() &&
            plan_.missing.contains({place, static_cast<size_t>(number_end - place)}))) {
        cursor_ = behind;
        targets_[c][row_] = value;
        return;
      }
    }
    const std::string_view field = read_field(c);
    if (bad_) return;
    if (plan_.missing.contains(field)) {
      targets_[c][row_] = kMissingNumber;
    } else if (const auto number = parse_number(field); number && !std::isnan(*number)) {
      targets_[c][row_] = *number;
    } else {
      if (plan_.strict) strict_field_ = field;
      turned_.push_back(c);
    }
  }

  /// The field's content; the cursor then stands behind it, on a delimiter or line end. The view holds until
  /// the column's next field.
  std::string_view read_field(size_t c) {
    const char* start = cursor_;
    if (plan_.dialect.padded) skip_blanks();
    if (plan_.dialect.quotes && *cursor_ == '"') return read_quoted_field(c);
    cursor_ = start;
    while (!stops(*cursor_)) ++cursor_;
    std::string_view field(start, static_cast<size_t>(cursor_ - start));
    refuse_nul(c, start, cursor_);
    if (plan_.dialect.padded) field = trim_blanks(field);
    if (Runs) skip_blanks();
    return field;
  }

  std::string_view read_quoted_field(size_t c) {
    const char* start = ++cursor_;
    const char* close = closing_quote(start, end_);
    refuse_nul(c, start, close == nullptr ? end_ : close);
    if (close == nullptr) {
      fail_at(c, "a closing quote", "the end of the file", true);
      return {};
    }
    std::string_view field(start, static_cast<size_t>(close - start));
    for (const char* place = start; place != close; ++place)
      if (ends_line(*place) && !(*place == '\r' && place[1] == '\n')) ++line_;
    if (field.find('"') != field.npos) {
      std::string& text = unescaped_[std::min(c, unescaped_.size() - 1)];
      text.clear();
      for (size_t i = 0; i < field.size(); ++i) {
        text += field[i];
        if (field[i] == '"') ++i;
      }
      field = text;
    }
    cursor_ = close + 1;
    const bool ended = Runs && is_blank(*cursor_);
    if (Runs || plan_.dialect.padded) skip_blanks();
    if (!ended && !stops(*cursor_))
      fail_at(c,
              fmt::format("a {} or the end of the line behind the closing quote",
                          delimiter_name(plan_.dialect.delimiter)),
              *cursor_ == '\0' ? "a NUL byte" : quote(std::string_view(cursor_, 1)), true);
    return field;
  }

  void refuse_nul(size_t c, const char* first, const char* last) {
    if (nul_ == nullptr || nul_ < first) return;
    if (nul_ >= last) return;
    fail_at(c, "text", "a NUL byte");
    nul_error_ = true;
  }

  void keep_row(int64_t start_line) {
    const int64_t row = block_.rows;
    for (size_t c : texts_) {
      if (plan_.missing.contains(fields_[c])) {
        block_.texts[c].append_missing();
        continue;
      }
      block_.texts[c].append(fields_[c]);
      if (block_.first_text[c] >= 0) continue;
      if (const auto number = parse_number(fields_[c]); !number || std::isnan(*number))
        block_.first_text[c] = row;
    }
    for (size_t c : turned_) {
      block_.first_text[c] = row;
      kinds_[c] = ColumnKind::skipped;
      if (!plan_.strict) continue;
      block_.error = BadRow{start_line, c, "a number as in the rows before", quote(strict_field_)};
    }
    if (block_.marks.empty() || start_line != block_.marks.back().line + (row - block_.marks.back().row))
      block_.marks.push_back({row, start_line});
    ++block_.rows;
    row_ += from_row_to_row_;
  }

  const char* cursor_;
  const char* end_;
  const BlockPlan& plan_;
  Block& block_;
  std::vector<ColumnKind> kinds_;
  std::array<bool, 256> stops_{};  // what ends an unquoted field
  const char* nul_ = nullptr;
  int64_t line_ = 0;
  size_t leading_numbers_ =
      0;  // columns before the first of text; 0 where a short number may stand for a missing one
  /// Columns of numbers whose targets lie side by side.
  struct Run {
    double* target;
    size_t begin, end;
  };
  std::vector<Run> runs_;                 // the leading ones
  std::vector<int32_t> short_numbers_;    // of the present row
  std::vector<double*> targets_;          // of each column of numbers: where its first one goes
  size_t row_ = 0, from_row_to_row_ = 1;  // how far behind it the present one goes
  std::vector<size_t> texts_;             // the columns of text
  std::vector<std::string_view> fields_;  // of the present row
  std::vector<std::string> unescaped_;    // what fields_ may point to
  std::vector<size_t> turned_;            // columns of numbers that hold a text in the present row
  std::string strict_field_;
  bool bad_ = false, nul_error_ = false;
  BadRow bad_row_;
};

}  // namespace

void parse_block(const char* begin, const char* end, const BlockPlan& plan, Block& block) {
  if (plan.dialect.delimiter == ' ')
    BlockParser<true>(begin, end, plan, block).parse();
  else
    BlockParser<false>(begin, end, plan, block).parse();
}

}  // namespace kette::data
