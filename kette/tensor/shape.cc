#include "kette/tensor/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "kette/base/error.h"

namespace kette {
namespace {
constexpr int64_t kMaxSize = INT64_MAX / 16;  // the bytes, too, must be countable
}  // namespace

std::string_view to_string(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::i64:
      return "i64";
  }
  return "?";
}

DType parse_dtype(std::string_view text) {
  for (DType dtype : {DType::f32, DType::f64, DType::i64})
    if (text == to_string(dtype)) return dtype;
  fail("[shape] unknown element type \"{}\"; expected f32, f64 or i64", text);
}

Shape::Shape(std::span<const int64_t> dims, DType dtype)
    : rank_(static_cast<int>(dims.size())), dtype_(dtype) {
  if (dims.size() > kMaxRank) fail("[shape] rank {} is more than {}", dims.size(), kMaxRank);
  int64_t size = 1;
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool symbolic = i == 0 && dims[i] == kBatch;
    if (dims[i] < 0 && !symbolic) fail("[shape] dim {} is {}; dims must not be negative", i, dims[i]);
    dims_[i] = dims[i];
    if (!symbolic && (__builtin_mul_overflow(size, std::max<int64_t>(dims[i], 1), &size) || size > kMaxSize))
      fail("[shape] too many elements: dims [{}]", fmt::join(dims, ","));
  }
}

Shape Shape::as(DType dtype) const {
  Shape result = *this;
  result.dtype_ = dtype;
  return result;
}

Shape Shape::bind(int64_t batch) const {
  if (!has_batch()) return *this;
  if (batch < 0) fail("[shape] N is bound to {}; a batch must not be negative", batch);
  std::array<int64_t, kMaxRank> dims = dims_;
  dims[0] = batch;
  return Shape(std::span(dims).first(static_cast<size_t>(rank_)), dtype_);
}

int64_t Shape::size() const {
  if (has_batch()) fail("[shape] {} has no size before N is bound", to_string(*this));
  return product(0, rank_);
}

int64_t Shape::product(int first, int last, int64_t batch) const {
  int64_t result = 1;
  for (int axis = first; axis < last; ++axis) result *= (*this)[axis] == kBatch ? batch : (*this)[axis];
  return result;
}

bool Shape::same_dims(const Shape& other) const { return std::ranges::equal(dims(), other.dims()); }

std::string dims_to_string(const Shape& shape) {
  std::string text = "[";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis > 0) text += ',';
    text += shape[axis] == kBatch ? "N" : std::to_string(shape[axis]);
  }
  return text + "]";
}

std::string to_string(const Shape& shape) {
  return std::string(to_string(shape.dtype())) + dims_to_string(shape);
}

Shape parse_shape(std::string_view text) {
  const size_t open = text.find('[');
  if (open == text.npos || text.back() != ']') fail("[shape] \"{}\" is not of the form f32[N,10]", text);
  const DType dtype = parse_dtype(text.substr(0, open));
  std::string_view list = text.substr(open + 1, text.size() - open - 2);
  std::vector<int64_t> dims;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view item = list.substr(0, comma);
    int64_t dim = 0;
    if (item == "N") {
      dim = kBatch;
      if (!dims.empty()) fail("[shape] in \"{}\" N is not the first dim", text);
    } else {
      const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), dim);
      if (error != std::errc{} || end != item.data() + item.size() || dim < 0 || item.front() == '-')
        fail("[shape] in \"{}\" the dim \"{}\" is not a number or N", text, item);
    }
    dims.push_back(dim);
    if (comma + 1 == list.size()) fail("[shape] \"{}\" ends in a comma", text);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return Shape(dims, dtype);
}

int resolve_axis(std::string_view op, int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) fail("[{}] axis {} is out of range for rank {}", op, axis, rank);
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace kette
