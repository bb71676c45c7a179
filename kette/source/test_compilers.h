// Generated source, compiled and loaded by tests.
#pragma once

#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace kette::test_compilers {

namespace fs = std::filesystem;

inline constexpr std::string_view kWarnings =
    "-Wall -Wextra -Werror -pedantic -Wconversion -Wshadow -Wdouble-promotion";

/// What a shell command prints, and whether it succeeded.
struct Ran {
  std::string output;
  bool ok;
};
inline Ran run(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string output;
  char bytes[4096];
  while (const size_t count = fread(bytes, 1, sizeof bytes, pipe)) output.append(bytes, count);
  const int status = pclose(pipe);
  return {output, WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

inline bool is_there(const std::string& program) { return run("command -v " + program).ok; }

/// A compiler with the standard of its language; those whose program is missing are left out.
struct Mode {
  std::string command;
  bool is_cpp = false;
};
inline std::vector<Mode> modes(bool cpp) {
  std::vector<Mode> result;
  for (const std::string program : {cpp ? "g++" : "gcc", cpp ? "clang++" : "clang"}) {
    if (!is_there(program)) continue;
    for (const std::string& standard :
         cpp ? std::vector<std::string>{"c++11", "c++17", "c++20"} : std::vector<std::string>{"c99", "c11"})
      result.push_back({program + " -std=" + standard, cpp});
  }
  return result;
}

/// An empty folder that goes away with the object.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "kette_source_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }
  fs::path write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

/// A source file as a library whose functions can be called.
class Library {
 public:
  Library(const Mode& mode, const fs::path& source, std::string_view options = "-O1") {
    const fs::path library = source.string() + ".so";
    const Ran compiled = run(fmt::format("{} {} {} -shared -fPIC -o {} {} -lm", mode.command, kWarnings,
                                         options, library.string(), source.string()));
    EXPECT_TRUE(compiled.ok) << mode.command << "\n" << compiled.output;
    if (compiled.ok) handle_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (compiled.ok && handle_ == nullptr) ADD_FAILURE() << dlerror();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (handle_ != nullptr) dlclose(handle_);
  }
  bool ok() const { return handle_ != nullptr; }
  template <class Function>
  Function* function(const std::string& name) const {
    void* found = dlsym(handle_, name.c_str());
    EXPECT_NE(found, nullptr) << name;
    return reinterpret_cast<Function*>(found);
  }

 private:
  void* handle_ = nullptr;
};

}  // namespace kette::test_compilers
