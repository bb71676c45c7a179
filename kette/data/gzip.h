// Unpacking gzip files [RFC 1952] and deflated data [RFC 1951].
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "kette/data/byte_source.h"

namespace kette::data {

/// Whether the bytes begin like a gzip file.
bool is_gzip(std::string_view bytes);

/// The content of a gzip file, which may consist of several members one behind the other. Reading throws
/// Error for damaged or truncated data, and beyond `most` unpacked bytes: a small file can hold very many.
std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed, std::string name, uint64_t most);

/// Unpacks raw deflated data that holds exactly `size` bytes; throws Error that begins with `name` otherwise.
std::string inflate_raw(std::string_view packed, uint64_t size, std::string_view name);

}  // namespace kette::data
