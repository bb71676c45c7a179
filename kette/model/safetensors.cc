#include "kette/model/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"
#include "kette/tensor/half.h"

namespace kette {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMetadata = "__metadata__";
constexpr size_t kLengthBytes = 8;

std::string_view name_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "F32";
    case DType::f64:
      return "F64";
    case DType::i64:
      return "I64";
  }
  return "";
}

/// How a tensor's elements stand in a file.
struct Stored {
  std::string_view name;
  DType dtype;                         // in memory
  int64_t bytes;                       // of one element
  float (*widen)(uint16_t) = nullptr;  // of the types of two bytes
};
constexpr Stored kStored[] = {{"F32", DType::f32, 4},
                              {"F64", DType::f64, 8},
                              {"I64", DType::i64, 8},
                              {"F16", DType::f32, 2, from_half},
                              {"BF16", DType::f32, 2, from_bfloat}};

const Stored& stored_as(std::string_view name) {
  const auto* found = std::ranges::find(kStored, name, &Stored::name);
  if (found == std::end(kStored))
    fail("the element type {} is not supported; expected F32, F64, I64, F16 or BF16", name);
  return *found;
}

void copy_elements(std::string_view bytes, const Stored& stored, Tensor& tensor) {
  if (!stored.widen) {
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(tensor.bytes()));
    return;
  }
  const std::span<float> to = tensor.values<float>();
  for (size_t i = 0; i < to.size(); ++i) {
    uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + 2 * i, sizeof bits);
    to[i] = stored.widen(bits);
  }
}

std::string length_bytes(uint64_t length) {
  std::string result;
  for (size_t i = 0; i < kLengthBytes; ++i) result.push_back(static_cast<char>((length >> (8 * i)) & 0xFF));
  return result;
}

uint64_t read_length(std::string_view bytes) {
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i)
    length |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return length;
}

/// In quotes, printable and short, whatever the bytes.
std::string shown(const std::string& name) {
  const std::string text = Json(name.substr(0, 80)).dump(-1, ' ', true, Json::error_handler_t::replace);
  return name.size() > 80 ? text + "…" : text;
}

struct Header {
  Json entries;
  std::vector<std::string> names;  // in the order in which they stand
};

/// A JSON parser keeps one of two equal keys and forgets their order; here the first is an error.
Header parse_header(std::string_view text) {
  Header header;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const auto name = parsed.get<std::string>();
    if (!keys.back().insert(name).second) fail("{} stands twice in the header", shown(name));
    if (depth == 1) header.names.push_back(name);
    return true;
  };
  try {
    header.entries = Json::parse(text, watch);
  } catch (const Json::exception&) {
    fail("the header is not JSON");
  }
  if (!header.entries.is_object()) fail("the header is not a JSON object");
  return header;
}

struct Extent {
  int64_t begin, end;
  std::string name;
};

int64_t whole_number(const Json& value, const std::string& name) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > INT64_MAX)
    fail("{} has a dim or offset that is not a whole number from 0 on", shown(name));
  return value.get<int64_t>();
}

/// The tensor's elements and shape.
std::pair<const Stored*, Shape> read_shape(const Json& entry, const std::string& name) {
  const auto dtype = entry.find("dtype"), dims = entry.find("shape");
  if (dtype == entry.end() || !dtype->is_string()) fail("{} has no dtype", shown(name));
  if (dims == entry.end() || !dims->is_array()) fail("{} has no shape", shown(name));
  if (dims->size() > static_cast<size_t>(kMaxRank))
    fail("{} has {} dims; expected at most {}", shown(name), dims->size(), kMaxRank);
  std::vector<int64_t> sizes;
  for (const Json& dim : *dims) sizes.push_back(whole_number(dim, name));
  const auto& type = dtype->get_ref<const std::string&>();
  try {
    const Stored& stored = stored_as(type.substr(0, 16));
    return {&stored, Shape(sizes, stored.dtype)};
  } catch (const Error& error) {
    fail("{}: {}", shown(name), error.what());
  }
}

Extent read_extent(const Json& entry, const std::string& name) {
  const auto offsets = entry.find("data_offsets");
  if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2)
    fail("{} has no data_offsets [begin, end]", shown(name));
  return {whole_number((*offsets)[0], name), whole_number((*offsets)[1], name), name};
}

void check_no_gap(std::vector<Extent> extents, int64_t end) {
  std::ranges::sort(extents, [](const Extent& a, const Extent& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  int64_t at = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != at)
      fail("{} begins at byte {} of the data; expected {}", shown(extent.name), extent.begin, at);
    at = extent.end;
  }
  if (at != end) fail("the tensors take {} bytes; the file holds {}", at, end);
}

std::map<std::string, std::string> read_metadata(const Json& entry) {
  if (!entry.is_object()) fail("{} is not an object of texts", kMetadata);
  std::map<std::string, std::string> result;
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) fail("{} in {} is not a text", shown(key), kMetadata);
    result.emplace(key, value.get<std::string>());
  }
  return result;
}

Safetensors read(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) fail("{} bytes; expected at least {}", bytes.size(), kLengthBytes);
  const uint64_t length = read_length(bytes);
  if (length > static_cast<uint64_t>(kLargestSafetensorsHeader) || length > bytes.size() - kLengthBytes)
    fail("a header of {} bytes is announced in a file of {}", length, bytes.size());
  const Header header = parse_header(bytes.substr(kLengthBytes, length));
  const std::string_view data = bytes.substr(kLengthBytes + length);

  Safetensors file;
  std::vector<Extent> extents;
  std::vector<std::pair<const Stored*, Shape>> shapes;
  for (const std::string& name : header.names) {
    const Json& entry = header.entries.at(name);
    if (name == kMetadata) {
      file.metadata = read_metadata(entry);
      continue;
    }
    if (!entry.is_object()) fail("{} is not an object of dtype, shape and data_offsets", shown(name));
    const auto& [stored, shape] = shapes.emplace_back(read_shape(entry, name));
    const int64_t expected = shape.bytes() / size_of(shape.dtype()) * stored->bytes;
    const Extent& extent = extents.emplace_back(read_extent(entry, name));
    if (extent.end < extent.begin || extent.end - extent.begin != expected)
      fail("{} is {} of {} bytes, but stands at [{}, {}]", shown(name), to_string(shape), expected,
           extent.begin, extent.end);
  }
  check_no_gap(extents, static_cast<int64_t>(data.size()));
  for (size_t i = 0; i < extents.size(); ++i) {
    const auto& [begin, end, name] = extents[i];
    Tensor& tensor = file.tensors.add(name, Tensor(shapes[i].second));
    copy_elements(data.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin)), *shapes[i].first,
                  tensor);
  }
  return file;
}

std::string json_text(const Json& value) {
  try {
    return value.dump();
  } catch (const Json::exception&) {
    fail("[safetensors] a name or text is not UTF-8");
  }
}

std::string read_file(const std::string& path) {
  constexpr size_t kBlock = size_t{1} << 20;
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  size_t size = 0;
  while (file) {
    bytes.resize(size + kBlock);
    file.read(bytes.data() + size, kBlock);
    size += static_cast<size_t>(file.gcount());
  }
  if (!file.is_open() || file.bad()) fail("{}: cannot be read: {}", path, std::strerror(errno));
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string to_safetensors(const Safetensors& file) {
  int64_t end = 0;
  std::map<std::string_view, int64_t> begins;
  std::vector<const Tensor*> in_order;
  for (const int64_t size : {8, 4})
    for (const auto& [name, tensor] : file.tensors)
      if (size_of(tensor.dtype()) == size) {
        begins[name] = end;
        end += tensor.shape().bytes();
        in_order.push_back(&tensor);
      }
  std::string text;
  const auto append = [&text](std::string_view name, const std::string& entry) {
    text += fmt::format("{}{}:{}", text.empty() ? "{" : ",", json_text(name), entry);
  };
  if (!file.metadata.empty()) append(kMetadata, json_text(file.metadata));
  for (const auto& [name, tensor] : file.tensors) {
    if (name == kMetadata) fail("[safetensors] a tensor cannot be called {}", kMetadata);
    const Shape& shape = tensor.shape();
    append(name,
           fmt::format(R"({{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", name_of(shape.dtype()),
                       fmt::join(shape.dims(), ","), begins[name], begins[name] + shape.bytes()));
  }
  text += text.empty() ? "{}" : "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::string bytes = length_bytes(text.size()) + text;
  bytes.reserve(bytes.size() + static_cast<size_t>(end));
  for (const Tensor* tensor : in_order)
    bytes.append(reinterpret_cast<const char*>(tensor->bytes()),
                 static_cast<size_t>(tensor->shape().bytes()));
  return bytes;
}

Safetensors from_safetensors(std::string_view bytes, std::string_view source) {
  try {
    return read(bytes);
  } catch (const Error& error) {
    fail("{}: {}", source, error.what());
  } catch (const std::bad_alloc&) {
    fail("{}: not enough memory", source);
  }
}

void save_safetensors(const Safetensors& file, const std::string& path) {
  write_file_atomically(path, to_safetensors(file));
}

Safetensors load_safetensors(const std::string& path) { return from_safetensors(read_file(path), path); }

}  // namespace kette
