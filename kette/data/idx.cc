#include "kette/data/idx.h"

#include <array>
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

}  // namespace

bool is_idx(std::string_view head) {
  return head.size() >= 8 && head[0] == '\0' && head[1] == '\0' && element_size(byte_at(head, 2)) > 0 &&
         byte_at(head, 3) >= 1 && byte_at(head, 3) <= 8;
}

bool is_idx_labels(std::string_view head) { return is_idx(head) && head[3] == 1; }

Table parse_idx(std::string_view bytes, std::string source) {
  if (!is_idx(bytes))
    fail("{}: expected an IDX array, found {} bytes without its header", source, bytes.size());
  const uint32_t type = byte_at(bytes, 2);
  const size_t dims = byte_at(bytes, 3), size = element_size(type), start = 4 + 4 * dims;
  if (bytes.size() < start)
    fail("{}: the IDX header ends at byte {}, expected {}", source, bytes.size(), start);
  const size_t rows = big32(bytes, 4), held = (bytes.size() - start) / size;
  size_t pixels = 1;
  for (size_t d = 1; d < dims; ++d) {
    const size_t dim = big32(bytes, 4 + 4 * d);
    if (dim == 0 || dim > kMostPixels / pixels)
      fail("{}: dim {} of the IDX array is {}; expected 1 to {} pixels in all", source, d + 1, dim,
           kMostPixels);
    pixels *= dim;
  }
  if (rows == 0) fail("{}: an IDX array without rows", source);
  if (rows > held / pixels || bytes.size() - start != rows * pixels * size)
    fail("{}: {} bytes behind the IDX header; expected {} × {} elements of {} bytes; was the file truncated?",
         source, bytes.size() - start, rows, pixels, size);
  std::vector<Column> columns;
  const bool is_bytes = type == kUnsignedByte;
  for (size_t p = 0; p < pixels; ++p) {
    columns.push_back({dims == 1 ? "label" : fmt::format("pixel_{}", p + 1), {}, {}});
    if (is_bytes)
      columns[p].bytes.resize(rows);
    else
      columns[p].numbers.resize(rows);
  }
  // Square tiles, as rows of the file become columns.
  constexpr size_t kTile = 32;
  const auto turn = [&](auto values_of, auto read) {
    for (size_t row = 0; row < rows; row += kTile)
      for (size_t p = 0; p < pixels; ++p) {
        const auto to = values_of(columns[p]);
        const size_t first = start + p * size, step = pixels * size;
        for (size_t r = row; r < std::min(row + kTile, rows); ++r) to[r] = read(first + r * step);
      }
  };
  if (is_bytes)
    turn([](Column& c) { return c.bytes.data(); }, [&](size_t place) { return byte_at(bytes, place); });
  else
    turn([](Column& c) { return c.numbers.data(); },
         [&](size_t place) { return element(bytes, place, type); });
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
