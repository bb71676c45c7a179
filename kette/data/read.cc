#include "kette/data/read.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "kette/base/error.h"
#include "kette/data/byte_source.h"
#include "kette/data/csv_table.h"
#include "kette/data/format.h"
#include "kette/data/idx.h"
#include "kette/data/libsvm.h"
#include "kette/data/npy.h"

namespace kette::data {
namespace {

Table parse_binary(Format format, std::string_view bytes, const std::string& source,
                   const ReadOptions& options) {
  switch (format) {
    case Format::libsvm:
      return parse_libsvm(bytes, source);
    case Format::npy:
      return parse_npy(bytes, source);
    default:
      return parse_npz(bytes, source, options.most_unpacked_bytes);
  }
}

TableFile read_one(Input& input, const ReadOptions& options) {
  const Format format = format_of(input, options);
  if (format == Format::csv) return read_delimited(input, options);
  const std::unique_ptr<ByteSource> source = input.open(options.most_unpacked_bytes);
  if (format == Format::idx) return {parse_idx(*source, input.name(), options.threads), format, {}, 0, {}};
  const std::string bytes = read_all(*source, options.most_unpacked_bytes, input.name());
  return {parse_binary(format, bytes, input.name(), options), format, {}, 0, {}};
}

/// The images with their labels as the last column.
void add_labels(TableFile& images, const std::string& path, const ReadOptions& options) {
  Input input(path, true);
  const Table labels = read_one(input, options).table;
  if (labels.rows() != images.table.rows())
    fail("{}: {} labels; expected {}, one for each image of {}", path, labels.rows(), images.table.rows(),
         images.table.source());
  images.table.add_numbers("label", labels.numbers(0).to_vector());
  images.notes.push_back(fmt::format("labels from {}", path));
}

bool is_labels(const std::string& path, const ReadOptions& options) {
  Input input(path, true);
  return is_idx_labels(head_of(input, options));
}

/// The file, with the labels that stand beside it or in `behind`, which is then taken.
TableFile read_with_labels(const std::string& path, const std::string* behind, bool& took_behind,
                           const ReadOptions& options) {
  Input input(path, true);
  TableFile file = read_one(input, options);
  took_behind = false;
  if (file.format != Format::idx || file.table.contains("label")) return file;
  if (behind != nullptr && *behind != "-" && is_labels(*behind, options)) {
    took_behind = true;
    add_labels(file, *behind, options);
    return file;
  }
  for (const std::string& labels : idx_labels_beside(path)) {
    if (!std::filesystem::exists(labels)) continue;
    add_labels(file, labels, options);
    return file;
  }
  file.notes.push_back(fmt::format("no file of labels beside {}", path));
  return file;
}

/// Columns that are text in one of the tables and numbers in another.
std::set<std::string> columns_at_odds(const Table& a, const Table& b) {
  std::set<std::string> names;
  for (int64_t c = 0; c < a.columns(); ++c) {
    const int64_t twin = b.find(a.name(c));
    if (twin >= 0 && a.is_numeric(c) != b.is_numeric(twin)) names.insert(a.name(c));
  }
  return names;
}

/// Joins the files' rows; nothing when columns at odds must be read as text first, which are then in `odd`.
std::optional<TableFile> read_joined(std::span<const std::string> paths, const ReadOptions& options,
                                     std::set<std::string>& odd) {
  std::optional<TableFile> joined;
  for (size_t i = 0; i < paths.size(); ++i) {
    bool took_next = false;
    TableFile file =
        read_with_labels(paths[i], i + 1 < paths.size() ? &paths[i + 1] : nullptr, took_next, options);
    if (took_next) ++i;
    if (!joined) {
      joined = std::move(file);
      continue;
    }
    odd = columns_at_odds(joined->table, file.table);
    if (!odd.empty()) return std::nullopt;
    for (std::string& note : file.notes) joined->notes.push_back(fmt::format("{}: {}", paths[i], note));
    joined->skipped_rows += file.skipped_rows;
    joined->table.append_rows(std::move(file.table));
  }
  return joined;
}

}  // namespace

TableFile read_table(std::span<const std::string> paths, const ReadOptions& options) {
  if (paths.empty()) fail("[read] no files; expected at least one");
  ReadOptions settled = options;
  while (true) {
    std::set<std::string> odd;
    if (std::optional<TableFile> file = read_joined(paths, settled, odd)) return std::move(*file);
    const size_t before = settled.text_columns.size();
    for (const std::string& name : odd)
      if (std::ranges::find(settled.text_columns, name) == settled.text_columns.end())
        settled.text_columns.push_back(name);
    if (settled.text_columns.size() == before)
      fail("{}: column {} is text in one of the files and numbers in another", paths.front(),
           quote(*odd.begin()));
  }
}

TableFile read_table(const std::string& path, const ReadOptions& options) {
  return read_table(std::span(&path, 1), options);
}

TableFile parse_table(std::string_view bytes, std::string source, const ReadOptions& options) {
  Input input(bytes, std::move(source));
  return read_one(input, options);
}

}  // namespace kette::data
