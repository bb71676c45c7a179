// Text fields, each distinct text kept once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kette::data {

/// A column of categories takes four bytes a field, and to count or map its texts is to count or map codes.
class TextColumn {
 public:
  static constexpr int32_t kMissing = -1;

  /// Throws Error beyond 2³¹ − 1 distinct texts.
  void append(std::string_view text) { codes_.push_back(code_of(text)); }
  void append_missing(int64_t count = 1) {
    codes_.insert(codes_.end(), static_cast<size_t>(count), kMissing);
  }
  /// The fields of `other` behind these.
  void append(const TextColumn& other);
  void reserve(int64_t rows) { codes_.reserve(static_cast<size_t>(rows)); }

  int64_t size() const { return static_cast<int64_t>(codes_.size()); }
  bool is_missing(int64_t row) const { return code(row) == kMissing; }
  /// The text; empty where it is missing.
  std::string_view operator[](int64_t row) const {
    return is_missing(row) ? std::string_view() : distinct(code(row));
  }

  /// Which of the distinct texts stands in each row, or kMissing.
  std::span<const int32_t> codes() const { return codes_; }
  int32_t code(int64_t row) const { return codes_[static_cast<size_t>(row)]; }
  /// The distinct texts, in the order of their first appearance.
  int64_t distinct_count() const { return static_cast<int64_t>(ends_.size()); }
  std::string_view distinct(int32_t code) const {
    const auto i = static_cast<size_t>(code);
    const size_t start = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(start, ends_[i] - start);
  }

 private:
  int32_t code_of(std::string_view text);
  void grow();
  std::string bytes_;         // the distinct texts one behind the other
  std::vector<size_t> ends_;  // of each in bytes_
  std::vector<int32_t> codes_;
  std::vector<int32_t> slots_;  // open addressing by hash, −1 where free; a power of two
};

}  // namespace kette::data
