#include "kette/data/encoding.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "kette/base/error.h"

namespace kette::data {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf16LittleMark = "\xFF\xFE";
constexpr std::string_view kUtf16BigMark = "\xFE\xFF";

uint8_t byte(char c) { return static_cast<uint8_t>(c); }

/// Length of the ASCII at the start, by eight bytes at a time.
size_t ascii_prefix(std::string_view text) {
  size_t i = 0;
  for (; i + 32 <= text.size(); i += 32) {
    std::array<uint64_t, 4> words{};
    std::memcpy(words.data(), text.data() + i, 32);
    if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) != 0) break;
  }
  while (i < text.size() && byte(text[i]) < 0x80) ++i;
  return i;
}

/// Length of the sequence at the start: 1 to 4; 0 when it is invalid, −1 when the text ends within it.
int sequence_length(std::string_view text) {
  const uint8_t first = byte(text[0]);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  // No overlong forms, no surrogates, nothing beyond U+10FFFF [Unicode, table 3-7].
  const uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  for (size_t i = 1; i < length; ++i) {
    if (i == text.size()) return -1;
    if (byte(text[i]) < (i == 1 ? least : 0x80) || byte(text[i]) > (i == 1 ? most : 0xBF)) return 0;
  }
  return static_cast<int>(length);
}

/// Whether bytes that are not all UTF-8 are more likely UTF-8 with an error than another encoding.
bool mostly_utf8(std::string_view text) {
  size_t valid = 0, invalid = 0;
  while (!text.empty()) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty()) break;
    const int length = sequence_length(text);
    if (length < 0) break;
    ++(length == 0 ? invalid : valid);
    text.remove_prefix(static_cast<size_t>(std::max(length, 1)));
  }
  return valid > invalid;
}

size_t append_utf8(char* to, uint32_t code) {
  const auto put = [&](size_t i, uint32_t value) { to[i] = static_cast<char>(value); };
  if (code < 0x80) return put(0, code), size_t{1};
  if (code < 0x800) return put(0, 0xC0 | (code >> 6)), put(1, 0x80 | (code & 0x3F)), size_t{2};
  if (code < 0x10000) {
    put(0, 0xE0 | (code >> 12)), put(1, 0x80 | ((code >> 6) & 0x3F)), put(2, 0x80 | (code & 0x3F));
    return 3;
  }
  put(0, 0xF0 | (code >> 18)), put(1, 0x80 | ((code >> 12) & 0x3F));
  put(2, 0x80 | ((code >> 6) & 0x3F)), put(3, 0x80 | (code & 0x3F));
  return 4;
}

// What Windows-1252 has in 0x80 … 0x9F, where Latin-1 has control characters; the five bytes it leaves open
// are read as Latin-1.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

}  // namespace

size_t valid_utf8_prefix(std::string_view text) {
  size_t i = 0;
  while (true) {
    i += ascii_prefix(text.substr(i));
    if (i == text.size()) return i;
    const int length = sequence_length(text.substr(i));
    if (length <= 0) return i;
    i += static_cast<size_t>(length);
  }
}

Utf8Text::Utf8Text(std::unique_ptr<ByteSource> bytes) : bytes_(std::move(bytes)) {
  pending_.resize(kUtf8Mark.size());
  size_t count = 0;
  for (size_t more = 1; count < pending_.size() && more > 0; count += more)
    more = bytes_->read(pending_.data() + count, pending_.size() - count);
  pending_.resize(count);
  if (pending_ == kUtf8Mark) {
    pending_.clear();
    ascii_ = false;
  } else if (pending_.starts_with(kUtf16LittleMark) || pending_.starts_with(kUtf16BigMark)) {
    encoding_ = pending_.starts_with(kUtf16LittleMark) ? Encoding::utf16_le : Encoding::utf16_be;
    pending_.erase(0, kUtf16LittleMark.size());
  }
}

/// The pending bytes and those behind them, up to `most` in all.
size_t Utf8Text::fill(char* to, size_t most) {
  const size_t held = std::min(pending_.size(), most);
  std::memcpy(to, pending_.data(), held);
  pending_.erase(0, held);
  if (at_end_ || held == most) return held;
  const size_t count = bytes_->read(to + held, most - held);
  at_end_ = count == 0;
  return held + count;
}

size_t Utf8Text::read(char* to, size_t most) {
  if (!broken_.empty()) return 0;
  if (encoding_ == Encoding::windows_1252) return read_windows_1252(to, most);
  return encoding_ == Encoding::utf8 ? read_utf8(to, most) : read_utf16(to, most);
}

size_t Utf8Text::read_utf8(char* to, size_t most) {
  while (true) {
    const size_t count = fill(to, most);
    const std::string_view text(to, count);
    size_t valid = ascii_ ? ascii_prefix(text) : valid_utf8_prefix(text);
    if (valid == count) return count;
    if (ascii_) {
      const size_t utf8 = valid + valid_utf8_prefix(text.substr(valid));
      const bool cut = utf8 < count && sequence_length(text.substr(utf8)) < 0;
      if (utf8 == valid && cut && !at_end_) {  // what begins here is still to come
        pending_.insert(0, text.substr(valid));
        if (valid > 0) return valid;
        continue;
      }
      ascii_ = false;
      if (utf8 < count && !(cut && !at_end_ && utf8 > valid) && !mostly_utf8(text.substr(valid))) {
        encoding_ = Encoding::windows_1252;
        pending_.insert(0, text.substr(valid));
        return valid > 0 ? valid : read_windows_1252(to, most);
      }
      valid = utf8;
    }
    if (valid == count) return count;
    if (sequence_length(text.substr(valid)) < 0 && !at_end_) {
      pending_.insert(0, text.substr(valid));
      if (valid > 0) return valid;
      continue;
    }
    broken_ = fmt::format("a byte 0x{:02X} that is none", byte(text[valid]));
    return valid;
  }
}

size_t Utf8Text::read_windows_1252(char* to, size_t most) {
  std::string raw(most / 3, '\0');
  raw.resize(fill(raw.data(), raw.size()));
  size_t size = 0;
  for (char c : raw) {
    const uint8_t code = byte(c);
    size += append_utf8(to + size, code >= 0x80 && code < 0xA0 ? kWindows1252[code - 0x80u] : code);
  }
  return size;
}

size_t Utf8Text::read_utf16(char* to, size_t most) {
  std::string raw(most / 2 / 3 * 2, '\0');
  size_t count = 0;
  do count += fill(raw.data() + count, raw.size() - count);
  while (count < 4 && !at_end_);  // a whole character at least
  raw.resize(count);
  const auto unit = [&](size_t i) {
    const uint32_t a = byte(raw[i]), b = byte(raw[i + 1]);
    return encoding_ == Encoding::utf16_le ? a | (b << 8) : (a << 8) | b;
  };
  size_t size = 0, i = 0;
  for (; i + 2 <= raw.size(); i += 2) {
    uint32_t code = unit(i);
    if (code >= 0xD800 && code < 0xE000) {
      if (i + 4 > raw.size() && !at_end_) break;
      const uint32_t second = i + 4 <= raw.size() ? unit(i + 2) : 0;
      if (code >= 0xDC00 || second < 0xDC00 || second >= 0xE000) {
        broken_ = fmt::format("a lone surrogate 0x{:04X}", code);
        return size;
      }
      code = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
      i += 2;
    }
    size += append_utf8(to + size, code);
  }
  pending_.insert(0, raw.substr(std::min(i, raw.size())));
  if (at_end_ && !pending_.empty()) broken_ = "half a character at the end";
  return size;
}

}  // namespace kette::data
