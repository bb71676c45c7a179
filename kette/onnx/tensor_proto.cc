#include "kette/onnx/tensor_proto.h"

#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/onnx/external_data.h"
#include "kette/ops/onnx_forms.h"
#include "kette/tensor/half.h"

namespace kette {
namespace {

using ::onnx::TensorProto;
static_assert(std::endian::native == std::endian::little, "raw data are little-endian");

int64_t checked(uint64_t value) {
  if (value > INT64_MAX) fail("an element is {}, which is not in the range of i64", value);
  return static_cast<int64_t>(value);
}

/// Every element from its position.
template <class Get>
void fill(Tensor& tensor, Get get) {
  const auto all = [&](auto values) {
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<typename decltype(values)::value_type>(get(i));
  };
  switch (tensor.dtype()) {
    case DType::f32:
      return all(tensor.values<float>());
    case DType::f64:
      return all(tensor.values<double>());
    case DType::i64:
      return all(tensor.values<int64_t>());
  }
}

/// Elements stored as raw bytes of type From.
template <class From, class Convert>
void from_raw(std::string_view bytes, Tensor& tensor, Convert convert) {
  fill(tensor, [&](size_t i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    return convert(value);
  });
}

/// Bytes of one element as it stands in a file.
int64_t stored_bytes(int type) {
  switch (type) {
    case TensorProto::DOUBLE:
    case TensorProto::INT64:
    case TensorProto::UINT64:
      return 8;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 4;
    case TensorProto::INT8:
    case TensorProto::UINT8:
    case TensorProto::BOOL:
      return 1;
    default:
      return 2;
  }
}

void read_raw(int type, std::string_view bytes, Tensor& tensor) {
  const auto same = [](auto value) { return value; };
  switch (type) {
    case TensorProto::FLOAT:
      return from_raw<float>(bytes, tensor, same);
    case TensorProto::DOUBLE:
      return from_raw<double>(bytes, tensor, same);
    case TensorProto::INT64:
      return from_raw<int64_t>(bytes, tensor, same);
    case TensorProto::UINT64:
      return from_raw<uint64_t>(bytes, tensor, checked);
    case TensorProto::INT32:
      return from_raw<int32_t>(bytes, tensor, same);
    case TensorProto::UINT32:
      return from_raw<uint32_t>(bytes, tensor, same);
    case TensorProto::INT16:
      return from_raw<int16_t>(bytes, tensor, same);
    case TensorProto::UINT16:
      return from_raw<uint16_t>(bytes, tensor, same);
    case TensorProto::INT8:
      return from_raw<int8_t>(bytes, tensor, [](int8_t value) { return int64_t{value}; });
    case TensorProto::FLOAT16:
      return from_raw<uint16_t>(bytes, tensor, from_half);
    case TensorProto::BFLOAT16:
      return from_raw<uint16_t>(bytes, tensor, from_bfloat);
    case TensorProto::BOOL:
      return from_raw<uint8_t>(bytes, tensor, [](uint8_t value) { return value != 0 ? 1 : 0; });
    default:
      return from_raw<uint8_t>(bytes, tensor, same);
  }
}

template <class List, class Convert>
void from_list(const List& list, Tensor& tensor, Convert convert) {
  if (list.size() != tensor.size())
    fail("{} elements do not fill {}, which takes {}", list.size(), to_string(tensor.shape()), tensor.size());
  fill(tensor, [&](size_t i) { return convert(list.Get(static_cast<int>(i))); });
}

/// From the field that belongs to the type.
void read_list(const TensorProto& proto, Tensor& tensor) {
  const auto same = [](auto value) { return value; };
  const auto bits = [](int32_t value) { return static_cast<uint16_t>(value); };
  switch (proto.data_type()) {
    case TensorProto::FLOAT:
      return from_list(proto.float_data(), tensor, same);
    case TensorProto::DOUBLE:
      return from_list(proto.double_data(), tensor, same);
    case TensorProto::INT64:
      return from_list(proto.int64_data(), tensor, same);
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return from_list(proto.uint64_data(), tensor, checked);
    case TensorProto::FLOAT16:
      return from_list(proto.int32_data(), tensor, [&](int32_t v) { return from_half(bits(v)); });
    case TensorProto::BFLOAT16:
      return from_list(proto.int32_data(), tensor, [&](int32_t v) { return from_bfloat(bits(v)); });
    case TensorProto::BOOL:
      return from_list(proto.int32_data(), tensor, [](int32_t v) { return v != 0 ? 1 : 0; });
    default:
      return from_list(proto.int32_data(), tensor, same);
  }
}

int64_t listed(const TensorProto& proto) {
  return int64_t{proto.float_data_size()} + proto.double_data_size() + proto.int64_data_size() +
         proto.int32_data_size() + proto.uint64_data_size();
}

}  // namespace

void write_tensor(const Tensor& tensor, std::string_view name, TensorProto& proto) {
  proto.set_name(std::string(name));
  proto.set_data_type(static_cast<int32_t>(onnx_type(tensor.dtype())));
  for (const int64_t dim : tensor.shape().dims()) proto.add_dims(dim);
  proto.set_raw_data(tensor.bytes(), static_cast<size_t>(tensor.shape().bytes()));
}

DType element_type(int type, const ReadingRules& rules) {
  switch (type) {
    case TensorProto::FLOAT:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
    case TensorProto::BOOL:
      return DType::f32;
    case TensorProto::DOUBLE:
      return rules.narrow ? DType::f32 : DType::f64;
    case TensorProto::INT8:
    case TensorProto::INT16:
    case TensorProto::INT32:
    case TensorProto::INT64:
    case TensorProto::UINT8:
    case TensorProto::UINT16:
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return DType::i64;
    default:
      break;
  }
  const std::string name = TensorProto::DataType_IsValid(type)
                               ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type))
                               : fmt::format("{}", type);
  fail("elements are of type {}; expected numbers", name);
}

bool is_bool(int type) { return type == TensorProto::BOOL; }

Tensor read_tensor(const TensorProto& proto, const ReadingRules& rules) {
  const DType dtype = element_type(proto.data_type(), rules);
  const std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
  for (const int64_t dim : dims)
    if (dim < 0) fail("a dim is {}; dims must not be negative", dim);
  const Shape shape(dims, dtype);
  const bool is_external = proto.data_location() == TensorProto::EXTERNAL;
  const int64_t each = stored_bytes(proto.data_type());
  if (!is_external && !proto.has_raw_data()) {
    if (const int64_t found = listed(proto); found != shape.size())
      fail("{} elements do not fill {}, which takes {}", found, to_string(shape), shape.size());
    Tensor tensor(shape);
    read_list(proto, tensor);
    return tensor;
  }
  if (shape.size() > INT64_MAX / 8) fail("{} has too many elements", to_string(shape));
  const int64_t expected = shape.size() * each;
  const std::string elsewhere = is_external ? external_data(proto, rules.folder, expected) : "";
  const std::string_view bytes = is_external ? elsewhere : proto.raw_data();
  if (static_cast<int64_t>(bytes.size()) != expected)
    fail("{} bytes do not fill {}, which takes {}", bytes.size(), to_string(shape), expected);
  Tensor tensor(shape);
  read_raw(proto.data_type(), bytes, tensor);
  return tensor;
}

void write_type(const Shape& shape, ::onnx::TypeProto& proto) {
  ::onnx::TypeProto::Tensor& type = *proto.mutable_tensor_type();
  type.set_elem_type(static_cast<int32_t>(onnx_type(shape.dtype())));
  type.mutable_shape();
  for (const int64_t dim : shape.dims()) {
    ::onnx::TensorShapeProto::Dimension& to = *type.mutable_shape()->add_dim();
    if (dim == kBatch)
      to.set_dim_param("N");
    else
      to.set_dim_value(dim);
  }
}

Shape read_type(const ::onnx::TypeProto& proto, const ReadingRules& rules) {
  if (!proto.has_tensor_type() || !proto.tensor_type().has_shape())
    fail("the type is not a tensor with dims");
  const DType dtype = element_type(proto.tensor_type().elem_type(), rules);
  std::vector<int64_t> dims;
  for (const auto& dim : proto.tensor_type().shape().dim()) {
    if (!dim.has_dim_value() && !dims.empty())
      fail("dim {} is not fixed; only the first may be open", dims.size());
    if (dim.has_dim_value() && dim.dim_value() < 0)
      fail("a dim is {}; dims must not be negative", dim.dim_value());
    dims.push_back(dim.has_dim_value() ? dim.dim_value() : kBatch);
  }
  return Shape(dims, dtype);
}

}  // namespace kette
