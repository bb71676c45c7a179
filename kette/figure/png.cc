#include "kette/figure/png.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <utility>

namespace kette {
namespace {

std::string big_endian(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

uint32_t crc32(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

uint32_t adler32(std::string_view bytes) {
  uint32_t a = 1, b = 0;
  for (const char byte : bytes) {
    a = (a + static_cast<unsigned char>(byte)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

std::string chunk(std::string_view type, std::string_view data) {
  const std::string body = std::string(type).append(data);
  return big_endian(static_cast<uint32_t>(data.size())) + body + big_endian(crc32(body));
}

/// A block of deflate with its fixed codes [RFC 1951, 3.2.6].
class FixedBlock {
 public:
  FixedBlock() { bits(0b011, 3); }  // the last block; fixed codes

  void literal(uint8_t byte) {
    if (byte < 144)
      code(0x30u + byte, 8);
    else
      code(0x190u + byte - 144u, 9);
  }
  /// 3 to 257 times the last byte once more.
  void repeat(size_t times) {
    const auto length = static_cast<uint32_t>(times - 3);
    const uint32_t extra = length < 8 ? 0 : static_cast<uint32_t>(std::bit_width(length)) - 3;
    symbol(257 + 4 * extra + (length >> extra));
    bits(length & ((1u << extra) - 1), extra);
    code(0, 5);  // distance 1
  }
  std::string finish() {
    symbol(256);
    if (used_ > 0) bits(0, 8 - used_);
    return std::move(bytes_);
  }

 private:
  void symbol(uint32_t number) {  // from 256
    if (number < 280)
      code(number - 256, 7);
    else
      code(0xC0 + number - 280, 8);
  }
  /// Codes begin with their highest bit, all else with its lowest.
  void code(uint32_t value, uint32_t count) {
    while (count-- > 0) bits(value >> count & 1, 1);
  }
  void bits(uint32_t value, uint32_t count) {
    for (; count > 0; --count, value >>= 1) {
      if (used_ == 0) bytes_ += '\0';
      bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | (value & 1) << used_);
      used_ = (used_ + 1) % 8;
    }
  }
  std::string bytes_;
  uint32_t used_ = 0;  // bits of the last byte
};

/// In zlib's format [RFC 1950], runs of a byte shortened.
std::string compressed(std::string_view bytes) {
  constexpr size_t kLeastRun = 3, kMostRun = 257;
  FixedBlock block;
  for (size_t at = 0; at < bytes.size();) {
    size_t run = 0;  // of bytes like the one before
    while (at > 0 && run < kMostRun && at + run < bytes.size() && bytes[at + run] == bytes[at - 1]) ++run;
    if (run >= kLeastRun)
      block.repeat(run);
    else
      block.literal(static_cast<uint8_t>(bytes[at]));
    at += run >= kLeastRun ? run : 1;
  }
  return "\x78\x01" + block.finish() + big_endian(adler32(bytes));
}

}  // namespace

std::string encode_png(int64_t width, std::span<const uint8_t> pixels,
                       std::span<const std::array<uint8_t, 3>> palette) {
  const auto line = static_cast<size_t>(width);
  std::string header =
      big_endian(static_cast<uint32_t>(width)) + big_endian(static_cast<uint32_t>(pixels.size() / line));
  header +=
      {8, 3, 0, 0, 0};  // bits of an index; a palette; the one compression, the one filter, not interlaced
  std::string colours, lines;
  for (const auto& colour : palette) colours.append(colour.begin(), colour.end());
  for (size_t at = 0; at < pixels.size(); at += line) {
    const auto row = pixels.subspan(at, line);
    if (at > 0 && std::ranges::equal(row, pixels.subspan(at - line, line))) {
      lines += '\2' + std::string(line, '\0');  // the differences to the line above
    } else {
      lines += '\0';
      lines.append(row.begin(), row.end());
    }
  }
  return "\x89PNG\r\n\x1A\n" + chunk("IHDR", header) + chunk("PLTE", colours) +
         chunk("IDAT", compressed(lines)) + chunk("IEND", "");
}

}  // namespace kette
