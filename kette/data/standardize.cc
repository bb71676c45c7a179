#include "kette/data/standardize.h"

#include <cmath>
#include <string>

namespace kette::data {
namespace {

size_t columns_of(const Tensor& x) {
  if (x.shape().rank() != 1 && x.shape().rank() != 2)
    fail("[standardize] shape is {}; expected [N,k] or [N]", to_string(x.shape()));
  return x.shape().rank() == 1 ? 1 : static_cast<size_t>(x.shape()[1]);
}

template <class Function>
void transform(Tensor& x, size_t columns, Function f) {
  if (columns_of(x) != columns)
    fail("[standardize] shape is {}; expected {} column{}", to_string(x.shape()), columns,
         columns == 1 ? "" : "s");
  const std::span<float> values = x.values<float>();
  for (size_t start = 0; start < values.size(); start += columns)
    for (size_t c = 0; c < columns; ++c) values[start + c] = static_cast<float>(f(values[start + c], c));
}

}  // namespace

Standardizer Standardizer::fit(const Tensor& x, std::span<const int64_t> rows) {
  const size_t columns = columns_of(x);
  if (rows.empty()) fail("[standardize] no rows to take the mean of");
  const std::span<const float> values = x.values<float>();
  const auto row = [&](int64_t r) { return values.subspan(static_cast<size_t>(r) * columns, columns); };

  std::vector<double> mean(columns), square(columns);
  // A column is constant when all its values are the same, whatever rounding makes of the mean's square
  // differences.
  std::vector<bool> varies(columns);
  for (int64_t r : rows) {
    for (size_t c = 0; c < columns; ++c) {
      mean[c] += double{row(r)[c]};
      if (row(r)[c] != row(rows[0])[c]) varies[c] = true;
    }
  }
  const double count = static_cast<double>(rows.size());
  for (double& m : mean) m /= count;
  for (int64_t r : rows) {
    for (size_t c = 0; c < columns; ++c) {
      const double difference = row(r)[c] - mean[c];
      square[c] += difference * difference;
    }
  }
  std::vector<double> scale(columns);
  for (size_t c = 0; c < columns; ++c) scale[c] = varies[c] ? std::sqrt(square[c] / count) : 1;
  return {std::move(mean), std::move(scale)};
}

void Standardizer::apply(Tensor& x) const {
  transform(x, mean.size(), [this](double value, size_t c) { return (value - mean[c]) / scale[c]; });
}

void Standardizer::invert(Tensor& z) const {
  transform(z, mean.size(), [this](double value, size_t c) { return value * scale[c] + mean[c]; });
}

}  // namespace kette::data
