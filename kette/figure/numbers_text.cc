#include "kette/figure/numbers_text.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace kette {
namespace {

constexpr int64_t kMostElements = 12;

std::string digits_text(double value, int digits) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "−∞" : "∞";
  std::string text = fmt::format("{:.{}g}", std::abs(value), digits);
  if (value == std::trunc(value) && std::abs(value) < 1e6) text = fmt::format("{:.0f}", std::abs(value));
  // "1.2e-05" → "1.2e−5", "1e+20" → "1e20"
  if (const size_t e = text.find('e'); e != text.npos) {
    const bool is_negative = text[e + 1] == '-';
    const size_t first = text.find_first_not_of('0', e + 2);
    text = text.substr(0, e) + (is_negative ? "e−" : "e") + text.substr(first);
  }
  return (value < 0 ? "−" : "") + text;
}

}  // namespace

std::string number_text(double value) { return digits_text(value, 4); }

bool is_small(const Tensor& tensor) { return tensor.size() > 0 && tensor.size() <= kMostElements; }

NumberParts number_parts(double value) {
  const std::string text = number_text(value);
  const size_t cut = std::min(text.find_first_of(".e"), text.size());
  return {text.substr(0, cut), text.substr(cut)};
}

std::vector<std::vector<double>> rows_of(const Tensor& tensor, int64_t most_in_row) {
  const int rank = tensor.shape().rank();
  int64_t columns = rank == 0 ? 1 : tensor.shape()[rank - 1];
  if (columns > most_in_row) {
    const int64_t parts = (columns + most_in_row - 1) / most_in_row;
    columns = (columns + parts - 1) / parts;
  }
  const int64_t line = rank == 0 ? 1 : tensor.shape()[rank - 1];
  std::vector<std::vector<double>> rows;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (i % line % columns == 0) rows.emplace_back();
    rows.back().push_back(tensor.at(i));
  }
  return rows;
}

std::string range_text(const Tensor& tensor) {
  if (tensor.size() == 0) return "empty";
  double least = std::numeric_limits<double>::infinity(), largest = -least, mean = 0;
  int64_t finite = 0, nan = 0;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const double value = tensor.at(i);
    nan += std::isnan(value);
    if (!std::isfinite(value)) continue;
    ++finite;
    least = std::min(least, value);
    largest = std::max(largest, value);
    const auto count = static_cast<double>(finite);
    mean += value / count - mean / count;  // a running mean, for the sum may overflow
  }
  // Else what rounding leaves of zero would be shown in full.
  if (std::abs(mean) < 1e-14 * std::max(std::abs(least), std::abs(largest))) mean = 0;
  const int64_t infinite = tensor.size() - finite - nan;
  const auto text = [](double value) { return digits_text(value, 3); };
  std::string line;
  if (finite > 0)
    line = least == largest
               ? "all " + text(least)
               : fmt::format("min {} · mean {} · max {}", text(least), text(mean), text(largest));
  const auto add = [&](int64_t count, std::string_view what) {
    if (count > 0) line += fmt::format("{}{} {}", line.empty() ? "" : " · ", count, what);
  };
  add(nan, "NaN");
  add(infinite, "infinite");
  return line;
}

}  // namespace kette
