// Text in whatever encoding a file has, handed on as valid UTF-8.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kette/data/byte_source.h"

namespace kette::data {

enum class Encoding { utf8, utf16_le, utf16_be, windows_1252 };

/// UTF-16 is known by its byte order mark, which is dropped like that of UTF-8. Where the first bytes beyond
/// ASCII are no UTF-8, the text is taken for Windows-1252, of which Latin-1's letters are a part.
class Utf8Text {
 public:
  explicit Utf8Text(std::unique_ptr<ByteSource> bytes);

  /// Up to `most` ≥ 16 bytes; 0 at the end, and at bytes that are no text in the encoding (see broken).
  size_t read(char* to, size_t most);
  int64_t size() const { return bytes_->size(); }

  /// That of the text so far; utf8 as long as it is ASCII.
  Encoding encoding() const { return encoding_; }
  /// What is wrong with the byte behind the text that was read; empty when nothing is.
  const std::string& broken() const { return broken_; }

 private:
  size_t fill(char* to, size_t most);
  size_t read_utf8(char* to, size_t most);
  size_t read_windows_1252(char* to, size_t most);
  size_t read_utf16(char* to, size_t most);
  std::unique_ptr<ByteSource> bytes_;
  Encoding encoding_ = Encoding::utf8;
  bool ascii_ = true;    // so far
  bool at_end_ = false;  // of bytes_
  std::string pending_;  // read from bytes_, but not yet handed on
  std::string broken_;
};

/// Length of the valid UTF-8 at the start of the text; a sequence cut off by the end does not count.
size_t valid_utf8_prefix(std::string_view text);

}  // namespace kette::data
