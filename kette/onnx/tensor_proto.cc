#include "kette/onnx/tensor_proto.h"

#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/ops/onnx_forms.h"

namespace kette {
namespace {

using ::onnx::TensorProto;
static_assert(std::endian::native == std::endian::little, "raw data are little-endian");

DType element_type(int type) {
  for (const DType dtype : {DType::f32, DType::f64, DType::i64})
    if (type == onnx_type(dtype)) return dtype;
  const std::string name = TensorProto::DataType_IsValid(type)
                               ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type))
                               : fmt::format("{}", type);
  fail("elements are of type {}; expected FLOAT, DOUBLE or INT64", name);
}

template <class T, class List>
void copy_list(const List& list, Tensor& tensor) {
  std::copy(list.begin(), list.end(), tensor.values<T>().begin());
}

/// Number of elements in the field that belongs to the type.
int64_t listed(const TensorProto& proto, DType dtype) {
  switch (dtype) {
    case DType::f32:
      return proto.float_data_size();
    case DType::f64:
      return proto.double_data_size();
    case DType::i64:
      return proto.int64_data_size();
  }
  return 0;
}

}  // namespace

void write_tensor(const Tensor& tensor, std::string_view name, TensorProto& proto) {
  proto.set_name(std::string(name));
  proto.set_data_type(static_cast<int32_t>(onnx_type(tensor.dtype())));
  for (const int64_t dim : tensor.shape().dims()) proto.add_dims(dim);
  proto.set_raw_data(tensor.bytes(), static_cast<size_t>(tensor.shape().bytes()));
}

Tensor read_tensor(const TensorProto& proto) {
  if (proto.data_location() == TensorProto::EXTERNAL)
    fail("the data stand in another file, which is not supported");
  const DType dtype = element_type(proto.data_type());
  const std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
  for (const int64_t dim : dims)
    if (dim < 0) fail("a dim is {}; dims must not be negative", dim);
  const Shape shape(dims, dtype);
  const bool raw = proto.has_raw_data();
  const int64_t found = raw ? static_cast<int64_t>(proto.raw_data().size()) : listed(proto, dtype);
  const int64_t expected = raw ? shape.bytes() : shape.size();
  if (found != expected)
    fail("{} {} do not fill {}, which takes {}", found, raw ? "bytes" : "elements", to_string(shape),
         expected);
  Tensor tensor(shape);
  if (raw) {
    if (found > 0) std::memcpy(tensor.bytes(), proto.raw_data().data(), proto.raw_data().size());
    return tensor;
  }
  switch (dtype) {
    case DType::f32:
      copy_list<float>(proto.float_data(), tensor);
      break;
    case DType::f64:
      copy_list<double>(proto.double_data(), tensor);
      break;
    case DType::i64:
      copy_list<int64_t>(proto.int64_data(), tensor);
      break;
  }
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

Shape read_type(const ::onnx::TypeProto& proto) {
  if (!proto.has_tensor_type() || !proto.tensor_type().has_shape())
    fail("the type is not a tensor with dims");
  const DType dtype = element_type(proto.tensor_type().elem_type());
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
