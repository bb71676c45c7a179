#include "kette/figure/numbers_text.h"

#include <fmt/format.h>

#include "kette/figure/tensor_summary.h"
#include "kette/symbolic/infix.h"

namespace kette {
namespace {

constexpr int64_t kMostElements = 12;

std::string digits_text(double value, int digits) {
  return infix_number(value == 0 ? 0 : value, FormulaStyle::plain, digits).text;
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
  const TensorSummary summary = summary_of(tensor);
  const auto text = [](double value) { return digits_text(value, 3); };
  std::string line;
  if (summary.finite > 0)
    line = summary.least == summary.largest ? "all " + text(summary.least)
                                            : fmt::format("min {} · mean {} · max {}", text(summary.least),
                                                          text(summary.mean), text(summary.largest));
  const auto add = [&](int64_t count, std::string_view what) {
    if (count > 0) line += fmt::format("{}{} {}", line.empty() ? "" : " · ", count, what);
  };
  add(summary.nan, "nan");
  add(summary.infinite, "infinite");
  return line;
}

}  // namespace kette
