#include <algorithm>
#include <atomic>
#include <cmath>
#include <unordered_map>

#include "kette/base/error.h"
#include "kette/data/csv_table.h"
#include "kette/data/feature.h"
#include "kette/data/format.h"
#include "kette/data/read.h"

namespace kette::data {

struct TableReader::State {
  std::vector<std::string> paths;
  ReadOptions options;
  size_t file = 0;  // of paths, the next one
  std::unique_ptr<Input> input;
  std::unique_ptr<CsvReader> reader;
  std::vector<std::string> names;  // of the first table's columns
  int64_t dropped = -1;  // empty columns at the end of the present file, −1 before its first table
  Dialect dialect;
  int64_t skipped_before = 0;  // in files that are through
  std::vector<std::string> notes;

  bool open_next();
  bool next_group();
  Table take_group();
  Table finished_group();
  std::vector<size_t> slots_of(std::span<const std::string> columns) const;
  Tensor matrix_of_group(std::span<const size_t> slots, std::span<const std::string> columns);
  void settle_first_group();
  void fix_types(Table& table);
  Table in_order(Table table) const { return std::move(table).in_order(names); }
};

namespace {

bool is_all_missing(const Table& table, int64_t column) {
  return table.is_numeric(column) &&
         std::ranges::all_of(table.numbers(column), [](double v) { return std::isnan(v); });
}

/// The columns left of the last `dropped` ones, which must be empty.
Table without_last(Table table, int64_t dropped) {
  if (dropped == 0) return table;
  for (int64_t c = table.columns() - dropped; c < table.columns(); ++c)
    for (int64_t row = 0; row < table.rows(); ++row)
      if (!table.is_missing(row, c))
        fail("{}: expected an empty field as in the rows before, found {} in a column without a name",
             table.place(row, c), quote(table.field(row, c)));
  while (dropped-- > 0) table.drop_last_column();
  return table;
}

Tensor matrix_of(const Table& table, std::span<const std::string> columns, Threads* threads) {
  std::vector<Feature> numbers;
  for (const std::string& column : columns) numbers.push_back({.name = column});
  return encode(table, numbers, threads).matrix.unpacked();
}

}  // namespace

bool TableReader::State::open_next() {
  if (file == paths.size()) return false;
  const std::string& path = paths[file++];
  // Standard input is read once, and so taken for text unless the options say otherwise.
  const bool once = path == "-" && options.format.value_or(Format::csv) == Format::csv;
  input = std::make_unique<Input>(path, !once);
  if (!once && format_of(*input, options) != Format::csv) return true;
  reader = std::make_unique<CsvReader>(input->open(options.most_unpacked_bytes), input->name(), options);
  dropped = -1;
  return true;
}

/// Columns of numbers that hold a text in the first group are text from its first row on.
void TableReader::State::settle_first_group() {
  bool turned = false;
  for (const Block& block : reader->blocks())
    for (size_t c = 0; c < reader->kinds().size(); ++c) {
      if (block.first_text[c] < 0 || reader->kind(c) != ColumnKind::number) continue;
      reader->kinds()[c] = ColumnKind::text;
      turned = true;
    }
  if (turned) reader->parse_again();
  reader->fix_kinds();
}

Table TableReader::State::take_group() {
  ColumnsOfBlocks parts(*reader, ColumnsOfBlocks::Room::group);
  parts.append(*reader, options.threads);
  std::vector<Column>& columns = parts.columns();
  for (size_t c = 0; c < columns.size(); ++c)
    if (reader->kind(c) == ColumnKind::text && columns[c].first_non_number < 0)
      columns[c].first_non_number = 0;
  return Table(input->name(), std::move(columns), std::move(parts.marks()));
}

/// What the first table shows holds for all that follow.
void TableReader::State::fix_types(Table& table) {
  const std::vector<NumberStyle> styles = apply_number_styles(table, dialect, options, notes);
  names = table.names();
  for (int64_t c = 0; c < table.columns(); ++c)
    options.types.push_back({table.name(c), table.is_numeric(c), styles[static_cast<size_t>(c)]});
}

TableReader::TableReader(std::vector<std::string> paths, ReadOptions options)
    : state_(std::make_unique<State>()) {
  if (paths.empty()) fail("[read] no files; expected at least one");
  state_->paths = std::move(paths);
  state_->options = std::move(options);
}
TableReader::~TableReader() = default;
TableReader::TableReader(TableReader&&) noexcept = default;
TableReader& TableReader::operator=(TableReader&&) noexcept = default;

/// The next rows in `reader`, or a file of another format to be read whole; false at the end.
bool TableReader::State::next_group() {
  while (true) {
    if (!reader && !open_next()) return false;
    if (!reader || reader->next()) return true;
    skipped_before += reader->skipped();
    add_notes(*reader, dropped, notes);
    reader.reset();
  }
}

/// The present group as all tables are.
Table TableReader::State::finished_group() {
  const bool first = names.empty();
  if (!reader) {  // another format
    TableFile whole = read_table(paths[file - 1], options);
    notes.insert(notes.end(), whole.notes.begin(), whole.notes.end());
    if (first) fix_types(whole.table);
    return in_order(std::move(whole.table));
  }
  dialect = reader->dialect();
  if (first) settle_first_group();
  Table table = take_group();
  if (table.rows() == 0) return table;
  if (dropped < 0) {
    dropped = 0;
    while (dropped < static_cast<int64_t>(reader->nameless()) &&
           is_all_missing(table, table.columns() - 1 - dropped))
      ++dropped;
  }
  table = without_last(std::move(table), dropped);
  if (first)
    fix_types(table);
  else
    apply_number_styles(table, dialect, options, notes);
  return in_order(std::move(table));
}

/// Which of a row's numbers the columns are; nothing where one of them is no plain number.
std::vector<size_t> TableReader::State::slots_of(std::span<const std::string> columns) const {
  std::unordered_map<std::string_view, size_t> slots;
  const std::vector<std::string>& all = reader->names();
  for (size_t c = 0; c < all.size(); ++c)
    if (reader->kind(c) == ColumnKind::number) slots.emplace(all[c], slots.size());
  std::vector<size_t> found;
  for (const std::string& column : columns) {
    const auto slot = slots.find(column);
    if (slot == slots.end()) return {};
    found.push_back(slot->second);
  }
  return found;
}

Tensor TableReader::State::matrix_of_group(std::span<const size_t> slots,
                                           std::span<const std::string> columns) {
  std::vector<int64_t> first = {0};  // row of each block
  for (const Block& block : reader->blocks()) first.push_back(first.back() + block.rows);
  const size_t width = slots.size();
  Tensor matrix(Shape({first.back(), static_cast<int64_t>(width)}));
  std::atomic<bool> fits = true;
  for_each_tile(options.threads, std::ssize(reader->blocks()), [&](int64_t tile, int) {
    const Block& block = reader->blocks()[static_cast<size_t>(tile)];
    float* to = matrix.values<float>().data() + static_cast<size_t>(first[static_cast<size_t>(tile)]) * width;
    bool all_fit = true;
    for (int64_t row = 0; row < block.rows; ++row, to += width) {
      const double* from = block.numbers.get() + static_cast<size_t>(row) * block.stride;
      for (size_t i = 0; i < width; ++i) {
        to[i] = static_cast<float>(from[slots[i]]);
        all_fit &= !std::isinf(to[i]);
      }
    }
    if (!all_fit) fits = false;
  });
  if (fits) return matrix;
  reader->set_row_major(false);  // the place is told by way of a table
  reader->parse_again();
  return matrix_of(finished_group(), columns, options.threads);
}

std::optional<Table> TableReader::next() {
  State& s = *state_;
  while (s.next_group()) {
    Table table = s.finished_group();
    if (table.rows() > 0) return table;
  }
  return std::nullopt;
}

std::optional<Tensor> TableReader::next_numbers(std::span<const std::string> columns) {
  State& s = *state_;
  while (true) {
    // The first group of all files tells what the columns are.
    const std::vector<size_t> slots =
        s.reader && !s.names.empty() ? s.slots_of(columns) : std::vector<size_t>{};
    if (s.reader) s.reader->set_row_major(!slots.empty());
    if (!s.next_group()) return std::nullopt;
    if (s.reader && s.reader->is_row_major() && !slots.empty()) return s.matrix_of_group(slots, columns);
    const Table table = s.finished_group();
    if (table.rows() > 0) return matrix_of(table, columns, s.options.threads);
  }
}

const Dialect& TableReader::dialect() const { return state_->dialect; }
int64_t TableReader::skipped_rows() const {
  return state_->skipped_before + (state_->reader ? state_->reader->skipped() : 0);
}
const std::vector<std::string>& TableReader::notes() const { return state_->notes; }

}  // namespace kette::data
