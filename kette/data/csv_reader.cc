#include "kette/data/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "kette/base/huge_pages.h"
#include "kette/data/record.h"

namespace kette::data {
namespace {

constexpr size_t kGroup = size_t{4} << 20;
constexpr size_t kPiece = size_t{1} << 18;
constexpr size_t kSampledBytes = size_t{1} << 18;
constexpr size_t kLongestRecord = size_t{64} << 20;
constexpr size_t kSlack = 64;  // the number parser reads beyond the text

}  // namespace

/// Text from a record's start; the rest behind its last whole record moves on to the next buffer.
struct CsvReader::Buffer {
  std::unique_ptr<char[]> bytes;
  size_t capacity = 0;
  size_t size = 0;
  size_t start = 0;  // where the text not yet cut into pieces begins
  bool at_end = false;

  void reserve(size_t wanted) {
    if (capacity >= wanted) return;
    auto larger = std::make_unique_for_overwrite<char[]>(wanted + kSlack);
    prefer_huge_pages(larger.get(), wanted);
    if (size > 0) std::memcpy(larger.get(), bytes.get(), size);
    bytes = std::move(larger);
    capacity = wanted;
  }
  const char* begin() const { return bytes.get() + start; }
  const char* end() const { return bytes.get() + size; }
};

CsvReader::~CsvReader() = default;

CsvReader::CsvReader(std::unique_ptr<ByteSource> bytes, std::string name, const ReadOptions& options)
    : name_(std::move(name)),
      threads_(options.threads),
      text_(std::move(bytes)),
      size_(text_.size()),
      present_(std::make_unique<Buffer>()),
      ahead_(std::make_unique<Buffer>()) {
  plan_.missing = MissingFields(options.missing);
  plan_.bad_rows = options.bad_rows;
  // Small files need only as much memory as they are long.
  present_->reserve(size_ >= 0 ? std::clamp<size_t>(static_cast<size_t>(size_) + 64, 1024, kGroup) : kGroup);
  fill(*present_);
  const char* sample_end = present_->end();
  const bool whole = present_->at_end && present_->size <= kSampledBytes;
  if (!whole) {
    const Dialect lines{.quotes = false};
    const char* cut =
        last_record_end(present_->begin(), std::min(present_->begin() + kSampledBytes, sample_end), lines);
    if (cut == present_->begin()) cut = last_record_end(present_->begin(), sample_end, lines);
    if (cut != present_->begin()) sample_end = cut;
  }
  const Sniffed sniffed =
      sniff({present_->begin(), static_cast<size_t>(sample_end - present_->begin())}, whole, options);
  plan_.dialect = sniffed.dialect;
  notes_ = sniffed.notes;
  const char* table = present_->begin() + sniffed.first_record;
  for (const char* place = present_->begin(); place != table; ++place)
    if (ends_line(*place) && !(*place == '\r' && place + 1 != table && place[1] == '\n')) ++next_line_;
  present_->start += sniffed.first_record;
  if (present_->at_end && present_->begin() == present_->end()) {
    if (!text_.broken().empty()) fail_in_encoding();
    fail_at(next_line_, 0, plan_.dialect.header ? "a line of column names" : "rows",
            next_line_ == 1 ? "an empty file" : "the end of the file", false);
  }
  if (plan_.dialect.header) {
    read_header();
  } else {
    name_columns(std::vector<std::string>(std::max<size_t>(sniffed.fields, 1)));
    nameless_ = 0;
    unnamed_.clear();
  }
  guess_kinds(options);
}

/// Reads on until the buffer is full or the file at its end; the last line then has a line end, too.
void CsvReader::fill(Buffer& buffer) {
  while (!buffer.at_end && buffer.capacity - buffer.size >= 16) {
    const size_t count = text_.read(buffer.bytes.get() + buffer.size, buffer.capacity - buffer.size);
    buffer.size += count;
    buffer.at_end = count == 0;
  }
  std::memset(buffer.bytes.get() + buffer.size, 0, kSlack);
  if (buffer.at_end && text_.broken().empty() && buffer.size > buffer.start && !ends_line(buffer.end()[-1]))
    buffer.bytes[buffer.size++] = '\n';
}

void CsvReader::read_header() {
  // The header is a record of texts, and the block parser knows all that can be wrong with one.
  const char* begin = present_->begin();
  const char* end = present_->end();
  while (begin != end && is_blank_record(begin, end, ' ')) {
    while (begin != end && !ends_line(*begin)) ++begin;
    if (begin != end) begin = skip_line_end(begin, end), ++next_line_;
  }
  if (begin == end && !text_.broken().empty()) fail_in_encoding();
  if (begin == end) fail_at(next_line_, 0, "a line of column names", "the end of the file", false);
  const char* behind = record_end(begin, end, plan_.dialect);
  if (behind == nullptr) behind = end;
  FieldCounts found;
  std::vector<std::string> header;
  walk_record(begin, behind, plan_.dialect, found, [&](std::string_view field, bool quoted) {
    if (field.find('\0') != field.npos) fail_at(next_line_, header.size(), "text", "a NUL byte", false);
    std::string name;
    for (size_t i = 0; i < field.size(); ++i) {
      name += field[i];
      if (quoted && field[i] == '"') ++i;
    }
    header.emplace_back(trim_blanks(name));
  });
  if (found.broken_at != nullptr) {
    const bool unclosed = found.broken_at == behind;
    fail_at(next_line_, found.broken_field,
            unclosed ? "a closing quote"
                     : fmt::format("a {} or the end of the line behind the closing quote",
                                   delimiter_name(plan_.dialect.delimiter)),
            unclosed ? "the end of the file" : quote(std::string_view(found.broken_at, 1)), true);
  }
  for (const char* place = begin; place != behind; ++place)
    if (ends_line(*place) && !(*place == '\r' && place + 1 != behind && place[1] == '\n')) ++next_line_;
  present_->start = static_cast<size_t>(behind - present_->bytes.get());
  name_columns(std::move(header));
}

void CsvReader::name_columns(std::vector<std::string> header) {
  names_ = std::move(header);
  std::unordered_set<std::string> taken(names_.begin(), names_.end());
  std::unordered_set<std::string> seen;
  for (size_t c = 0; c < names_.size(); ++c) {
    std::string& name = names_[c];
    nameless_ = name.empty() ? nameless_ + 1 : 0;
    if (name.empty()) unnamed_.push_back(c);
    std::string wanted = name.empty() ? fmt::format("column_{}", c + 1) : name;
    if (!name.empty() && seen.insert(name).second) continue;
    std::string free = wanted;
    for (int k = 2; taken.contains(free); ++k) free = fmt::format("{}_{}", wanted, k);
    if (!name.empty())
      notes_.push_back(
          fmt::format("column {} is called {}: {} is there already", c + 1, quote(free), quote(name)));
    taken.insert(free);
    seen.insert(free);
    name = std::move(free);
  }
}

void CsvReader::guess_kinds(const ReadOptions& options) {
  std::vector<ColumnKind>& kinds = plan_.kinds;
  kinds.assign(names_.size(), ColumnKind::number);
  const auto find = [&](const std::string& name) { return std::ranges::find(names_, name) - names_.begin(); };
  for (const std::string& name : options.text_columns) {
    const auto c = static_cast<size_t>(find(name));
    if (c == names_.size()) {
      const std::string_view near = nearest_name(name, names_);
      fail("{}: no column {} to be read as text{}", name_, quote(name),
           near.empty() ? "" : fmt::format("; did you mean {}?", quote(near)));
    }
    kinds[c] = ColumnKind::text;
  }
  if (options.wanted)
    for (size_t c = 0; c < names_.size(); ++c) {
      const auto wanted = std::ranges::find(*options.wanted, names_[c], &WantedColumn::name);
      if (wanted == options.wanted->end())
        kinds[c] = ColumnKind::unwanted;
      else if (wanted->is_text)
        kinds[c] = ColumnKind::text;
    }
  for (const FixedColumn& type : options.types)
    if (const auto c = static_cast<size_t>(find(type.name));
        c < names_.size() && kinds[c] != ColumnKind::unwanted)
      kinds[c] = type.numeric && type.style == NumberStyle::plain ? ColumnKind::number : ColumnKind::text;
  if (!options.types.empty()) {
    fix_kinds();
    return;
  }
  const char* begin = present_->begin();
  const char* end = std::min(begin + kSampledBytes, present_->end());
  if (end != present_->end()) end = last_record_end(begin, end, plan_.dialect);
  if (begin == end || !ends_line(end[-1])) return;
  Block block;
  const BadRows bad_rows = std::exchange(plan_.bad_rows, BadRows::skip);
  parse_block(begin, end, plan_, block);
  plan_.bad_rows = bad_rows;
  for (size_t c = 0; c < kinds.size(); ++c)
    if (block.first_text[c] >= 0) kinds[c] = ColumnKind::text;
}

/// Cuts the whole records of the present buffer into pieces, and moves the rest to the next buffer.
bool CsvReader::cut_group() {
  pieces_.clear();
  Buffer& buffer = *present_;
  const char* cut = nullptr;
  while (true) {
    const bool complete = buffer.at_end && text_.broken().empty();
    cut = complete ? buffer.end() : last_record_end(buffer.begin(), buffer.end(), plan_.dialect);
    if (cut != buffer.begin() || buffer.at_end) break;
    if (buffer.size - buffer.start >= kLongestRecord)
      fail_at(next_line_, 0, fmt::format("a row of at most {} bytes", kLongestRecord),
              "a longer one; is a quote not closed?", true);
    buffer.reserve(2 * buffer.capacity);
    fill(buffer);
  }
  for (const char* begin = buffer.begin(); begin != cut;) {
    const char* end = cut;
    if (cut - begin > static_cast<ptrdiff_t>(kPiece)) {
      end = last_record_end(begin, begin + kPiece, plan_.dialect);
      if (end == begin) end = record_end(begin, cut, plan_.dialect);
      if (end == nullptr) end = cut;
    }
    pieces_.push_back({begin, end});
    begin = end;
  }
  const auto rest = static_cast<size_t>(buffer.end() - cut);
  Buffer& next = *ahead_;
  next.start = next.size = 0;
  next.at_end = buffer.at_end;
  if (rest > 0 || !buffer.at_end) {
    next.reserve(std::max(kGroup, 2 * rest));
    std::memcpy(next.bytes.get(), cut, rest);
    next.size = rest;
  }
  return !pieces_.empty();
}

/// Parses the pieces on all threads; meanwhile one of them fills `to_fill`.
void CsvReader::parse_pieces(Buffer* to_fill) {
  blocks_.resize(std::max(blocks_.size(), pieces_.size()));
  reading_failed_ = nullptr;
  for_each_tile(threads_, static_cast<int64_t>(pieces_.size() + 1), [&](int64_t tile, int) {
    if (tile > 0) {
      const auto i = static_cast<size_t>(tile - 1);
      return parse_block(pieces_[i].begin, pieces_[i].end, plan_, blocks_[i]);
    }
    try {
      if (to_fill != nullptr) fill(*to_fill);
    } catch (...) {
      reading_failed_ = std::current_exception();
    }
  });
}

void CsvReader::check_blocks() {
  int64_t line = group_line_;
  for (const Block& block : blocks()) {
    if (block.first_skipped && !first_skipped_) {
      first_skipped_ = block.first_skipped;
      first_skipped_->line += line;
    }
    skipped_ += block.skipped;
    if (const auto& error = block.error)
      fail_at(line + error->line, error->column, error->expected, error->found, error->quoting);
    line += block.lines;
  }
  next_line_ = line;
}

bool CsvReader::next() {
  if (!pieces_.empty()) {  // behind the first group
    for (const Block& block : blocks()) rows_ += block.rows;
    std::swap(present_, ahead_);
  }
  if (reading_failed_) std::rethrow_exception(reading_failed_);
  if (!cut_group()) {
    if (!text_.broken().empty()) fail_in_encoding();
    return false;
  }
  group_line_ = next_line_;
  parse_pieces(ahead_->at_end ? nullptr : ahead_.get());
  check_blocks();
  return true;
}

void CsvReader::parse_again() {
  const std::exception_ptr failed = reading_failed_;
  skipped_ = 0;
  first_skipped_.reset();
  parse_pieces(nullptr);
  reading_failed_ = failed;
  check_blocks();
}

void CsvReader::fail_without_rows() const {
  if (first_skipped_) throw Error(first_skipped());
  fail_at(next_line_, 0, plan_.dialect.header ? "at least one row below the header" : "at least one row",
          "the end of the file", false);
}

int64_t CsvReader::expected_rows() const {
  if (size_ < 0 || pieces_.empty()) return 0;
  int64_t rows = 0;
  for (const Block& block : blocks()) rows += block.rows;
  const auto bytes = static_cast<double>(pieces_.back().end - pieces_.front().begin);
  return static_cast<int64_t>(static_cast<double>(rows) * static_cast<double>(size_) / bytes * 1.02) + 64;
}

std::string CsvReader::first_skipped() const {
  if (!first_skipped_) return "";
  return fmt::format("{}:{}: expected {}, found {}", name_, first_skipped_->line, first_skipped_->expected,
                     first_skipped_->found);
}

void CsvReader::fail_at(int64_t line, size_t column, std::string_view expected, std::string_view found,
                        bool quoting) const {
  const std::string message =
      fmt::format("{}:{}:{}: expected {}, found {}", name_, line, column + 1, expected, found);
  if (quoting) throw BrokenQuotes(message);
  throw Error(message);
}

void CsvReader::fail_in_encoding() const {
  // The place is that behind the text that was read: the rest of the present buffer.
  int64_t line = next_line_;
  FieldCounts found;
  size_t fields = 1;
  for (const char* place = present_->begin(); place != present_->end();) {
    fields = 0;
    const char* behind =
        walk_record(place, present_->end(), {.delimiter = plan_.dialect.delimiter, .quotes = false}, found,
                    [&](std::string_view, bool) { ++fields; });
    if (behind != present_->end() || ends_line(behind[-1])) ++line, fields = 1;
    place = behind;
  }
  fail_at(line, fields - 1, fmt::format("text in {}", to_string(text_.encoding())), text_.broken(), false);
}

}  // namespace kette::data
