// Where bytes come from: a file, standard input, memory, or one of them unpacked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kette::data {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Writes up to `most` ≥ 1 bytes to `to` and returns how many; 0 only at the end. Throws Error.
  virtual size_t read(char* to, size_t most) = 0;
  /// The bytes that are to come; −1 when that is not known beforehand.
  virtual int64_t size() const { return -1; }
};

/// What can be read from its start more than once.
class Input {
 public:
  /// The file `path`; "-" is standard input, of which the first pass keeps the bytes for the second when
  /// `again`.
  Input(std::string path, bool again) : name_(path == "-" ? "standard input" : path), path_(std::move(path)) {
    keep_ = again;
  }
  /// `bytes` must outlive this; `name` stands for the path in messages.
  Input(std::string_view bytes, std::string name)
      : name_(std::move(name)), memory_(bytes), in_memory_(true) {}

  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }
  bool is_memory() const { return in_memory_; }
  /// From the start, as the bytes are. A file is read with `read`, never mapped: one that is shortened under
  /// us is an Error and no signal, and of one that grows the size at the start counts. The source must not
  /// outlive this.
  std::unique_ptr<ByteSource> open_raw();
  /// From the start, unpacked when it is gzip; at most `most_unpacked` bytes then.
  std::unique_ptr<ByteSource> open(uint64_t most_unpacked);

 private:
  std::string name_, path_;
  std::string_view memory_;
  bool in_memory_ = false;
  bool keep_ = false;
  std::string kept_;
};

/// Reads until there are `count` bytes or no more; returns how many there are.
size_t read_up_to(ByteSource& source, char* to, size_t count);

/// Everything that is left; throws Error beyond `most` bytes, for which `name` is blamed.
std::string read_all(ByteSource& source, uint64_t most, std::string_view name);

}  // namespace kette::data
