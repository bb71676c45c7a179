#include "kette/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "kette/base/error.h"

namespace kette::data {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: the largest window, and a gzip header
constexpr int kRawWindow = -15;       // zlib: no header at all

class Inflater {
 public:
  explicit Inflater(int window) {
    if (inflateInit2(&stream, window) != Z_OK) fail("[gzip] out of memory");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream stream{};
};

uInt bounded(size_t size) {
  return static_cast<uInt>(std::min<size_t>(size, std::numeric_limits<uInt>::max()));
}

class GzipBytes : public ByteSource {
 public:
  GzipBytes(std::unique_ptr<ByteSource> packed, std::string name, uint64_t most)
      : packed_(std::move(packed)), name_(std::move(name)), most_(most), inflater_(kGzipWindow) {}

  size_t read(char* to, size_t most) override {
    z_stream& stream = inflater_.stream;
    stream.next_out = reinterpret_cast<Bytef*>(to);
    stream.avail_out = bounded(most);
    const uInt room = stream.avail_out;
    while (stream.avail_out == room) {
      if (stream.avail_in == 0 && !refill()) {
        if (within_member_)
          fail("{}: the gzip data end after {} bytes in the middle; was the file truncated?", name_,
               packed_bytes_);
        return 0;
      }
      if (!within_member_) {
        if (ended_ && !starts_member()) return 0;
        inflateReset(&stream);
        within_member_ = true;
      }
      const int status = inflate(&stream, Z_NO_FLUSH);
      if (status == Z_STREAM_END) {
        within_member_ = false;
        ended_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail("{}: damaged gzip data near byte {}: {}", name_, packed_bytes_ - stream.avail_in,
             stream.msg != nullptr ? stream.msg : "unknown error");
      }
    }
    const size_t count = room - stream.avail_out;
    unpacked_bytes_ += count;
    if (unpacked_bytes_ > most_)
      fail("{}: unpacks to more than the {} bytes allowed, from {} packed bytes", name_, most_,
           packed_bytes_);
    return count;
  }

 private:
  bool refill() {
    const size_t count = packed_->read(input_.data(), input_.size());
    packed_bytes_ += count;
    inflater_.stream.next_in = reinterpret_cast<Bytef*>(input_.data());
    inflater_.stream.avail_in = static_cast<uInt>(count);
    return count > 0;
  }
  /// Behind a member: another one, or padding that is to be ignored (as gzip does).
  bool starts_member() const { return *inflater_.stream.next_in == 0x1F; }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  uint64_t most_;
  Inflater inflater_;
  std::array<char, size_t{1} << 16> input_{};
  uint64_t packed_bytes_ = 0;
  uint64_t unpacked_bytes_ = 0;
  bool within_member_ = false;
  bool ended_ = false;  // at least one member is complete
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

std::unique_ptr<ByteSource> unpack_gzip(std::unique_ptr<ByteSource> packed, std::string name, uint64_t most) {
  return std::make_unique<GzipBytes>(std::move(packed), std::move(name), most);
}

std::string inflate_raw(std::string_view packed, uint64_t size, std::string_view name) {
  // Deflate cannot shrink data to less than a 1032th: what claims to is a lie, and gets no memory.
  constexpr uint64_t kMostRatio = 1032;
  if (size / kMostRatio > packed.size() || size >= std::numeric_limits<uInt>::max() ||
      packed.size() >= std::numeric_limits<uInt>::max())
    fail("{}: {} packed bytes cannot hold the {} bytes they claim", name, packed.size(), size);
  std::string result(static_cast<size_t>(size) + 1, '\0');  // one more shows whether there is more
  Inflater inflater(kRawWindow);
  z_stream& stream = inflater.stream;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int status = inflate(&stream, Z_FINISH);
  if (status != Z_STREAM_END || stream.total_out != size)
    fail("{}: damaged data: {} bytes unpacked, expected {}", name, stream.total_out, size);
  result.resize(static_cast<size_t>(size));
  return result;
}

}  // namespace kette::data
