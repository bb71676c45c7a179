// Where fields end, for 64 bytes of a text at once.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace kette::data {

/// Bit i is set where text[i] is the delimiter or ends a line, for the 64 bytes from `text` on.
inline uint64_t stop_mask(const char* text, char delimiter) {
  uint64_t mask = 0;
#if defined(__SSE2__)
  const __m128i delimiters = _mm_set1_epi8(delimiter), feeds = _mm_set1_epi8('\n'),
                returns = _mm_set1_epi8('\r');
  for (int part = 0; part < 4; ++part) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text) + part);
    const __m128i line_ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, feeds), _mm_cmpeq_epi8(bytes, returns));
    const __m128i stops = _mm_or_si128(line_ends, _mm_cmpeq_epi8(bytes, delimiters));
    mask |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(stops))) << (16 * part);
  }
#else
  for (int i = 0; i < 64; ++i)
    if (text[i] == delimiter || text[i] == '\n' || text[i] == '\r') mask |= uint64_t{1} << i;
#endif
  return mask;
}

}  // namespace kette::data
