#include "kette/data/text_column.h"

#include <climits>
#include <functional>

#include "kette/base/error.h"

namespace kette::data {
namespace {

constexpr int32_t kFree = -1;

size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

}  // namespace

int32_t TextColumn::code_of(std::string_view text) {
  if (2 * (ends_.size() + 1) > slots_.size()) grow();
  const size_t mask = slots_.size() - 1;
  size_t slot = hash_of(text) & mask;
  for (; slots_[slot] != kFree; slot = (slot + 1) & mask)
    if (distinct(slots_[slot]) == text) return slots_[slot];
  if (ends_.size() >= INT32_MAX) fail("[table] a column of more than {} distinct texts", INT32_MAX);
  slots_[slot] = static_cast<int32_t>(ends_.size());
  bytes_.append(text);
  ends_.push_back(bytes_.size());
  return slots_[slot];
}

void TextColumn::grow() {
  slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), kFree);
  const size_t mask = slots_.size() - 1;
  for (int32_t code = 0; code < static_cast<int32_t>(ends_.size()); ++code) {
    size_t slot = hash_of(distinct(code)) & mask;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask;
    slots_[slot] = code;
  }
}

void TextColumn::append(const TextColumn& other) {
  std::vector<int32_t> ours;
  ours.reserve(other.ends_.size());
  for (int32_t code = 0; code < static_cast<int32_t>(other.ends_.size()); ++code)
    ours.push_back(code_of(other.distinct(code)));
  codes_.reserve(codes_.size() + other.codes_.size());
  for (const int32_t code : other.codes_)
    codes_.push_back(code == kMissing ? kMissing : ours[static_cast<size_t>(code)]);
}

}  // namespace kette::data
