#include "kette/report/image.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>

namespace kette {
namespace {

constexpr size_t kFewestPixels = 16, kMostPixels = 4096;

/// The whole numbers in a name that begins with "pixel", at most two; none in any other name.
std::vector<int64_t> pixel_numbers(std::string_view name) {
  constexpr std::string_view kStem = "pixel";
  const bool is_pixel = name.size() > kStem.size() &&
                        std::ranges::equal(name.substr(0, kStem.size()), kStem, [](char a, char b) {
                          return std::tolower(static_cast<unsigned char>(a)) == b;
                        });
  if (!is_pixel) return {};
  std::vector<int64_t> numbers;
  bool is_within = false;
  for (const char c : name.substr(kStem.size())) {
    const bool is_digit = c >= '0' && c <= '9';
    if (is_digit && !is_within) numbers.push_back(0);
    if (is_digit) numbers.back() = std::min<int64_t>(10 * numbers.back() + (c - '0'), kMostPixels + 1);
    is_within = is_digit;
  }
  return numbers.size() <= 2 ? numbers : std::vector<int64_t>{};
}

}  // namespace

std::optional<ImageForm> image_form(std::span<const std::string> names) {
  const size_t pixels = names.size();
  if (pixels < kFewestPixels || pixels > kMostPixels) return std::nullopt;
  std::vector<std::vector<int64_t>> places;
  for (const std::string& name : names) {
    places.push_back(pixel_numbers(name));
    if (places.back().empty() || places.back().size() != places.front().size()) return std::nullopt;
  }
  const std::vector<int64_t> first = *std::ranges::min_element(places);
  if (std::ranges::any_of(first, [](int64_t number) { return number > 1; })) return std::nullopt;
  ImageForm form;
  if (first.size() == 1) {
    form.width = form.height = std::llround(std::sqrt(static_cast<double>(pixels)));
  } else {
    const std::vector<int64_t> last = *std::ranges::max_element(places);
    form.height = last[0] - first[0] + 1;
    form.width = last[1] - first[1] + 1;
  }
  if (form.width * form.height != static_cast<int64_t>(pixels)) return std::nullopt;
  form.columns.resize(pixels);
  for (size_t i = 0; i < pixels; ++i) {
    const int64_t line = first.size() == 1 ? 0 : places[i][0] - first[0];
    const int64_t column = places[i].back() - first.back();
    const int64_t place = line * form.width + column;
    const bool fits = column >= 0 && place < static_cast<int64_t>(pixels) &&
                      (first.size() == 1 || column < form.width) &&
                      form.columns[static_cast<size_t>(place)].empty();
    if (!fits) return std::nullopt;
    form.columns[static_cast<size_t>(place)] = names[i];
  }
  return form;
}

}  // namespace kette
