// Named tensors and a few texts in one file that many tools read: the safetensors format
// [github.com/huggingface/safetensors].
//
//     8 bytes            n, little-endian
//     n bytes            JSON: {"__metadata__": {"key": "text"}, "W1": {"dtype": "F32", "shape": [3, 4],
//                        "data_offsets": [0, 48]}}, padded with spaces to a multiple of 8
//     the rest           the elements, little-endian and row-major, at these offsets: no gap, no overlap
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "kette/nn/parameters.h"

namespace kette {

struct Safetensors {
  Parameters tensors;  // in the order of the header
  std::map<std::string, std::string> metadata;
};

/// A header of more bytes is refused.
inline constexpr int64_t kLargestSafetensorsHeader = int64_t{16} << 20;

/// The same bytes for the same content. Elements of 8 bytes come before those of 4, so every tensor is
/// aligned to its elements. Throws Error for a tensor called `__metadata__` and for texts that are not UTF-8.
std::string to_safetensors(const Safetensors& file);

/// Throws Error, beginning with `source`, for anything that is not such a file to the last byte: also for
/// names that stand twice, element types other than F32, F64, I64, F16 and BF16 (the last two become f32),
/// and more than 8 dims. Allocates no more for tensors than the file is long, and a small multiple of its
/// header.
Safetensors from_safetensors(std::string_view bytes, std::string_view source = "safetensors");

/// Written all or nothing, see write_file_atomically().
void save_safetensors(const Safetensors& file, const std::string& path);
/// Throws Error when the file cannot be read.
Safetensors load_safetensors(const std::string& path);

}  // namespace kette
