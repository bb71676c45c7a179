// Which fields of a file stand for a missing one, and which look like numbers.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/parse_number.h"

namespace kette::data {

/// Blanks around a field and the case of ASCII letters do not matter.
class MissingFields {
 public:
  explicit MissingFields(std::span<const std::string> words);
  bool contains(std::string_view field) const {
    field = trim_blanks(field);
    if (field.empty()) return empty_;
    return field.size() <= longest_ && starts_[static_cast<unsigned char>(field.front())] && is_word(field);
  }
  /// Whether a number, such as -999, is among them.
  bool hold_numbers() const { return numbers_; }

 private:
  bool is_word(std::string_view field) const;
  std::vector<std::string> words_;  // in lower case
  std::array<bool, 256> starts_{};  // what one of them begins with
  size_t longest_ = 0;
  bool empty_ = false;
  bool numbers_ = false;
};

/// The value of a number with groups of three digits, 1,064.35 with `group` ',' and `point` '.'; nothing for
/// other texts. Numbers without groups are read too.
std::optional<double> parse_grouped_number(std::string_view text, char group, char point);

/// A finite or infinite number in any of the styles that NumberStyle names.
bool looks_numeric(std::string_view field);

}  // namespace kette::data
