#include "kette/base/child_process.h"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "kette/base/error.h"

extern char** environ;

namespace kette {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

/// Files and no pipes: nobody waits for anybody, however much is written.
File temporary(const Tool& tool) {
  File file(std::tmpfile());
  if (!file) fail("{}: no temporary file: {}", tool.program, std::strerror(errno));
  return file;
}

std::string content(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char piece[1 << 14];
  while (const size_t read = std::fread(piece, 1, sizeof piece, file)) text.append(piece, read);
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string run_tool(const Tool& tool, const std::vector<std::string>& arguments, std::string_view input) {
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
  pid_t child = 0;
  const int error = posix_spawnp(&child, tool.program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT)
    fail("the program {} is not installed; it comes with the package {}", tool.program, tool.package);
  if (error != 0) fail("{}: could not be run: {}", tool.program, std::strerror(error));

  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("{}: {}", tool.program, std::strerror(errno));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return content(out.get());
  const std::string said = first_line(content(complaint.get()));
  if (WIFSIGNALED(status)) fail("{}: ended by signal {}", tool.program, WTERMSIG(status));
  fail("{}: {}", tool.program, said.empty() ? fmt::format("exit code {}", WEXITSTATUS(status)) : said);
}

}  // namespace kette
