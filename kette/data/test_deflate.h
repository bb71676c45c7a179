// For tests: packs as gzip and zip do.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace kette::data {

/// `window` as zlib's deflateInit2 takes it.
inline std::string deflated(std::string_view text, int window) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Without any header.
inline std::string raw_deflated(std::string_view text) { return deflated(text, -15); }
/// A whole gzip file.
inline std::string gzip_of(std::string_view text) { return deflated(text, 15 + 16); }

}  // namespace kette::data
