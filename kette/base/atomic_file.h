// Files that are either complete or not there.
#pragma once

#include <string>
#include <string_view>

namespace kette {

/// Replaces or creates a file so that at every moment, also after a crash or a full disk, it holds either its
/// old content or all that was written: a temporary file beside it is written, synced, renamed, and the
/// folder synced. An existing file keeps its permissions; a symbolic link keeps pointing to the file it
/// names; a device or pipe is written to directly. All functions throw Error when a step fails; without
/// commit() nothing changes, and no temporary file is left.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);
  void commit();

 private:
  std::string path_, target_;  // target_: behind symbolic links
  std::string temporary_;      // empty for a device or pipe
  int descriptor_ = -1;
};

/// All at once.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace kette
