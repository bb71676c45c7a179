#include "kette/data/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "kette/base/error.h"
#include "kette/data/gzip.h"
#include "kette/data/table.h"

namespace kette::data {
namespace {

class MemoryBytes : public ByteSource {
 public:
  explicit MemoryBytes(std::string_view bytes) : rest_(bytes) {}
  size_t read(char* to, size_t most) override {
    const size_t count = std::min(most, rest_.size());
    if (count > 0) std::memcpy(to, rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }
  int64_t size() const override { return static_cast<int64_t>(rest_.size()); }

 private:
  std::string_view rest_;
};

/// A regular file up to its size when it was opened; a pipe or device up to its end.
class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::string& path, std::string* kept)
      : name_(path == "-" ? "standard input" : path), kept_(kept) {
    owned_ = path != "-";
    descriptor_ = owned_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    struct stat status {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) fail_to_read();
    if (owned_ && S_ISREG(status.st_mode) && status.st_size > 0) {
      size_ = status.st_size;
      ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
  }
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() override { close(); }

  size_t read(char* to, size_t most) override {
    if (size_ >= 0) most = std::min(most, static_cast<size_t>(size_ - done_));
    if (most == 0) return 0;
    ssize_t count = 0;
    do count = ::read(descriptor_, to, most);
    while (count < 0 && errno == EINTR);
    if (count < 0) fail_to_read();
    if (count == 0 && size_ >= 0)
      fail("{}: ends at byte {}, expected {} bytes; was the file shortened while it was read?", name_, done_,
           size_);
    done_ += count;
    if (kept_ != nullptr) kept_->append(to, static_cast<size_t>(count));
    return static_cast<size_t>(count);
  }
  int64_t size() const override { return size_ < 0 ? -1 : size_ - done_; }

 private:
  [[noreturn]] void fail_to_read() {
    const int error = errno;
    close();
    fail("{}: cannot be read: {}", on_one_line(name_), std::strerror(error));
  }
  void close() {
    if (owned_ && descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  std::string name_;
  std::string* kept_;
  bool owned_ = true;
  int descriptor_ = -1;
  int64_t size_ = -1;
  int64_t done_ = 0;
};

/// The bytes that were read to find out what they are, and the rest.
class PeekedBytes : public ByteSource {
 public:
  PeekedBytes(std::string first, std::unique_ptr<ByteSource> rest)
      : first_(std::move(first)), rest_(std::move(rest)) {}
  size_t read(char* to, size_t most) override {
    if (done_ == first_.size()) return rest_->read(to, most);
    const size_t count = std::min(most, first_.size() - done_);
    std::memcpy(to, first_.data() + done_, count);
    done_ += count;
    return count;
  }
  int64_t size() const override {
    const int64_t rest = rest_->size();
    return rest < 0 ? -1 : rest + static_cast<int64_t>(first_.size() - done_);
  }

 private:
  std::string first_;
  size_t done_ = 0;
  std::unique_ptr<ByteSource> rest_;
};

}  // namespace

std::unique_ptr<ByteSource> Input::open_raw() {
  if (in_memory_) return std::make_unique<MemoryBytes>(memory_);
  std::error_code ignored;
  const bool is_pipe =
      path_ == "-" || std::filesystem::is_fifo(path_, ignored);  // such as /dev/stdin, <(command)
  if (!is_pipe) return std::make_unique<FileBytes>(path_, nullptr);
  if (!keep_) return std::make_unique<FileBytes>(path_, nullptr);
  if (kept_.empty()) {
    // What a pass has not read by the time the next begins would be lost: the pipe is read to its end first.
    FileBytes bytes(path_, nullptr);
    kept_ = read_all(bytes, UINT64_MAX, name_);
  }
  return std::make_unique<MemoryBytes>(kept_);
}

std::unique_ptr<ByteSource> Input::open(uint64_t most_unpacked) {
  std::unique_ptr<ByteSource> raw = open_raw();
  std::string first(2, '\0');
  first.resize(read_up_to(*raw, first.data(), first.size()));
  const bool packed = is_gzip(first);
  std::unique_ptr<ByteSource> whole = std::make_unique<PeekedBytes>(std::move(first), std::move(raw));
  if (!packed) return whole;
  return unpack_gzip(std::move(whole), name_, most_unpacked);
}

size_t read_up_to(ByteSource& source, char* to, size_t count) {
  size_t done = 0;
  for (size_t more = 1; done < count && more > 0; done += more) more = source.read(to + done, count - done);
  return done;
}

std::string read_all(ByteSource& source, uint64_t most, std::string_view name) {
  constexpr size_t kBlock = size_t{1} << 18;
  std::string all;
  if (source.size() > 0) all.reserve(static_cast<size_t>(source.size()) + kBlock);
  while (true) {
    const size_t size = all.size();
    all.resize(size + kBlock);
    const size_t count = source.read(all.data() + size, kBlock);
    all.resize(size + count);
    if (count == 0) return all;
    if (all.size() > most) fail("{}: is longer than the {} bytes allowed", name, most);
  }
}

}  // namespace kette::data
