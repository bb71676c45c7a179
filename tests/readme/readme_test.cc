// Runs the snippets of README.md and of the tutorials, and compares what they print with what is shown.
//
// - ```console: lines `$ command`, gone on with in lines `> …`, are run by the shell, in one empty folder for
// the
//   whole page, beside which lies `data`; the lines below a command are its output.
// - ```cmake: the CMakeLists.txt of a project outside; ```cpp: its main.cc; a ```text block right after it:
// its output.
// - In shown output `…` stands for any text, and a line `…` for any lines.
//
// What stands before a block says more about it:
//
//     <!-- numbers vary -->           numbers, the · of an empty cell, small pictures such as ▂▅█, and the
//     blanks
//                                     around them may be others
//     <!-- fails -->                  its commands end with exit code 1, not 0
//     <!-- file NAME -->              the block is the content of a file in the folder
//     <!-- needs onnxruntime-node --> is left out where that package is not at hand (tests/onnxruntime
//     installs it)
//     <!-- needs page -->             is left out where the page of --report could not be built
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

struct Marks {
  std::string file, needs;
  bool numbers_vary = false, fails = false;
};

struct Block {
  std::string language;
  Lines lines;
  Marks marks;
};

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<Block> blocks_of(const std::string& page) {
  static const std::regex mark("<!-- (file|needs) (.+) -->");
  std::vector<Block> blocks;
  Marks marks;
  bool is_inside = false;
  for (const std::string& line : lines_of(page)) {
    std::smatch said;
    if (line.starts_with("```")) {
      if (!is_inside) blocks.push_back({line.substr(3), {}, std::exchange(marks, {})});
      is_inside = !is_inside;
    } else if (is_inside) {
      blocks.back().lines.push_back(line);
    } else if (line == "<!-- numbers vary -->") {
      marks.numbers_vary = true;
    } else if (line == "<!-- fails -->") {
      marks.fails = true;
    } else if (std::regex_match(line, said, mark)) {
      (said[1] == "file" ? marks.file : marks.needs) = said[2];
    }
  }
  return blocks;
}

std::vector<Block> page(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return blocks_of(text.str());
}

std::regex pattern_of(const std::string& shown, bool numbers_vary) {
  static const std::string bars = "(▁|▂|▃|▄|▅|▆|▇|█)";
  std::string pattern = std::regex_replace(shown, std::regex(R"([.^$|()\[\]{}*+?\\])"), R"(\$&)");
  if (numbers_vary) {
    pattern = std::regex_replace(pattern, std::regex(bars + "+"), "(?:" + bars + "| )+");
    pattern = std::regex_replace(pattern, std::regex(R"(-?\d+( \d{3})*(\\\.\d+)?(e-?\d+)?|·)"),
                                 R"((-?\d+( \d{3})*(\.\d+)?(e-?\d+)?|·))");
    pattern = std::regex_replace(pattern, std::regex(" +"), " +");
  }
  return std::regex(std::regex_replace(pattern, std::regex("…"), ".*") + " *");
}

bool matches(std::span<const std::string> printed, std::span<const std::string> shown, bool numbers_vary) {
  if (shown.empty()) return printed.empty();
  if (shown[0] == "…")
    return matches(printed, shown.subspan(1), numbers_vary) ||
           (!printed.empty() && matches(printed.subspan(1), shown, numbers_vary));
  return !printed.empty() && std::regex_match(printed[0], pattern_of(shown[0], numbers_vary)) &&
         matches(printed.subspan(1), shown.subspan(1), numbers_vary);
}

bool matches(const std::string& printed, const Lines& shown, bool numbers_vary) {
  return matches(lines_of(printed), shown, numbers_vary);
}

/// Standard output and error of a shell command in `folder`, and its exit code.
std::pair<std::string, int> run(const fs::path& folder, const std::string& command) {
  const std::string line =
      "exec 2>&1; cd '" + folder.string() + "' || exit; PATH='" PROGRAMS "':\"$PATH\"\n" + command;
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

/// Runs the commands of a block and compares; returns how many there were.
int run_commands(const fs::path& folder, const Block& block) {
  int commands = 0;
  for (size_t i = 0; i < block.lines.size(); ++commands) {
    EXPECT_TRUE(block.lines[i].starts_with("$ ")) << block.lines[i];
    std::string command = block.lines[i++].substr(2);
    while (i < block.lines.size() && block.lines[i].starts_with("> "))
      command += "\n" + block.lines[i++].substr(2);
    Lines shown;
    while (i < block.lines.size() && !block.lines[i].starts_with("$ ")) shown.push_back(block.lines[i++]);
    const auto [printed, code] = run(folder, command);
    EXPECT_EQ(code, block.marks.fails ? 1 : 0) << command << "\n" << printed;
    EXPECT_TRUE(matches(printed, shown, block.marks.numbers_vary)) << "$ " << command << "\n" << printed;
  }
  return commands;
}

TEST(Snippets, comparison_finds_a_difference) {
  EXPECT_TRUE(matches("a 1.5 (b)\nx\ny\nend\n", {"a 1.5 (b)", "…", "end"}, false));
  EXPECT_TRUE(matches("took 12 ms\n", {"took … ms"}, false));
  EXPECT_TRUE(matches("loss 0.25e-3\n", {"loss   7"}, true));
  EXPECT_TRUE(matches("1 348 rows   ·\n", {"98 rows   3"}, true));
  EXPECT_TRUE(matches("loss █▁ ▁ 7\n", {"loss ▂▅█ 8"}, true));
  EXPECT_FALSE(matches("loss 0.25\n", {"loss 0.26"}, false));
  EXPECT_FALSE(matches("loss █▁\n", {"loss ▂█"}, false));
  EXPECT_FALSE(matches("loss 0.25\n", {"gain 0.25"}, true));
  EXPECT_FALSE(matches("a\nb\n", {"a"}, true));
  EXPECT_FALSE(matches("a\nb\n", {"a", "…", "c"}, true));
}

TEST(Snippets, marks_belong_to_the_next_block_only) {
  const std::vector<Block> blocks = blocks_of(
      "<!-- numbers vary -->\n<!-- needs x -->\n```console\n$ a\n```\n<!-- file b.txt -->\n```js\nb\n```\n");
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_TRUE(blocks[0].marks.numbers_vary && blocks[0].marks.needs == "x" && blocks[0].marks.file.empty());
  EXPECT_TRUE(!blocks[1].marks.numbers_vary && blocks[1].marks.needs.empty() &&
              blocks[1].marks.file == "b.txt");
}

class Page : public testing::TestWithParam<std::string> {};

bool is_at_hand(const std::string& need) {
  std::error_code none;
  if (need == "page") return fs::file_size(REPORT_PAGE, none) > 0 && !none;
  return need.empty() || fs::exists(fs::path(NODE_MODULES) / need);
}

TEST_P(Page, commands_print_what_is_shown) {
  const fs::path path = GetParam(), beside = empty_folder(path.stem().string()), folder = beside / "play";
  fs::create_directory(folder);
  fs::create_directory_symlink(fs::path(README).parent_path() / "data", beside / "data");
  if (fs::exists(NODE_MODULES)) fs::create_directory_symlink(NODE_MODULES, folder / "node_modules");
  int commands = 0;
  for (const Block& block : page(path)) {
    if (!is_at_hand(block.marks.needs)) {
      std::printf("left out, without %s: %s\n", block.marks.needs.c_str(), joined(block.lines).c_str());
    } else if (!block.marks.file.empty()) {
      write(folder / block.marks.file, joined(block.lines));
    } else if (block.language == "console") {
      commands += run_commands(folder, block);
    }
  }
  EXPECT_GT(commands, 0);
}

std::vector<std::string> pages() {
  std::vector<std::string> paths = {README};
  for (const auto& entry : fs::directory_iterator(TUTORIALS))
    if (entry.path().extension() == ".md" && entry.path().stem() != "README") paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Snippets, Page, testing::ValuesIn(pages()), [](const auto& info) {
  return std::regex_replace(fs::path(info.param).stem().string(), std::regex("[^A-Za-z0-9]"), "_");
});

TEST(Readme, programs_build_outside_and_print_what_is_shown) {
  const std::vector<Block> blocks = page(README);
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
    EXPECT_TRUE(matches(printed, blocks[i + 1].lines, blocks[i + 1].marks.numbers_vary)) << printed;
  }
  EXPECT_GT(programs, 0);
}

TEST(Documents, link_to_files_that_exist) {
  const fs::path root = fs::path(README).parent_path();
  std::vector<fs::path> pages;
  for (const fs::path& folder : {root, root / "docs", root / "docs/tutorials", root / "data"})
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".md") pages.push_back(entry.path());
  EXPECT_GE(pages.size(), 11u);
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  for (const fs::path& page : pages) {
    std::ifstream file(page);
    for (std::string line; std::getline(file, line);)
      for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it)
        EXPECT_TRUE(fs::exists(page.parent_path() / std::string((*it)[1]))) << page << ": " << (*it)[0];
  }
}

}  // namespace
