#include "kette/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "kette/base/error.h"

namespace kette {
namespace {

[[noreturn]] void fail_to_write(const std::string& path, int error) {
  fail("[write] cannot write \"{}\": {}", path, std::strerror(error));
}

/// A file descriptor that is closed, and a temporary file that is removed, unless released.
struct OpenFile {
  int descriptor = -1;
  std::string temporary;

  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }
  /// 0 or errno; some file systems report a full disk only here.
  int close() {
    const int result = ::close(descriptor);
    descriptor = -1;
    return result == 0 ? 0 : errno;
  }
};

/// 0 or errno.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

void write_directly(const std::string& path, std::string_view bytes) {
  OpenFile file{::open(path.c_str(), O_WRONLY | O_CLOEXEC), {}};
  if (file.descriptor < 0) fail_to_write(path, errno);
  if (const int error = write_all(file.descriptor, bytes)) fail_to_write(path, error);
  if (const int error = file.close()) fail_to_write(path, error);
}

/// The rename itself survives a crash only once the folder is synced.
void sync_folder(const std::string& path, const std::filesystem::path& folder) {
  const OpenFile file{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), {}};
  // A folder that may be written but not read cannot be synced; neither can those of some file systems
  // (EINVAL).
  if (file.descriptor < 0) return;
  if (::fsync(file.descriptor) != 0 && errno != EINVAL) fail_to_write(path, errno);
}

}  // namespace

void write_file_atomically(const std::string& path, std::string_view bytes) {
  if (path.empty()) fail("[write] the name of the file to write is empty");
  struct stat status {};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail_to_write(path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) return write_directly(path, bytes);

  std::error_code ignored;
  std::filesystem::path target = path;
  if (exists && std::filesystem::is_symlink(target, ignored)) {
    target = std::filesystem::canonical(target, ignored);
    if (ignored) fail_to_write(path, ignored.value());
  }

  static std::atomic<unsigned> counter{0};
  OpenFile file;
  const std::string temporary = fmt::format("{}.{}-{}.tmp", target.string(), ::getpid(), counter++);
  file.descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file.descriptor < 0) fail_to_write(path, errno);
  file.temporary = temporary;
  if (exists && ::fchmod(file.descriptor, status.st_mode & 07777) != 0) fail_to_write(path, errno);
  if (const int error = write_all(file.descriptor, bytes)) fail_to_write(path, error);
  if (::fsync(file.descriptor) != 0) fail_to_write(path, errno);
  if (const int error = file.close()) fail_to_write(path, error);
  if (std::rename(temporary.c_str(), target.c_str()) != 0) fail_to_write(path, errno);
  file.temporary.clear();
  sync_folder(path, target.has_parent_path() ? target.parent_path() : ".");
}

}  // namespace kette
