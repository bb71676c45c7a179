// Whole numbers in the bytes of a file.
#pragma once

#include <cstdint>
#include <string_view>

namespace kette::data {

/// The byte at `place`, which must exist, as for the numbers below.
inline uint32_t byte_at(std::string_view bytes, size_t place) {
  return static_cast<unsigned char>(bytes[place]);
}

inline uint32_t little16(std::string_view bytes, size_t place) {
  return byte_at(bytes, place) | (byte_at(bytes, place + 1) << 8);
}
inline uint32_t little32(std::string_view bytes, size_t place) {
  return little16(bytes, place) | (little16(bytes, place + 2) << 16);
}
inline uint32_t big32(std::string_view bytes, size_t place) {
  return (byte_at(bytes, place) << 24) | (byte_at(bytes, place + 1) << 16) |
         (byte_at(bytes, place + 2) << 8) | byte_at(bytes, place + 3);
}

}  // namespace kette::data
