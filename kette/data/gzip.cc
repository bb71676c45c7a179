#include "kette/data/gzip.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <array>
#include <limits>

#include "kette/base/error.h"

namespace kette::data {
namespace {

uint32_t bounded(size_t size) {
  return static_cast<uint32_t>(std::min<size_t>(size, std::numeric_limits<uint32_t>::max()));
}

std::string_view reason(int status) {
  switch (status) {
    case ISAL_INVALID_BLOCK:
      return "invalid block";
    case ISAL_INVALID_SYMBOL:
      return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "invalid distance back";
    case ISAL_INVALID_WRAPPER:
      return "invalid header";
    case ISAL_UNSUPPORTED_METHOD:
      return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM:
      return "incorrect checksum";
    default:
      return "unknown error";
  }
}

class GzipBytes : public ByteSource {
 public:
  GzipBytes(std::unique_ptr<ByteSource> packed, std::string name, uint64_t most)
      : packed_(std::move(packed)), name_(std::move(name)), most_(most) {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
  }

  size_t read(char* to, size_t most) override {
    state_.next_out = reinterpret_cast<uint8_t*>(to);
    state_.avail_out = bounded(most);
    const uint32_t room = state_.avail_out;
    while (state_.avail_out == room) {
      // What is unpacked already may not have found room.
      if (state_.avail_in == 0 && !refill() && !within_member_) return 0;
      if (!within_member_) {
        if (ended_ && !starts_member()) return 0;
        isal_inflate_reset(&state_);
        within_member_ = true;
      }
      const uint32_t packed_before = state_.avail_in;
      const int status = isal_inflate(&state_);
      if (status < 0)
        fail("{}: damaged gzip data near byte {}: {}", name_, packed_bytes_ - state_.avail_in,
             reason(status));
      if (state_.block_state == ISAL_BLOCK_FINISH) {
        within_member_ = false;
        ended_ = true;
      } else if (packed_before == 0 && state_.avail_out == room) {
        fail("{}: the gzip data end after {} bytes in the middle; was the file truncated?", name_,
             packed_bytes_);
      }
    }
    const size_t count = room - state_.avail_out;
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
    state_.next_in = reinterpret_cast<uint8_t*>(input_.data());
    state_.avail_in = static_cast<uint32_t>(count);
    return count > 0;
  }
  /// Behind a member: another one, or padding that is to be ignored (as gzip does).
  bool starts_member() const { return *state_.next_in == 0x1F; }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  uint64_t most_;
  inflate_state state_{};
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
  constexpr uint64_t kMostRatio = 1032, kMost = std::numeric_limits<uint32_t>::max();
  if (size / kMostRatio > packed.size() || size >= kMost || packed.size() >= kMost)
    fail("{}: {} packed bytes cannot hold the {} bytes they claim", name, packed.size(), size);
  std::string result(static_cast<size_t>(size) + 1, '\0');  // one more shows whether there is more
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(packed.data()));
  state->avail_in = static_cast<uint32_t>(packed.size());
  state->next_out = reinterpret_cast<uint8_t*>(result.data());
  state->avail_out = static_cast<uint32_t>(result.size());
  const int status = isal_inflate(state.get());
  const uint64_t count = result.size() - state->avail_out;
  if (status != ISAL_DECOMP_OK || state->block_state != ISAL_BLOCK_FINISH || count != size)
    fail("{}: damaged data: {} bytes unpacked, expected {}", name, count, size);
  result.resize(static_cast<size_t>(size));
  return result;
}

}  // namespace kette::data
