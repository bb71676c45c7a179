#include "kette/kernels/short_numbers.h"

#include <bit>

#include "kette/kernels/simd_targets.h"

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kette::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Bit i is set where text[i] ends a field, as far as all fields before are short numbers of one line.
HWY_INLINE uint64_t field_ends(const uint8_t* text, uint8_t delimiter) {
  const hn::CappedTag<uint8_t, kShortNumbersWindow> d;
  const auto nine = hn::Set(d, 9), zero = hn::Set(d, '0'), delimiters_are = hn::Set(d, delimiter),
             feed = hn::Set(d, '\n'), carriage_return = hn::Set(d, '\r');
  uint64_t digits = 0, delimiters = 0, line_ends = 0;
  const auto store = [&](auto mask, size_t i, uint64_t& bits) {
    uint64_t part = 0;
    hn::StoreMaskBits(d, mask, reinterpret_cast<uint8_t*>(&part));
    bits |= part << i;
  };
  for (size_t i = 0; i < kShortNumbersWindow; i += hn::Lanes(d)) {
    const auto bytes = hn::LoadU(d, text + i);
    const auto above_zero = hn::Sub(bytes, zero);
    store(hn::Eq(hn::Min(above_zero, nine), above_zero), i, digits);
    store(hn::Eq(bytes, delimiters_are), i, delimiters);
    store(hn::Or(hn::Eq(bytes, feed), hn::Eq(bytes, carriage_return)), i, line_ends);
  }
  const uint64_t stops = delimiters | line_ends;
  const uint64_t empty = stops & (stops << 1 | 1);
  const uint64_t fourth_digit = digits & digits << 1 & digits << 2 & digits << 3;
  const uint64_t bad = ~(digits | stops) | empty | fourth_digit;
  const uint64_t before_bad = (bad & (0 - bad)) - 1;  // all bits where nothing is bad
  const uint64_t to_line_end = line_ends ^ (line_ends - 1);
  return stops & before_bad & to_line_end;
}

ShortNumbers ParseShortNumbers(const char* text, const char* end, char delimiter, int32_t* values,
                               int64_t most) {
  const hn::CappedTag<int32_t, 16> d;
  const hn::RebindToUnsigned<decltype(d)> without_sign;
  const hn::Rebind<uint8_t, decltype(d)> narrow;
  const auto ten = hn::Set(without_sign, 10);
  const auto zero = hn::Set(d, '0');
  const auto digit_at = [&](const char* place) {
    return hn::Sub(hn::PromoteTo(d, hn::LoadU(narrow, reinterpret_cast<const uint8_t*>(place))), zero);
  };
  const auto is_digit = [&](auto digit) {
    return hn::RebindMask(d, hn::Lt(hn::BitCast(without_sign, digit), ten));
  };
  const auto append = [](auto number, auto digit) {
    return hn::Add(hn::Add(hn::ShiftLeft<3>(number), hn::ShiftLeft<1>(number)), digit);
  };

  ShortNumbers found{0, text};
  while (found.count < most && end - text >= kShortNumbersWindow) {
    uint64_t ends = field_ends(reinterpret_cast<const uint8_t*>(text), static_cast<uint8_t>(delimiter));
    if (ends == 0) break;
    // Of the number that would begin at each byte those are kept where a field begins.
    const uint64_t starts = ends << 1 | 1;
    int32_t* to = values + found.count;
    for (size_t i = 0; i < kShortNumbersWindow; i += hn::Lanes(d)) {
      const auto first = digit_at(text + i), second = digit_at(text + i + 1), third = digit_at(text + i + 2);
      const auto has_second = is_digit(second);
      const auto has_third = hn::And(has_second, is_digit(third));
      const auto of_two = hn::IfThenElse(has_second, append(first, second), first);
      const auto number = hn::IfThenElse(has_third, append(of_two, third), of_two);
      const uint64_t here = starts >> i;
      const auto begins = hn::LoadMaskBits(d, reinterpret_cast<const uint8_t*>(&here));
      hn::StoreU(hn::Compress(number, begins), d, to);
      to += hn::CountTrue(d, begins);
    }
    int64_t fields = std::popcount(ends);
    for (; fields > most - found.count; --fields) ends ^= std::bit_floor(ends);
    found.count += fields;
    found.behind = text + (std::bit_width(ends) - 1);
    if (*found.behind != delimiter) break;
    text = found.behind + 1;
  }
  return found;
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace kette::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kette::kernels {

HWY_EXPORT(ParseShortNumbers);

ShortNumbers parse_short_numbers(const char* text, const char* end, char delimiter, int32_t* values,
                                 int64_t most) {
  return choose_target(HWY_DISPATCH_TABLE(ParseShortNumbers))(text, end, delimiter, values, most);
}

}  // namespace kette::kernels
#endif  // HWY_ONCE
