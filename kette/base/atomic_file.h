// Files that are either complete or not there.
#pragma once

#include <string>
#include <string_view>

namespace kette {

/// Replaces or creates the file `path` so that at every moment, also after a crash or a full disk, it holds
/// either its old content or all of `bytes`: a temporary file beside it is written, synced, renamed, and the
/// folder synced. An existing file keeps its permissions; a symbolic link keeps pointing to the file it
/// names; a device or pipe is written to directly. Throws Error, and leaves no temporary file, when any step
/// fails.
void write_file_atomically(const std::string& path, std::string_view bytes);

}  // namespace kette
