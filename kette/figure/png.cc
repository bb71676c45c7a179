#include "kette/figure/png.h"

#include <algorithm>
#include <string_view>

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

/// In zlib's format, as blocks that are stored as they are.
std::string stored(std::string_view bytes) {
  constexpr size_t kMostInBlock = 0xFFFF;
  std::string text = "\x78\x01";
  for (size_t at = 0; at < bytes.size(); at += kMostInBlock) {
    const std::string_view block = bytes.substr(at, kMostInBlock);
    const bool is_last = at + block.size() == bytes.size();
    text += is_last ? '\1' : '\0';
    for (const size_t word : {block.size(), ~block.size()}) {
      text += static_cast<char>(word & 0xFF);
      text += static_cast<char>(word >> 8 & 0xFF);
    }
    text += block;
  }
  return text + big_endian(adler32(bytes));
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
    lines += '\0';  // not filtered
    const auto row = pixels.subspan(at, line);
    lines.append(row.begin(), row.end());
  }
  return "\x89PNG\r\n\x1A\n" + chunk("IHDR", header) + chunk("PLTE", colours) + chunk("IDAT", stored(lines)) +
         chunk("IEND", "");
}

}  // namespace kette
