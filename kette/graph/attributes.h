// The parameters of an operation that are fixed when the graph is built: one generic key → value type, so
// that identity, hashing, printing and parsing cover every attribute of every operation without further code.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kette {

using Attribute = std::variant<int64_t, double, std::string, std::vector<int64_t>>;

/// Sorted by key. Reals compare by their bits, so NaN equals itself and −0 differs from 0.
class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<std::string, Attribute>> entries) {
    for (const auto& [key, value] : entries) set(key, value);
  }
  void set(std::string_view key, Attribute value);
  const Attribute* find(std::string_view key) const;
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  /// Typed access; throws Error when the key is missing or of another type. real() accepts an integer.
  int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  const std::vector<int64_t>& integers(std::string_view key) const;

  friend bool operator==(const Attributes& a, const Attributes& b);
  size_t hash() const;

 private:
  std::vector<std::pair<std::string, Attribute>> entries_;
};

/// As in the text form of a graph: `3`, `0.5`, `"text"`, `[1, 2]`. A real always holds one of `.`, `e`, `n`
/// (nan, inf) or `x` (a NaN's bits), which tells it from an integer. Two attributes are equal if and only if
/// their texts are.
std::string to_string(const Attribute& value);

}  // namespace kette
