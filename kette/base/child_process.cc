#include "kette/base/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "kette/base/error.h"
#include "kette/base/held_signals.h"

extern char** environ;

namespace kette {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// Files and no pipes: nobody waits for anybody, however much is written. Never one of the standard streams,
/// which may be closed: the child's are put there.
File temporary(const Tool& tool) {
  const File any(std::tmpfile());
  const int descriptor = any ? fcntl(fileno(any.get()), F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
  File file(descriptor < 0 ? nullptr : fdopen(descriptor, "w+"));
  if (!file) fail("{}: no temporary file: {}", tool.program, std::strerror(errno));
  return file;
}

std::string content(const Tool& tool, std::FILE* file) {
  std::string text;
  std::rewind(file);
  char piece[1 << 14];
  while (const size_t read = std::fread(piece, 1, sizeof piece, file)) text.append(piece, read);
  if (std::ferror(file) != 0)
    fail("{}: a temporary file could not be read: {}", tool.program, std::strerror(errno));
  return text;
}

/// The first line that says something, without blanks around it; a warning where there is nothing else.
std::string complaint_in(const Tool& tool, std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\f";
  std::string_view warning;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    // A mark below a place, and the command behind a prompt that it belongs to.
    if (line.find_first_not_of(" \t\r\f^") == line.npos || line.starts_with(tool.program + "> ")) continue;
    line.remove_prefix(line.find_first_not_of(kBlank));
    line.remove_suffix(line.size() - 1 - line.find_last_not_of(kBlank));
    if (!line.starts_with("Warning") && !line.starts_with("warning")) return std::string(line);
    if (warning.empty()) warning = line;
  }
  return std::string(warning);
}

/// Its status when it has ended. What is to end this program ends the child.
int status_of(const Tool& tool, pid_t child, HeldSignals& held) {
  constexpr std::chrono::milliseconds kLook{2};
  int status = 0;
  for (pid_t ended = 0; (ended = waitpid(child, &status, WNOHANG)) != child;) {
    if (ended < 0 && errno != EINTR) fail("{}: {}", tool.program, std::strerror(errno));
    if (const int signal = held.wait(kLook)) kill(child, signal);
  }
  return status;
}

}  // namespace

std::string run_tool(const Tool& tool, const std::vector<std::string>& arguments, std::string_view input,
                     const std::string& folder) {
  HeldSignals held;
  const File in = temporary(tool), out = temporary(tool), complaint = temporary(tool);
  if (std::fwrite(input.data(), 1, input.size(), in.get()) != input.size() || std::fflush(in.get()) != 0)
    fail("{}: a temporary file could not be written: {}", tool.program, std::strerror(errno));
  std::rewind(in.get());

  std::vector<std::string> words = {tool.program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::FILE* const streams[] = {in.get(), out.get(), complaint.get()};
  for (int i = 0; i < 3; ++i)
    posix_spawn_file_actions_adddup2(&actions, fileno(const_cast<std::FILE*>(streams[i])), i);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const sigset_t blocked = held.blocked_of_child();
  posix_spawnattr_setsigmask(&attributes, &blocked);
  pid_t child = 0;
  const int error = posix_spawnp(&child, tool.program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    fail("the program {} is not installed; it comes with the package {}", tool.program, tool.package);
  if (error != 0) fail("{}: could not be run: {}", tool.program, std::strerror(error));

  const int status = status_of(tool, child, held);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return content(tool, out.get());
  if (WIFSIGNALED(status)) fail("{}: ended by signal {}", tool.program, WTERMSIG(status));
  const std::string said = complaint_in(tool, content(tool, complaint.get()));
  fail("{}: {}", tool.program, said.empty() ? fmt::format("exit code {}", WEXITSTATUS(status)) : said);
}

}  // namespace kette
