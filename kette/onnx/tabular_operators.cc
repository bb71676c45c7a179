// ai.onnx.ml: what exporters of scikit-learn put around a network.
#include <array>
#include <cmath>
#include <numeric>

#include "kette/base/error.h"
#include "kette/onnx/operators.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr std::string_view kTabular = "ai.onnx.ml";

/// One number for each column, or one for all.
Value row(NodeCall& call, Value x, const std::vector<double>& values) {
  const int64_t columns = x.shape().rank() == 0 ? 1 : x.shape()[x.shape().rank() - 1];
  const auto count = static_cast<int64_t>(values.size());
  if (count != 1 && count != columns) fail("{} numbers for {} columns", count, columns);
  Tensor tensor(Shape({count}, x.dtype()));
  for (int64_t i = 0; i < count; ++i) tensor.set(i, values[static_cast<size_t>(i)]);
  return call.graph().constant(std::move(tensor));
}

/// Whole numbers are taken as floats: what these operators give is float32.
Value features(NodeCall& call) {
  const Value x = call.numbers().values[0];
  return cast(x, DType::f32);
}

Operand scaler(NodeCall& call) {
  Value x = features(call);
  const std::vector<double> offset = call.reals("offset"), scale = call.reals("scale");
  if (!offset.empty()) x = x - row(call, x, offset);
  if (!scale.empty()) x = x * row(call, x, scale);
  return Operand::of(x);
}

Operand binarizer(NodeCall& call) {
  const Value x = features(call);
  return Operand::of(greater(x, scalar_like(x, call.real("threshold", 0))));
}

/// Replaces NaN, or another number.
Operand imputer(NodeCall& call) {
  const Value x = features(call);
  const std::vector<double> put = call.reals("imputed_value_floats");
  const double replaced = call.real("replaced_value_float", 0);
  if (put.empty()) fail("there are no values to put in");
  const Value is_missing = std::isnan(replaced) ? 1.0 - equal(x, x) : equal(x, scalar_like(x, replaced));
  return Operand::of(where(is_missing, row(call, x, put), x));
}

/// Every row divided by its size.
Operand normalizer(NodeCall& call) {
  const Value x = features(call);
  if (x.shape().rank() != 2) fail("the operand is {}; expected [N, columns]", dims_to_string(x.shape()));
  const std::string norm = call.text("norm", "MAX");
  Value size;
  if (norm == "L1")
    size = sum(abs(x), {1}, true);
  else if (norm == "L2")
    size = sqrt(sum(square(x), {1}, true));
  else if (norm == "MAX")
    size = reduce_max(x, {1}, true);
  else
    fail("the attribute \"norm\" is \"{}\"", norm);
  return Operand::of(x / where(equal(size, scalar_like(size, 0)), scalar_like(size, 1), size));
}

/// [outputs·columns] numbers, row by row → x·Wᵀ + b
Value linear(NodeCall& call, Value x) {
  const std::vector<double> weights = call.reals("coefficients"), biases = call.reals("intercepts");
  if (x.shape().rank() != 2) fail("the operand is {}; expected [N, columns]", dims_to_string(x.shape()));
  const int64_t columns = x.shape()[1], count = static_cast<int64_t>(weights.size());
  if (columns < 1 || count < 1 || count % columns != 0)
    fail("{} coefficients for {} columns", count, columns);
  Tensor matrix(Shape({count / columns, columns}));
  for (int64_t i = 0; i < count; ++i) matrix.set(i, weights[static_cast<size_t>(i)]);
  const Value y = matmul(x, call.learned("coefficients", std::move(matrix)), false, true);
  if (biases.empty()) return y;
  if (static_cast<int64_t>(biases.size()) != count / columns)
    fail("{} intercepts for {} results", biases.size(), count / columns);
  Tensor list(Shape({count / columns}));
  for (int64_t i = 0; i < list.size(); ++i) list.set(i, biases[static_cast<size_t>(i)]);
  return y + call.learned("intercepts", std::move(list));
}

Value transformed(Value scores, const std::string& transform) {
  if (transform == "NONE") return scores;
  if (transform == "LOGISTIC") return sigmoid(scores);
  if (transform == "SOFTMAX") return softmax(scores);
  fail("the attribute \"post_transform\" is \"{}\"; supported are NONE, LOGISTIC and SOFTMAX", transform);
}

Operand linear_regressor(NodeCall& call) {
  call.ignore("targets");
  return Operand::of(transformed(linear(call, features(call)), call.text("post_transform", "NONE")));
}

std::vector<std::string> labels_of(NodeCall& call, std::string_view texts, std::string_view numbers) {
  std::vector<std::string> labels = call.texts(texts);
  if (labels.empty())
    for (const int64_t number : call.integers(numbers, {})) labels.push_back(fmt::format("{}", number));
  return labels;
}

/// Results: labels, which are left to the reader of the model, and scores.
std::vector<Operand> linear_classifier(NodeCall& call) {
  call.ignore("multi_class");
  Operand scores =
      Operand::of(transformed(linear(call, features(call)), call.text("post_transform", "NONE")));
  scores.labels = labels_of(call, "classlabels_strings", "classlabels_ints");
  const Value x = scores.value;
  if (x.shape()[1] == 1 && scores.labels.size() == 2)
    scores.value = concat(std::array{call.text("post_transform", "NONE") == "NONE" ? -x : 1.0 - x, x}, 1);
  return {Operand::of(argmax(scores.value, 1)), std::move(scores)};
}

/// A map from labels to probabilities for each row: the probabilities, and the labels beside them.
Operand zip_map(NodeCall& call) {
  Operand result = call.operand(0);
  result.labels = labels_of(call, "classlabels_strings", "classlabels_int64s");
  return result;
}

constexpr std::array<Operator, 7> kTabularOperators{{
    {"Binarizer", 1, 1, binarizer, nullptr, kTabular},
    {"Imputer", 1, 1, imputer, nullptr, kTabular},
    {"LinearClassifier", 1, 1, nullptr, linear_classifier, kTabular},
    {"LinearRegressor", 1, 1, linear_regressor, nullptr, kTabular},
    {"Normalizer", 1, 1, normalizer, nullptr, kTabular},
    {"Scaler", 1, 1, scaler, nullptr, kTabular},
    {"ZipMap", 1, 1, zip_map, nullptr, kTabular},
}};

}  // namespace

std::span<const Operator> tabular_operators() { return kTabularOperators; }

}  // namespace kette
