#include "kette/base/child_process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include "kette/base/error.h"
#include "kette/base/held_signals.h"

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

TEST(RunTool, the_complaint_is_the_first_line_that_says_something) {
  const auto complaint = [](const std::string& text) {
    return error_of({"sh", "dash"}, {"-c", "printf '" + text + "' >&2; exit 2"});
  };
  EXPECT_EQ(complaint("\\n \\t\\n  it broke \\nmore\\n"), "sh: it broke");
  EXPECT_EQ(complaint("Warning: odd\\nwarning: odd, too\\nError: no"), "sh: Error: no");
  EXPECT_EQ(complaint("\\nWarning: odd\\nWarning: more\\n"), "sh: Warning: odd");
  EXPECT_EQ(complaint("\\nsh> plot x\\n       ^\\n  line 3: no points\\n"), "sh: line 3: no points");
  EXPECT_EQ(complaint("\\n \\n"), "sh: exit code 2");
}

TEST(RunTool, runs_in_the_folder) {
  EXPECT_EQ(run_tool({"pwd", "coreutils"}, {"-P"}, "", "/"), "/\n");
  const std::string here = std::filesystem::current_path();
  EXPECT_EQ(run_tool({"pwd", "coreutils"}, {"-P"}, ""), here + "\n");
}

TEST(RunTool, works_where_standard_streams_are_closed) {
  const auto ends = [] {
    for (int stream = 0; stream < 3; ++stream) close(stream);
    std::_Exit(run_tool({"cat", "coreutils"}, {}, "all of it") == "all of it" ? 7 : 1);
  };
  EXPECT_EXIT(ends(), testing::ExitedWithCode(7), "");
}

TEST(RunTool, what_is_to_end_the_program_ends_both_after_clearing_away) {
  struct ClearedAway {
    ~ClearedAway() { std::fputs("cleared away", stderr); }
  };
  const auto ends = [](const char* command) {
    const HeldSignals held;
    const ClearedAway last;
    run_tool({"sh", "dash"}, {"-c", command}, "");
  };
  const auto by = [](int signal) { return testing::KilledBySignal(signal); };
  EXPECT_EXIT(ends("kill -TERM $PPID; exec sleep 100"), by(SIGTERM), "^cleared away$");
  EXPECT_EXIT(ends("kill -INT $PPID; exec sleep 100"), by(SIGINT), "^cleared away$");
  EXPECT_EXIT(ends("trap \"\" HUP; kill -HUP $PPID; sleep 0.1; exit 3"), by(SIGHUP), "^cleared away$");
}

}  // namespace
}  // namespace kette::child_process_test
