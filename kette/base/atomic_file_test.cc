#include "kette/base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "kette/base/error.h"

namespace kette::atomic_file_test {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test, removed afterwards.
class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "kette-atomic-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { fs::remove_all(folder); }
  std::string path(const char* name) const { return (folder / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  int64_t files() const { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); }
  static std::string error_of(const std::string& path, std::string_view bytes = "x") {
    try {
      write_file_atomically(path, bytes);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  fs::path folder;
};

TEST_F(AtomicFile, holds_exactly_the_bytes_and_leaves_nothing_else) {
  const std::string bytes("a\0b\r\n\xff", 6);
  write_file_atomically(path("x.bin"), bytes);
  EXPECT_EQ(content(path("x.bin")), bytes);
  write_file_atomically(path("x.bin"), "");
  EXPECT_EQ(content(path("x.bin")), "");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFile, a_new_file_follows_the_umask_and_an_old_one_keeps_its_permissions) {
  const mode_t before = ::umask(022);
  write_file_atomically(path("x"), "1");
  EXPECT_EQ(fs::status(path("x")).permissions(), fs::perms(0644));
  fs::permissions(path("x"), fs::perms(0600));
  write_file_atomically(path("x"), "2");
  ::umask(before);
  EXPECT_EQ(fs::status(path("x")).permissions(), fs::perms(0600));
  EXPECT_EQ(content(path("x")), "2");
}

TEST_F(AtomicFile, a_symbolic_link_stays_one_and_its_file_is_replaced) {
  write_file_atomically(path("file"), "old");
  fs::create_symlink("file", path("link"));
  write_file_atomically(path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(content(path("file")), "new");
}

TEST_F(AtomicFile, a_file_in_the_working_folder_needs_no_slash) {
  const fs::path before = fs::current_path();
  fs::current_path(folder);
  write_file_atomically("plain", "1");
  fs::current_path(before);
  EXPECT_EQ(content(path("plain")), "1");
}

TEST_F(AtomicFile, a_missing_folder_is_named_with_the_reason) {
  EXPECT_EQ(error_of(path("none/x")),
            "[write] cannot write \"" + path("none/x") + "\": No such file or directory");
}

TEST_F(AtomicFile, a_folder_or_a_file_used_as_a_folder_is_refused) {
  EXPECT_NE(error_of(folder.string()).find("Is a directory"), std::string::npos);
  write_file_atomically(path("x"), "1");
  EXPECT_NE(error_of(path("x/y")).find("Not a directory"), std::string::npos);
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
}

TEST_F(AtomicFile, an_unwritable_folder_is_refused) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::permissions(folder, fs::perms(0500));
  EXPECT_NE(error_of(path("x")).find("Permission denied"), std::string::npos);
  fs::permissions(folder, fs::perms(0700));
}

TEST_F(AtomicFile, a_failed_write_keeps_the_old_content_and_removes_the_temporary_file) {
  write_file_atomically(path("x"), "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string error = error_of(path("x"), std::string(5000, 'n'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(error.find("File too large"), std::string::npos) << error;
  EXPECT_EQ(content(path("x")), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(AtomicFile, a_device_is_written_to_and_not_replaced) {
  write_file_atomically("/dev/null", "gone");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_NE(error_of("/dev/full").find("No space left on device"), std::string::npos);
}

}  // namespace
}  // namespace kette::atomic_file_test
