#include "kette/data/feature.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>

#include "kette/base/error.h"
#include "kette/data/date.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

constexpr std::array<std::string_view, 4> kKinds = {"number", "category", "date", "words"};
constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();

/// One column of the matrix, to be filled from top to bottom.
class MatrixColumn {
 public:
  MatrixColumn(Tensor& matrix, int64_t column)
      : values_(matrix.values<float>().subspan(static_cast<size_t>(column))),
        stride_(static_cast<size_t>(matrix.shape()[1])) {}
  float& operator[](int64_t row) { return values_[static_cast<size_t>(row) * stride_]; }

 private:
  std::span<float> values_;
  size_t stride_;
};

/// Numbers that stand side by side in the matrix, block by block: the part that is written stays in the
/// cache.
void encode_numbers(const Table& table, std::span<const int64_t> columns, int64_t first, Tensor& matrix,
                    Threads* threads) {
  constexpr int64_t kBlock = 64;  // rows that stay in the cache while one column after the other is written
  const int64_t rows = table.rows(), width = matrix.shape()[1];
  const std::span<float> out = matrix.values<float>();
  for_each_tile(threads, (rows + kBlock - 1) / kBlock, [&](int64_t block, int) {
    for (size_t i = 0; i < columns.size(); ++i) {
      table.numbers(columns[i]).visit([&](auto numbers) {
        for (int64_t row = block * kBlock; row < std::min((block + 1) * kBlock, rows); ++row) {
          const auto value = static_cast<float>(numbers[static_cast<size_t>(row)]);
          if (std::isinf(value))
            fail("{}: expected a number within ±3.4e38 (float32), found {} in column {}",
                 table.place(row, columns[i]), table.field(row, columns[i]), quote(table.name(columns[i])));
          out[static_cast<size_t>(row * width + first) + i] = value;
        }
      });
    }
  });
}

bool are_bytes(const Table& table, std::span<const Feature> features, std::span<const int64_t> columns) {
  for (size_t i = 0; i < features.size(); ++i)
    if (features[i].kind != Feature::Kind::number || !table.is_numeric(columns[i]) ||
        table.numbers(columns[i]).bytes() == nullptr)
      return false;
  return !features.empty();
}

/// to[r*stride + c] = from[c][r] for c, r < 8: three rounds that exchange squares of 4, 2 and 1 bytes.
void transpose_square(const uint8_t* const* from, size_t first, uint8_t* to, size_t stride) {
  static_assert(std::endian::native == std::endian::little);
  std::array<uint64_t, 8> lines{};
  for (size_t c = 0; c < 8; ++c) std::memcpy(&lines[c], from[c] + first, 8);
  const auto exchange = [&](size_t size, uint64_t lower) {
    for (size_t c = 0; c < 8; ++c) {
      if ((c & size) != 0) continue;
      const uint64_t moved = ((lines[c] >> (8 * size)) ^ lines[c + size]) & lower;
      lines[c] ^= moved << (8 * size);
      lines[c + size] ^= moved;
    }
  };
  exchange(4, 0x00000000FFFFFFFF);
  exchange(2, 0x0000FFFF0000FFFF);
  exchange(1, 0x00FF00FF00FF00FF);
  for (size_t r = 0; r < 8; ++r) std::memcpy(to + r * stride, &lines[r], 8);
}

/// Bytes stay bytes.
Matrix packed(const Table& table, std::span<const int64_t> columns, Threads* threads) {
  constexpr int64_t kBlock = 512;  // rows: a few cache lines of each column, which come one behind the other
  const auto rows = static_cast<size_t>(table.rows()), width = columns.size();
  std::vector<const uint8_t*> from;
  for (const int64_t column : columns) from.push_back(table.numbers(column).bytes());
  auto codes = std::make_shared_for_overwrite<uint8_t[]>(rows * width);
  for_each_tile(threads, (table.rows() + kBlock - 1) / kBlock, [&](int64_t block, int) {
    const auto first = static_cast<size_t>(block * kBlock), last = std::min(first + kBlock, rows);
    const size_t whole_rows = first + (last - first) / 8 * 8, whole_columns = width / 8 * 8;
    uint8_t* const to = codes.get();
    for (size_t c = 0; c < whole_columns; c += 8)
      for (size_t row = first; row < whole_rows; row += 8)
        transpose_square(&from[c], row, to + row * width + c, width);
    for (size_t c = 0; c < width; ++c)
      for (size_t row = c < whole_columns ? whole_rows : first; row < last; ++row)
        to[row * width + c] = from[c][row];
  });
  Tensor meaning(Shape({Matrix::kCodes, static_cast<int64_t>(width)}));
  for (size_t i = 0; i < static_cast<size_t>(meaning.size()); ++i) {
    const size_t code = i / width;
    meaning.values<float>()[i] = static_cast<float>(code);
  }
  return {table.rows(), std::move(codes), std::move(meaning)};
}

/// The code of every category by its text; those that are numbers also by their number.
class CategoryCodes {
 public:
  explicit CategoryCodes(const Feature& feature) : kept_(feature.kept) {
    for (size_t i = 0; i < feature.categories.size(); ++i) {
      const auto code = std::min(static_cast<int64_t>(i), kept_);
      by_text_.emplace(feature.categories[i], code);
      const std::optional<double> number = parse_number(feature.categories[i]);
      if (number && std::isfinite(*number)) by_number_.emplace(*number, code);
    }
  }
  /// Nothing when it is none of them.
  std::optional<int64_t> of(std::string_view text) const {
    if (const auto found = by_text_.find(text); found != by_text_.end()) return found->second;
    const std::optional<double> number = parse_number(text);
    return number ? of(*number) : std::nullopt;
  }
  std::optional<int64_t> of(double number) const {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? std::nullopt : std::optional(found->second);
  }
  int64_t other() const { return kept_; }
  int64_t missing() const { return kept_ + 1; }

 private:
  std::unordered_map<std::string_view, int64_t> by_text_;
  std::unordered_map<double, int64_t> by_number_;
  int64_t kept_;
};

void encode_category(const Table& table, int64_t column, const Feature& feature, MatrixColumn out,
                     std::vector<Unseen>& unseen) {
  const CategoryCodes codes(feature);
  Unseen found{feature.name, {}, 0, {}};
  const auto other = [&](int64_t row) {
    if (found.rows++ == 0) {
      found.example = table.field(row, column);
      found.place = table.place(row, column);
    }
    return codes.other();
  };
  if (table.is_numeric(column)) {
    const Numbers numbers = table.numbers(column);
    for (int64_t row = 0; row < table.rows(); ++row) {
      const double number = numbers[static_cast<size_t>(row)];
      const std::optional<int64_t> code = std::isnan(number) ? codes.missing() : codes.of(number);
      out[row] = static_cast<float>(code ? *code : other(row));
    }
  } else {
    const TextColumn& text = table.text(column);
    std::vector<std::optional<int64_t>> of_text;
    for (int32_t i = 0; i < text.distinct_count(); ++i)
      of_text.push_back(codes.of(trim_blanks(text.distinct(i))));
    for (int64_t row = 0; row < table.rows(); ++row) {
      const std::optional<int64_t> code =
          text.is_missing(row) ? codes.missing() : of_text[static_cast<size_t>(text.code(row))];
      out[row] = static_cast<float>(code ? *code : other(row));
    }
  }
  if (found.rows > 0) unseen.push_back(std::move(found));
}

void encode_date(const Table& table, int64_t column, const Feature& feature, int64_t first, Tensor& matrix) {
  const DateFormat format = parse_date_format(feature.date_format);
  MatrixColumn days(matrix, first), month(matrix, first + 1), weekday(matrix, first + 2),
      hour(matrix, feature.has_time() ? first + 3 : first);
  if (table.is_numeric(column) && table.rows() > 0) {
    for (int64_t row = 0; row < table.rows(); ++row)
      if (!table.is_missing(row, column))
        fail("{}: expected a date such as {}, found {} in column {}", table.place(row, column),
             feature.date_format, table.field(row, column), quote(feature.name));
  }
  std::vector<std::optional<DateTime>> moments;
  if (!table.is_numeric(column))
    for (int32_t i = 0; i < table.text(column).distinct_count(); ++i)
      moments.push_back(parse_date(table.text(column).distinct(i), format));
  for (int64_t row = 0; row < table.rows(); ++row) {
    if (table.is_missing(row, column)) {
      if (feature.has_time()) hour[row] = 24;
      days[row] = kMissing;
      month[row] = 12;
      weekday[row] = 7;
      continue;
    }
    const std::optional<DateTime>& moment = moments[static_cast<size_t>(table.text(column).code(row))];
    if (!moment)
      fail("{}: expected a date such as {}, found {} in column {}", table.place(row, column),
           feature.date_format, quote(table.field(row, column)), quote(feature.name));
    if (feature.has_time()) hour[row] = static_cast<float>(std::floor(moment->seconds / 3600));
    days[row] = static_cast<float>(moment->days);
    month[row] = static_cast<float>(date_of(moment->days).month - 1);
    weekday[row] = static_cast<float>(((moment->days + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
  }
}

void encode_words(const Table& table, int64_t column, const Feature& feature, int64_t first, Tensor& matrix) {
  std::unordered_map<std::string_view, int64_t> vocabulary;
  for (size_t i = 0; i < feature.categories.size(); ++i)
    vocabulary.emplace(feature.categories[i], static_cast<int64_t>(i));
  const int64_t width = matrix.shape()[1];
  const std::span<float> out = matrix.values<float>();
  for (int64_t row = 0; row < table.rows(); ++row)
    for (const std::string& word : words_of(table.field(row, column)))
      if (const auto found = vocabulary.find(word); found != vocabulary.end())
        out[static_cast<size_t>(row * width + first + found->second)] = 1;
}

std::vector<int64_t> columns_of(const Table& table, std::span<const Feature> features) {
  std::vector<int64_t> columns;
  std::string missing;
  int count = 0;
  for (const Feature& feature : features) {
    const int64_t next = columns.empty() ? 0 : columns.back() + 1;  // most tables are as the first one was
    columns.push_back(next < table.columns() && table.name(next) == feature.name ? next
                                                                                 : table.find(feature.name));
    if (columns.back() >= 0) continue;
    missing += (count++ == 0 ? "" : ", ") + quote(feature.name);
  }
  if (count == 0) return columns;
  std::vector<std::string> names = table.names();
  std::erase_if(names, [&](const std::string& name) {  // those cannot be the missing one
    return std::ranges::find(features, name, &Feature::name) != features.end();
  });
  std::string_view near;
  for (size_t i = 0; i < features.size() && count == 1; ++i)
    if (columns[i] < 0) near = nearest_name(features[i].name, names);
  fail("{}: missing column{} {}{}", table.source(), count == 1 ? "" : "s", missing,
       near.empty() ? "" : fmt::format("; was {} renamed?", quote(near)));
}

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

}  // namespace

std::string_view to_string(Feature::Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

Feature::Kind parse_feature_kind(std::string_view text) {
  const auto found = std::ranges::find(kKinds, text);
  if (found == kKinds.end()) fail("[feature] unknown kind {}", quote(text));
  return static_cast<Feature::Kind>(found - kKinds.begin());
}

bool Feature::has_time() const { return kind == Kind::date && parse_date_format(date_format).has_time; }

int64_t Feature::width() const {
  if (kind == Kind::words) return static_cast<int64_t>(categories.size());
  return kind == Kind::date ? 3 + (has_time() ? 1 : 0) : 1;
}

int64_t total_width(std::span<const Feature> features) {
  int64_t width = 0;
  for (const Feature& feature : features) width += feature.width();
  return width;
}

std::vector<std::string> names_of(std::span<const Feature> features) {
  std::vector<std::string> names;
  for (const Feature& feature : features) names.push_back(feature.name);
  return names;
}

Encoded encode(const Table& table, std::span<const Feature> features, Threads* threads) {
  const std::vector<int64_t> columns = columns_of(table, features);
  if (are_bytes(table, features, columns)) return {packed(table, columns, threads), {}};
  Encoded encoded{Tensor(Shape({table.rows(), total_width(features)})), {}};
  Tensor& matrix = encoded.matrix.dense();
  int64_t first = 0;
  for (size_t i = 0; i < features.size(); ++i) {
    const Feature& feature = features[i];
    if (feature.kind == Feature::Kind::number) {
      size_t end = i;
      while (end < features.size() && features[end].kind == Feature::Kind::number) ++end;
      encode_numbers(table, std::span(columns).subspan(i, end - i), first, matrix, threads);
      first += static_cast<int64_t>(end - i);
      i = end - 1;
      continue;
    }
    if (feature.kind == Feature::Kind::category)
      encode_category(table, columns[i], feature, MatrixColumn(matrix, first), encoded.unseen);
    else if (feature.kind == Feature::Kind::date)
      encode_date(table, columns[i], feature, first, matrix);
    else
      encode_words(table, columns[i], feature, first, matrix);
    first += feature.width();
  }
  return encoded;
}

void add_unseen(std::vector<Unseen>& all, const std::vector<Unseen>& more) {
  for (const Unseen& u : more) {
    const auto known = std::ranges::find(all, u.column, &Unseen::column);
    if (known == all.end())
      all.push_back(u);
    else
      known->rows += u.rows;
  }
}

std::vector<WantedColumn> wanted_columns(std::span<const Feature> features) {
  std::vector<WantedColumn> columns;
  for (const Feature& feature : features)
    columns.push_back({feature.name, feature.kind != Feature::Kind::number});
  return columns;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size();) {
    if (!is_word_byte(text[i])) {
      ++i;
      continue;
    }
    std::string word;
    for (; i < text.size() && is_word_byte(text[i]); ++i)
      word += text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace kette::data
