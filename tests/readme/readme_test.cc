// Runs the snippets of README.md and compares what they print with what is shown.
//
// - ```console: lines `$ command` are run by the shell, in one empty folder for the whole page; the lines
// below a
//   command are its output.
// - ```cmake: the CMakeLists.txt of a project outside; ```cpp: its main.cc; a ```text block right after it:
// its output.
// - In shown output `…` stands for any text, and a line `…` for any lines. Where `<!-- numbers vary -->`
// stands before
//   the block, numbers and the blanks around them may be others.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Block {
  std::string language;
  std::vector<std::string> lines;
  bool numbers_vary = false;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  std::istringstream lines(page);
  bool is_inside = false, numbers_vary = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      if (!is_inside) blocks.push_back({line.substr(3), {}, std::exchange(numbers_vary, false)});
      is_inside = !is_inside;
    } else if (is_inside) {
      blocks.back().lines.push_back(line);
    } else if (line == "<!-- numbers vary -->") {
      numbers_vary = true;
    }
  }
  return blocks;
}

const std::vector<Block>& readme() {
  static const std::vector<Block> blocks = [] {
    std::ifstream file(README);
    std::ostringstream page;
    page << file.rdbuf();
    return blocks_of(page.str());
  }();
  return blocks;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// The pattern of shown output.
std::regex pattern_of(const std::vector<std::string>& shown, bool numbers_vary) {
  std::string pattern;
  for (const std::string& line : shown) {
    if (line == "…") {
      pattern += "(.*\n)*";
      continue;
    }
    std::string escaped = std::regex_replace(line, std::regex(R"([.^$|()\[\]{}*+?\\])"), R"(\$&)");
    if (numbers_vary) {
      escaped =
          std::regex_replace(escaped, std::regex(R"(-?\d+(\\\.\d+)?(e-?\d+)?)"), R"(-?\d+(\.\d+)?(e-?\d+)?)");
      escaped = std::regex_replace(escaped, std::regex(" +"), " +");
    }
    pattern += std::regex_replace(escaped, std::regex("…"), ".*") + " *\n";
  }
  return std::regex(pattern);
}

bool matches(const std::string& printed, const std::vector<std::string>& shown, bool numbers_vary) {
  return std::regex_match(printed, pattern_of(shown, numbers_vary));
}

/// Standard output and error of a shell command in `folder`, and its exit code.
std::pair<std::string, int> run(const fs::path& folder, const std::string& command) {
  const std::string line =
      "cd '" + folder.string() + "' && PATH='" PROGRAMS "':\"$PATH\" && { " + command + "\n} 2>&1";
  FILE* pipe = popen(line.c_str(), "r");
  std::string output;
  char bytes[4096];
  while (const size_t count = fread(bytes, 1, sizeof bytes, pipe)) output.append(bytes, count);
  return {output, WEXITSTATUS(pclose(pipe))};
}

fs::path empty_folder(const std::string& name) {
  fs::path folder = fs::path(FOLDER) / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder;
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

TEST(Readme, comparison_finds_a_difference) {
  EXPECT_TRUE(matches("a 1.5 (b)\nx\ny\nend\n", {"a 1.5 (b)", "…", "end"}, false));
  EXPECT_TRUE(matches("took 12 ms\n", {"took … ms"}, false));
  EXPECT_TRUE(matches("loss 0.25e-3\n", {"loss   7"}, true));
  EXPECT_FALSE(matches("loss 0.25\n", {"loss 0.26"}, false));
  EXPECT_FALSE(matches("loss 0.25\n", {"gain 0.25"}, true));
  EXPECT_FALSE(matches("a\nb\n", {"a"}, true));
}

TEST(Readme, commands_print_what_is_shown) {
  const fs::path folder = empty_folder("console");
  int commands = 0;
  for (const Block& block : readme()) {
    if (block.language != "console") continue;
    for (size_t i = 0; i < block.lines.size();) {
      ASSERT_TRUE(block.lines[i].starts_with("$ ")) << block.lines[i];
      const std::string command = block.lines[i++].substr(2);
      std::vector<std::string> shown;
      while (i < block.lines.size() && !block.lines[i].starts_with("$ ")) shown.push_back(block.lines[i++]);
      const auto [printed, code] = run(folder, command);
      ++commands;
      EXPECT_EQ(code, 0) << command;
      EXPECT_TRUE(matches(printed, shown, block.numbers_vary)) << "$ " << command << "\n" << printed;
    }
  }
  EXPECT_GT(commands, 0);
}

TEST(Readme, programs_build_outside_and_print_what_is_shown) {
  const std::vector<Block>& blocks = readme();
  const auto project = std::ranges::find(blocks, "cmake", &Block::language);
  ASSERT_NE(project, blocks.end());
  int programs = 0;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].language != "cpp") continue;
    const fs::path folder = empty_folder("program" + std::to_string(++programs));
    write(folder / "CMakeLists.txt", joined(project->lines));
    write(folder / "main.cc", joined(blocks[i].lines));
    const auto [log, code] = run(folder, CONFIGURE " -B build && " BUILD " build");
    ASSERT_EQ(code, 0) << log;
    const auto [printed, result] = run(folder, "build/main");
    EXPECT_EQ(result, 0);
    if (i + 1 == blocks.size() || blocks[i + 1].language != "text") continue;
    EXPECT_TRUE(matches(printed, blocks[i + 1].lines, blocks[i + 1].numbers_vary)) << printed;
  }
  EXPECT_GT(programs, 0);
}

TEST(Documents, link_to_files_that_exist) {
  const fs::path root = fs::path(README).parent_path();
  std::vector<fs::path> pages;
  for (const fs::path& folder : {root, root / "docs", root / "data"})
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
  EXPECT_GE(pages.size(), 6u);
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  for (const fs::path& page : pages) {
    std::ifstream file(page);
    for (std::string line; std::getline(file, line);)
      for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it)
        EXPECT_TRUE(fs::exists(page.parent_path() / std::string((*it)[1]))) << page << ": " << (*it)[0];
  }
}

}  // namespace
