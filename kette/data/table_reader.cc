#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/csv_table.h"
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
  Table take_group();
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

std::optional<Table> TableReader::next() {
  State& s = *state_;
  while (true) {
    if (!s.reader) {
      if (!s.open_next()) return std::nullopt;
      if (!s.reader) {  // another format
        TableFile file = read_table(s.paths[s.file - 1], s.options);
        s.notes.insert(s.notes.end(), file.notes.begin(), file.notes.end());
        if (s.names.empty()) s.fix_types(file.table);
        return s.in_order(std::move(file.table));
      }
    }
    const bool first = s.names.empty();
    if (!s.reader->next()) {
      s.skipped_before += s.reader->skipped();
      add_notes(*s.reader, s.dropped, s.notes);
      s.reader.reset();
      continue;
    }
    s.dialect = s.reader->dialect();
    if (first) s.settle_first_group();
    Table table = s.take_group();
    if (table.rows() == 0) continue;
    if (s.dropped < 0) {
      s.dropped = 0;
      while (s.dropped < static_cast<int64_t>(s.reader->nameless()) &&
             is_all_missing(table, table.columns() - 1 - s.dropped))
        ++s.dropped;
    }
    table = without_last(std::move(table), s.dropped);
    if (first)
      s.fix_types(table);
    else
      apply_number_styles(table, s.dialect, s.options, s.notes);
    return s.in_order(std::move(table));
  }
}

const Dialect& TableReader::dialect() const { return state_->dialect; }
int64_t TableReader::skipped_rows() const {
  return state_->skipped_before + (state_->reader ? state_->reader->skipped() : 0);
}
const std::vector<std::string>& TableReader::notes() const { return state_->notes; }

}  // namespace kette::data
