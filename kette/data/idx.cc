#include "kette/data/idx.h"

#include <algorithm>
#include <bit>

#include "kette/base/error.h"
#include "kette/data/byte_order.h"

namespace kette::data {
namespace {

constexpr uint32_t kUnsignedByte = 0x08;

// Third byte of the file → bytes of an element; 0: no type.
size_t element_size(uint32_t type) {
  switch (type) {
    case kUnsignedByte:
    case 0x09:
      return 1;
    case 0x0B:
      return 2;
    case 0x0C:
    case 0x0D:
      return 4;
    case 0x0E:
      return 8;
    default:
      return 0;
  }
}

double element(std::string_view bytes, size_t place, uint32_t type) {
  switch (type) {
    case kUnsignedByte:
      return byte_at(bytes, place);
    case 0x09:
      return static_cast<int8_t>(byte_at(bytes, place));
    case 0x0B:
      return static_cast<int16_t>((byte_at(bytes, place) << 8) | byte_at(bytes, place + 1));
    case 0x0C:
      return static_cast<int32_t>(big32(bytes, place));
    case 0x0D:
      return std::bit_cast<float>(big32(bytes, place));
    default:
      return std::bit_cast<double>((uint64_t{big32(bytes, place)} << 32) | big32(bytes, place + 4));
  }
}

constexpr size_t kMostPixels = size_t{1} << 24;
constexpr size_t kGroupBytes = size_t{1} << 20;  // of rows that are read, and become columns, at once
constexpr size_t kFirstRoom = size_t{1} << 26;   // bytes
constexpr size_t kTileColumns = 64;              // of one tile: a cache line of every row

struct IdxHeader {
  uint32_t type;
  size_t dims, element_bytes, rows, pixels;

  bool is_bytes() const { return type == kUnsignedByte; }
};

IdxHeader read_header(ByteSource& bytes, const std::string& source) {
  std::string head(8, '\0');
  head.resize(read_up_to(bytes, head.data(), head.size()));
  if (!is_idx(head))
    fail("{}: expected an IDX array, found {} bytes without its header", source, head.size());
  IdxHeader header{.type = byte_at(head, 2),
                   .dims = byte_at(head, 3),
                   .element_bytes = element_size(byte_at(head, 2)),
                   .rows = big32(head, 4),
                   .pixels = 1};
  std::string dims(4 * (header.dims - 1), '\0');
  if (const size_t count = read_up_to(bytes, dims.data(), dims.size()); count < dims.size())
    fail("{}: the IDX header ends at byte {}, expected {}", source, head.size() + count,
         head.size() + dims.size());
  for (size_t d = 1; d < header.dims; ++d) {
    const size_t dim = big32(dims, 4 * (d - 1));
    if (dim == 0 || dim > kMostPixels / header.pixels)
      fail("{}: dim {} of the IDX array is {}; expected 1 to {} pixels in all", source, d + 1, dim,
           kMostPixels);
    header.pixels *= dim;
  }
  if (header.rows == 0) fail("{}: an IDX array without rows", source);
  return header;
}

std::vector<Column> columns_of(const IdxHeader& header) {
  std::vector<Column> columns;
  for (size_t p = 0; p < header.pixels; ++p)
    columns.push_back({header.dims == 1 ? "label" : fmt::format("pixel_{}", p + 1), {}, {}});
  return columns;
}

/// Appends the rows to the columns [first, last).
void append(const IdxHeader& header, std::string_view rows, size_t first, size_t last,
            std::vector<Column>& columns) {
  const size_t size = header.element_bytes, row_bytes = header.pixels * size, count = rows.size() / row_bytes;
  const auto each = [&](auto& to, auto element_at) {
    // What a header claims gets no memory before the rows are there.
    if (to.size() + count > to.capacity())
      to.reserve(std::min(header.rows, std::max(2 * (to.size() + count), kFirstRoom / row_bytes)));
    const size_t before = to.size();
    to.resize(before + count);
    for (size_t r = 0; r < count; ++r) to[before + r] = element_at(r);
  };
  for (size_t p = first; p < last; ++p)
    if (header.is_bytes())
      each(columns[p].bytes, [&](size_t r) { return static_cast<uint8_t>(rows[r * row_bytes + p]); });
    else
      each(columns[p].numbers,
           [&](size_t r) { return element(rows, r * row_bytes + p * size, header.type); });
}

}  // namespace

bool is_idx(std::string_view head) {
  return head.size() >= 8 && head[0] == '\0' && head[1] == '\0' && element_size(byte_at(head, 2)) > 0 &&
         byte_at(head, 3) >= 1 && byte_at(head, 3) <= 8;
}

bool is_idx_labels(std::string_view head) { return is_idx(head) && head[3] == 1; }

Table parse_idx(ByteSource& bytes, std::string source, Threads* threads) {
  const IdxHeader header = read_header(bytes, source);
  const size_t row_bytes = header.pixels * header.element_bytes;
  const auto expect = [&](uint64_t held) {
    if (held / row_bytes != header.rows || held % row_bytes != 0)
      fail(
          "{}: {} bytes behind the IDX header; expected {} × {} elements of {} bytes; was the file "
          "truncated?",
          source, held, header.rows, header.pixels, header.element_bytes);
  };
  if (bytes.size() >= 0) expect(static_cast<uint64_t>(bytes.size()));

  // While the rows of one group become columns, the next group is read.
  const size_t group_rows = std::max<size_t>(1, kGroupBytes / row_bytes);
  uint64_t held = 0;
  const auto read_group = [&](std::string& group) {
    group.resize(std::min(group_rows, header.rows) * row_bytes);
    group.resize(read_up_to(bytes, group.data(), group.size()));
    held += group.size();
  };
  std::string present, next;
  read_group(present);
  if (present.size() < std::min(group_rows, header.rows) * row_bytes) expect(held);
  std::vector<Column> columns = columns_of(header);
  for (size_t row = 0; row < header.rows; std::swap(present, next)) {
    const size_t rows = std::min(present.size() / row_bytes, header.rows - row);
    if (rows == 0) expect(held);
    const auto tiles = static_cast<int64_t>((header.pixels + kTileColumns - 1) / kTileColumns);
    for_each_tile(threads, tiles + 1, [&](int64_t tile, int) {
      if (tile == 0) return read_group(next);
      const size_t first = static_cast<size_t>(tile - 1) * kTileColumns;
      append(header, std::string_view(present).substr(0, rows * row_bytes), first,
             std::min(first + kTileColumns, header.pixels), columns);
    });
    row += rows;
  }
  for (std::string rest(1, '\0'); !rest.empty();) {
    rest.resize(kGroupBytes);
    rest.resize(bytes.read(rest.data(), rest.size()));
    held += rest.size();
  }
  expect(held);
  return Table(std::move(source), std::move(columns));
}

std::vector<std::string> idx_labels_beside(const std::string& images) {
  const size_t folder = images.rfind('/') == images.npos ? 0 : images.rfind('/') + 1;
  const size_t word = images.rfind("images");
  const size_t dims = images.rfind("idx");
  if (word == images.npos || word < folder) return {};
  std::string labels = images;
  if (dims != images.npos && dims > word && dims + 3 < images.size()) labels[dims + 3] = '1';
  labels.replace(word, std::string_view("images").size(), "labels");
  std::vector<std::string> names = {labels};
  if (labels.ends_with(".gz"))
    names.push_back(labels.substr(0, labels.size() - 3));
  else
    names.push_back(labels + ".gz");
  return names;
}

}  // namespace kette::data
