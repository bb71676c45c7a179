#include "kette/data/csv_table.h"

#include <algorithm>

#include "kette/base/huge_pages.h"
#include "kette/data/number_style.h"

namespace kette::data {

ColumnsOfBlocks::ColumnsOfBlocks(const CsvReader& reader, Room room) : room_(room) {
  for (const std::string& name : reader.names()) columns_.push_back({name, {}, {}, -1});
}

void ColumnsOfBlocks::append(CsvReader& reader, Threads* threads) {
  if (rows_ == 0) reserve(reader);
  slots_.clear();
  size_t slot = 0;
  for (size_t c = 0; c < columns_.size(); ++c) {
    slots_.push_back(slot);
    slot += reader.kind(c) == ColumnKind::number ? 1 : 0;
  }
  for_each_tile(threads, static_cast<int64_t>(columns_.size()),
                [&](int64_t c, int) { append_column(reader, static_cast<size_t>(c)); });
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (reader.kinds()[c] != ColumnKind::number || columns_[c].first_non_number < 0) continue;
    reader.kinds()[c] = ColumnKind::skipped;
    turned_.push_back(c);
  }
  int64_t line = reader.first_line();
  for (const Block& block : reader.blocks()) {
    for (const LineMark& mark : block.marks) {
      const LineMark shifted{rows_ + mark.row, line + mark.line};
      if (marks_.empty() || shifted.line != marks_.back().line + (shifted.row - marks_.back().row))
        marks_.push_back(shifted);
    }
    rows_ += block.rows;
    line += block.lines;
  }
}

/// Columns need not be copied as they grow. Pages that stay unused are never touched.
void ColumnsOfBlocks::reserve(const CsvReader& reader) {
  int64_t of_group = 0;
  for (const Block& block : reader.blocks()) of_group += block.rows;
  const auto rows = static_cast<size_t>(room_ == Room::file ? reader.expected_rows() : of_group);
  for (size_t c = 0; c < columns_.size(); ++c) {
    if (reader.kind(c) != ColumnKind::number) continue;
    columns_[c].numbers.reserve(rows);
    if (room_ == Room::file) prefer_huge_pages(columns_[c].numbers.data(), rows * sizeof(double));
  }
}

void ColumnsOfBlocks::append_column(const CsvReader& reader, size_t c) {
  Column& column = columns_[c];
  const ColumnKind kind = reader.kind(c);
  if (kind == ColumnKind::skipped) return;
  if (kind == ColumnKind::unwanted) {
    column.first_non_number = 0;
    for (const Block& block : reader.blocks()) column.text.append_missing(block.rows);
    return;
  }
  int64_t row = rows_;
  for (const Block& block : reader.blocks()) {
    const int64_t first = block.first_text[c];
    if (first >= 0 && column.first_non_number < 0) column.first_non_number = row + first;
    if (kind == ColumnKind::text) {
      column.text.append(block.texts[c]);
    } else if (column.first_non_number >= 0) {
      column.numbers = {};
      return;
    } else {
      const double* numbers = block.numbers.get() + slots_[c] * block.stride;
      column.numbers.insert(column.numbers.end(), numbers, numbers + block.rows);
    }
    row += block.rows;
  }
}

void add_notes(const CsvReader& reader, int64_t dropped, std::vector<std::string>& notes) {
  if (dropped > 0)
    notes.push_back(
        fmt::format("{} empty column{} without a name at the end dropped", dropped, dropped == 1 ? "" : "s"));
  std::string unnamed;
  for (size_t c : reader.unnamed())
    if (c + static_cast<size_t>(std::max<int64_t>(dropped, 0)) < reader.names().size())
      unnamed += fmt::format("{}{}", unnamed.empty() ? "" : ", ", quote(reader.names()[c]));
  if (!unnamed.empty()) notes.push_back(fmt::format("columns without a name are called {}", unnamed));
  notes.insert(notes.end(), reader.notes().begin(), reader.notes().end());
  if (reader.dialect().encoding == Encoding::windows_1252)
    notes.push_back("the text is no UTF-8; it was read as Windows-1252 (Latin-1)");
  if (reader.skipped() > 0)
    notes.push_back(fmt::format("{} row{} skipped (first: {})", reader.skipped(),
                                reader.skipped() == 1 ? "" : "s", reader.first_skipped()));
}

namespace {

/// The texts of columns that began with numbers, from another pass over the file.
void read_turned_columns(Input& input, const ReadOptions& options, ColumnsOfBlocks& complete) {
  CsvReader reader(input.open(options.most_unpacked_bytes), input.name(), options);
  for (size_t c = 0; c < reader.kinds().size(); ++c) reader.kinds()[c] = ColumnKind::skipped;
  for (size_t c : complete.turned()) {
    if (c >= reader.kinds().size()) fail("{}: changed while it was read", input.name());
    reader.kinds()[c] = ColumnKind::text;
  }
  ColumnsOfBlocks texts(reader);
  while (reader.next()) texts.append(reader, options.threads);
  if (texts.rows() != complete.rows()) fail("{}: changed while it was read", input.name());
  for (size_t c : complete.turned()) complete.columns()[c].text = std::move(texts.columns()[c].text);
}

bool is_all_missing(const Column& column) {
  return column.is_numeric() ? std::ranges::all_of(column.numbers, [](double v) { return v != v; })
                             : column.text.distinct_count() == 0;
}

TableFile read_once(Input& input, const ReadOptions& options) {
  CsvReader reader(input.open(options.most_unpacked_bytes), input.name(), options);
  ColumnsOfBlocks parts(reader);
  while (reader.next()) parts.append(reader, options.threads);
  if (parts.rows() == 0) reader.fail_without_rows();
  if (!parts.turned().empty()) read_turned_columns(input, options, parts);
  std::vector<Column>& columns = parts.columns();
  for (size_t c = 0; c < columns.size(); ++c)
    if (reader.kinds()[c] == ColumnKind::text && columns[c].first_non_number < 0)
      columns[c].first_non_number = 0;

  int64_t dropped = 0;
  while (dropped < static_cast<int64_t>(reader.nameless()) && columns.size() > 1 &&
         is_all_missing(columns.back())) {
    columns.pop_back();
    ++dropped;
  }
  std::vector<std::string> notes;
  add_notes(reader, dropped, notes);
  TableFile file{Table(input.name(), std::move(columns), std::move(parts.marks())), Format::csv,
                 reader.dialect(), reader.skipped(), std::move(notes)};
  apply_number_styles(file.table, file.dialect, options, file.notes);
  return file;
}

}  // namespace

TableFile read_delimited(Input& input, const ReadOptions& options) {
  try {
    return read_once(input, options);
  } catch (const BrokenQuotes& broken) {
    if (options.quotes) throw;
    ReadOptions literal = options;
    literal.quotes = false;
    literal.bad_rows = BadRows::fail;
    try {
      TableFile file = read_once(input, literal);
      if (file.table.columns() < 2) throw Error(broken.what());
      file.notes.insert(file.notes.begin(),
                        fmt::format("quotes are ordinary characters here: as syntax they break the file ({})",
                                    broken.what()));
      return file;
    } catch (const Error&) {
      throw Error(broken.what());
    }
  }
}

std::vector<NumberStyle> apply_number_styles(Table& table, const Dialect& dialect, const ReadOptions& options,
                                             std::vector<std::string>& notes) {
  std::vector<NumberStyle> styles(static_cast<size_t>(table.columns()), NumberStyle::plain);
  for (int64_t c = 0; c < table.columns(); ++c) {
    const std::string& name = table.name(c);
    const auto type = std::ranges::find(options.types, name, &FixedColumn::name);
    const bool fixed = type != options.types.end();
    if (table.is_numeric(c) || std::ranges::find(options.text_columns, name) != options.text_columns.end())
      continue;
    if (fixed ? !type->numeric : !options.types.empty()) continue;
    const std::optional<NumberStyle> style =
        fixed ? type->style : number_style(table.text(c), dialect.delimiter);
    if (!style) continue;
    std::optional<std::vector<double>> numbers = numbers_of(table.text(c), *style);
    if (!numbers) {
      for (int64_t row = 0; row < table.rows(); ++row) {
        TextColumn one;
        if (!table.is_missing(row, c)) one.append(table.text(c)[row]);
        if (!numbers_of(one, *style))
          fail("{}: expected a number with {} as in the rows before, found {} in column {}",
               table.place(row, c), to_string(*style), quote(table.text(c)[row]), quote(name));
      }
      continue;
    }
    table.set_numbers(c, std::move(*numbers));
    styles[static_cast<size_t>(c)] = *style;
    if (!fixed)
      notes.push_back(fmt::format("column {} holds numbers with {}", quote(name), to_string(*style)));
  }
  return styles;
}

}  // namespace kette::data
