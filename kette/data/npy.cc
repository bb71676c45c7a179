#include "kette/data/npy.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "kette/base/error.h"
#include "kette/data/byte_order.h"
#include "kette/data/gzip.h"

namespace kette::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr uint64_t kMostColumns = uint64_t{1} << 24;

struct NpyHeader {
  char kind = 'f';  // f, i, u or b
  size_t width = 8;
  bool big_endian = false;
  bool by_columns = false;
  std::vector<uint64_t> dims;
  size_t data = 0;  // offset of the first element
};

/// What stands behind 'key': in the header's dictionary.
std::string_view entry(std::string_view header, std::string_view key, const std::string& source) {
  const size_t found = header.find(fmt::format("'{}'", key));
  const size_t colon = found == header.npos ? found : header.find(':', found);
  if (colon == header.npos) fail("{}: no '{}' in the NPY header", source, key);
  const size_t start = header.find_first_not_of(' ', colon + 1);
  return start == header.npos ? std::string_view() : header.substr(start);
}

std::vector<uint64_t> dims_of(std::string_view tuple, const std::string& source) {
  if (!tuple.starts_with('(') || tuple.find(')') == tuple.npos)
    fail("{}: the NPY header has no shape in parentheses", source);
  std::vector<uint64_t> dims;
  const char* place = tuple.data() + 1;
  const char* end = tuple.data() + tuple.find(')');
  while (place < end) {
    if (*place == ' ' || *place == ',') {
      ++place;
      continue;
    }
    uint64_t dim = 0;
    const auto [behind, error] = std::from_chars(place, end, dim);
    if (error != std::errc{})
      fail("{}: {} in the NPY header is no shape", source, quote(tuple.substr(0, 40)));
    dims.push_back(dim);
    place = behind;
  }
  return dims;
}

NpyHeader read_header(std::string_view bytes, const std::string& source) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 10)
    fail("{}: expected an NPY array, found {} bytes without its header", source, bytes.size());
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3) fail("{}: NPY version {}; expected 1, 2 or 3", source, version);
  const size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) fail("{}: the NPY header ends at byte {}", source, bytes.size());
  const uint64_t size = version == 1 ? little16(bytes, 8) : little32(bytes, 8);
  if (size > bytes.size() - start)
    fail("{}: an NPY header of {} bytes in a file of {}; was it truncated?", source, size, bytes.size());
  const std::string_view text = bytes.substr(start, static_cast<size_t>(size));
  NpyHeader header;
  header.data = start + text.size();
  const std::string_view descr = entry(text, "descr", source);
  const auto fits = [&](std::string_view order, std::string_view types) {
    return descr.size() > 4 && (descr[0] == '\'' || descr[0] == '"') && order.find(descr[1]) != order.npos &&
           types.find(descr[2]) != types.npos && descr[4] == descr[0];
  };
  const bool known = fits("<>|=", "fiub");
  const size_t width = known ? static_cast<size_t>(descr[3] - '0') : 0;
  header.kind = known ? descr[2] : '?';
  const bool allowed = header.kind == 'f'   ? width == 4 || width == 8
                       : header.kind == 'b' ? width == 1
                                            : known && (width == 1 || width == 2 || width == 4 || width == 8);
  if (!allowed)
    fail("{}: elements of type {}; expected f4, f8, i1 to i8, u1 to u8 or b1", source,
         quote(descr.substr(0, std::min<size_t>(descr.find(','), 20))));
  header.width = width;
  header.big_endian = descr[1] == '>';
  header.by_columns = entry(text, "fortran_order", source).starts_with("True");
  header.dims = dims_of(entry(text, "shape", source), source);
  if (header.dims.empty() || header.dims.size() > 2)
    fail("{}: an array of {} dims; expected 1 (a column) or 2 (rows and columns)", source,
         header.dims.size());
  return header;
}

template <class T>
double element(const char* place, bool swapped) {
  T value{};
  if (!swapped) {
    std::memcpy(&value, place, sizeof value);
  } else {
    std::array<char, sizeof value> bytes{};
    std::reverse_copy(place, place + sizeof value, bytes.begin());
    std::memcpy(&value, bytes.data(), sizeof value);
  }
  return static_cast<double>(value);
}

using Element = double (*)(const char*, bool);

Element element_of(const NpyHeader& header) {
  if (header.kind == 'f') return header.width == 4 ? element<float> : element<double>;
  const bool sign = header.kind == 'i';
  switch (header.width) {
    case 1:
      return sign ? element<int8_t> : element<uint8_t>;
    case 2:
      return sign ? element<int16_t> : element<uint16_t>;
    case 4:
      return sign ? element<int32_t> : element<uint32_t>;
    default:
      return sign ? element<int64_t> : element<uint64_t>;
  }
}

/// Appends the columns of one array; `prefix` + number names them, `name` the only one of 1 dim.
void append_columns(std::string_view bytes, const std::string& source, const std::string& name,
                    const std::string& prefix, std::vector<Column>& result) {
  const NpyHeader header = read_header(bytes, source);
  const uint64_t rows = header.dims[0];
  const uint64_t columns = header.dims.size() == 1 ? 1 : header.dims[1];
  const uint64_t held = (bytes.size() - header.data) / header.width;
  if (rows == 0 || columns == 0)
    fail("{}: an array of {} × {} elements; expected some", source, rows, columns);
  if (columns > kMostColumns || rows > held / columns)
    fail("{}: {} bytes of elements; expected {} × {} of {} bytes; was the file truncated?", source,
         bytes.size() - header.data, rows, columns, header.width);
  const bool swapped = header.big_endian != (std::endian::native == std::endian::big);
  const Element read = element_of(header);
  const size_t row_step = header.width * static_cast<size_t>(header.by_columns ? 1 : columns);
  const size_t column_step = header.width * static_cast<size_t>(header.by_columns ? rows : 1);
  const size_t first = result.size();
  for (uint64_t c = 0; c < columns; ++c)
    result.push_back({header.dims.size() == 1 ? name : fmt::format("{}{}", prefix, c + 1),
                      std::vector<double>(static_cast<size_t>(rows)),
                      {},
                      -1});
  // Square tiles: rows of the array and columns of the table both stay in the cache.
  constexpr size_t kTile = 64;
  for (size_t row = 0; row < rows; row += kTile)
    for (size_t tile = 0; tile < columns; tile += kTile)
      for (size_t c = tile; c < std::min<size_t>(tile + kTile, columns); ++c)
        for (size_t r = row; r < std::min<size_t>(row + kTile, rows); ++r)
          result[first + c].numbers[r] =
              read(bytes.data() + header.data + r * row_step + c * column_step, swapped);
}

// A zip archive [APPNOTE 6.3]: the members, then a directory, then the record that says where it is.
constexpr std::string_view kMember = "PK\x03\x04", kDirectoryEntry = "PK\x01\x02",
                           kDirectoryEnd = "PK\x05\x06";
constexpr size_t kMemberSize = 30, kEntrySize = 46, kEndSize = 22;

struct ZipMember {
  std::string name;
  uint16_t method = 0;
  std::string_view packed;
  uint64_t size = 0;
};

std::vector<ZipMember> zip_members(std::string_view bytes, const std::string& source) {
  const size_t end = bytes.rfind(kDirectoryEnd);
  if (end == bytes.npos || bytes.size() - end < kEndSize)
    fail("{}: no directory at the end of the archive; was the file truncated?", source);
  const size_t count = little16(bytes, end + 10);
  size_t place = little32(bytes, end + 16);
  std::vector<ZipMember> members;
  for (size_t i = 0; i < count; ++i) {
    if (place > bytes.size() || bytes.size() - place < kEntrySize ||
        !bytes.substr(place).starts_with(kDirectoryEntry))
      fail("{}: byte {}: expected entry {} of the archive's directory", source, place, i + 1);
    ZipMember member;
    member.method = static_cast<uint16_t>(little16(bytes, place + 10));
    const uint64_t packed = little32(bytes, place + 20);
    member.size = little32(bytes, place + 24);
    const size_t name = little16(bytes, place + 28);
    const size_t skipped = little16(bytes, place + 30) + little16(bytes, place + 32);
    const size_t start = little32(bytes, place + 42);
    if (bytes.size() - place - kEntrySize < name + skipped)
      fail("{}: byte {}: entry {} of the archive's directory is cut off", source, place, i + 1);
    member.name = bytes.substr(place + kEntrySize, name);
    if (start > bytes.size() || bytes.size() - start < kMemberSize ||
        !bytes.substr(start).starts_with(kMember))
      fail("{}: byte {}: expected the member {}", source, start, quote(member.name));
    const size_t data = start + kMemberSize + little16(bytes, start + 26) + little16(bytes, start + 28);
    if (data > bytes.size() || packed > bytes.size() - data)
      fail("{}: byte {}: member {} of {} bytes is cut off", source, start, quote(member.name), packed);
    member.packed = bytes.substr(data, static_cast<size_t>(packed));
    members.push_back(std::move(member));
    place += kEntrySize + name + skipped;
  }
  return members;
}

}  // namespace

Table parse_npy(std::string_view bytes, std::string source) {
  std::vector<Column> columns;
  append_columns(bytes, source, "column_1", "column_", columns);
  return Table(std::move(source), std::move(columns));
}

Table parse_npz(std::string_view bytes, std::string source, uint64_t most) {
  std::vector<Column> columns;
  std::string first;
  uint64_t unpacked = 0;
  for (const ZipMember& member : zip_members(bytes, source)) {
    const std::string place = fmt::format("{}: {}", source, quote(member.name));
    if (member.method != 0 && member.method != 8)
      fail("{}: packed by method {}; expected stored (0) or deflated (8)", place, member.method);
    unpacked += member.size;
    if (unpacked > most) fail("{}: unpacks to more than the {} bytes allowed", place, most);
    std::string name = member.name;
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    const size_t before = columns.size();
    if (member.method == 0) {
      append_columns(member.packed, place, name, name + "_", columns);
    } else {
      append_columns(inflate_raw(member.packed, member.size, place), place, name, name + "_", columns);
    }
    if (before == 0) first = name;
    if (columns[before].size() != columns.front().size())
      fail("{}: {} rows, but {} has {}; expected arrays of as many rows", place, columns[before].size(),
           quote(first), columns.front().size());
  }
  if (columns.empty()) fail("{}: an archive without arrays", source);
  return Table(std::move(source), std::move(columns));
}

}  // namespace kette::data
