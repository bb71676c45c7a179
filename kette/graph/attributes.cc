#include "kette/graph/attributes.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>

#include "kette/base/error.h"
#include "kette/graph/literal.h"

namespace kette {
namespace {

bool same(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  if (const double* x = std::get_if<double>(&a))
    return std::bit_cast<uint64_t>(*x) == std::bit_cast<uint64_t>(std::get<double>(b));
  return a == b;
}

size_t hash_of(const Attribute& value) {
  if (const auto* i = std::get_if<int64_t>(&value)) return std::hash<int64_t>{}(*i);
  if (const auto* x = std::get_if<double>(&value))
    return std::hash<uint64_t>{}(std::bit_cast<uint64_t>(*x)) + 1;
  if (const auto* s = std::get_if<std::string>(&value)) return std::hash<std::string>{}(*s) + 2;
  size_t h = 3;
  for (int64_t i : std::get<std::vector<int64_t>>(value)) h = h * 1000003 + std::hash<int64_t>{}(i);
  return h;
}

template <class T>
const T& typed(const Attributes& attributes, std::string_view key, std::string_view kind) {
  const Attribute* value = attributes.find(key);
  if (!value) fail("[attributes] \"{}\" is missing", key);
  const T* typed_value = std::get_if<T>(value);
  if (!typed_value) fail("[attributes] \"{}\" is {}; expected {}", key, to_string(*value), kind);
  return *typed_value;
}

}  // namespace

void Attributes::set(std::string_view key, Attribute value) {
  const auto at =
      std::ranges::lower_bound(entries_, key, {}, [](const auto& e) -> std::string_view { return e.first; });
  if (at != entries_.end() && at->first == key)
    at->second = std::move(value);
  else
    entries_.insert(at, {std::string(key), std::move(value)});
}

const Attribute* Attributes::find(std::string_view key) const {
  for (const auto& [name, value] : entries_)
    if (name == key) return &value;
  return nullptr;
}

int64_t Attributes::integer(std::string_view key) const {
  return typed<int64_t>(*this, key, "a whole number");
}
double Attributes::real(std::string_view key) const {
  if (const Attribute* value = find(key))
    if (const auto* i = std::get_if<int64_t>(value)) return static_cast<double>(*i);
  return typed<double>(*this, key, "a number");
}
const std::string& Attributes::text(std::string_view key) const {
  return typed<std::string>(*this, key, "a text");
}
const std::vector<int64_t>& Attributes::integers(std::string_view key) const {
  return typed<std::vector<int64_t>>(*this, key, "a list of whole numbers");
}

bool operator==(const Attributes& a, const Attributes& b) {
  return std::ranges::equal(a.entries_, b.entries_, [](const auto& x, const auto& y) {
    return x.first == y.first && same(x.second, y.second);
  });
}

size_t Attributes::hash() const {
  size_t h = 17;
  for (const auto& [key, value] : entries_)
    h = h * 1000003 + std::hash<std::string>{}(key)*31 + hash_of(value);
  return h;
}

std::string to_string(const Attribute& value) {
  if (const auto* i = std::get_if<int64_t>(&value)) return literal(*i);
  if (const auto* x = std::get_if<double>(&value)) {
    const std::string text = literal(*x);
    return text.find_first_not_of("-0123456789") == text.npos ? text + ".0" : text;
  }
  if (const auto* s = std::get_if<std::string>(&value)) return in_quotes(*s);
  return fmt::format("[{}]", fmt::join(std::get<std::vector<int64_t>>(value), ", "));
}

}  // namespace kette
