#include "kette/base/child_process.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"

namespace kette::child_process_test {
namespace {

std::string error_of(const Tool& tool, const std::vector<std::string>& arguments) {
  try {
    run_tool(tool, arguments, "");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(RunTool, gives_what_the_program_writes_however_much_it_is) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i) + '\n';
  EXPECT_EQ(run_tool({"cat", "coreutils"}, {}, text), text);
  EXPECT_EQ(run_tool({"echo", "coreutils"}, {"a b", "$HOME"}, ""), "a b $HOME\n");
  EXPECT_EQ(run_tool({"true", "coreutils"}, {}, text), "");  // reads nothing
}

TEST(RunTool, says_what_went_wrong) {
  EXPECT_EQ(error_of({"kette-no-such-program", "some-package"}, {}),
            "the program kette-no-such-program is not installed; it comes with the package some-package");
  EXPECT_EQ(error_of({"sh", "dash"}, {"-c", "echo first >&2; echo second >&2; exit 3"}), "sh: first");
  EXPECT_EQ(error_of({"sh", "dash"}, {"-c", "exit 3"}), "sh: exit code 3");
  EXPECT_EQ(error_of({"sh", "dash"}, {"-c", "kill -9 $$"}), "sh: ended by signal 9");
}

}  // namespace
}  // namespace kette::child_process_test
