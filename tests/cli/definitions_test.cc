// What the commands' definitions say must be true: examples can be typed, words are taken, pages exist.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <regex>
#include <sstream>

#include "kette/cli/command_line.h"
#include "kette/cli/definition.h"
#include "kette/cli/topics.h"

namespace kette::cli {
namespace {

/// "kette data moons | head > x && kette ops" → [data, moons], [ops]
std::vector<std::vector<std::string>> command_lines_of(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream words(text);
  bool is_read = false;
  for (std::string word; words >> std::quoted(word);) {
    if (word == "kette") {
      lines.emplace_back();
      is_read = true;
    } else if (word == "|" || word == ">" || word == "&&") {
      is_read = false;
    } else if (is_read) {
      lines.back().push_back(word);
    }
  }
  return lines;
}

/// Every line `    kette …` of a topic, without the remark behind two blanks.
std::vector<std::string> examples_of(std::string_view topic) {
  std::vector<std::string> examples;
  std::istringstream lines{std::string(topic)};
  bool goes_on = false;
  for (std::string line; std::getline(lines, line);) {
    const bool is_example = line.starts_with("    ") && line.find("kette ") < line.find("  ", 4);
    if (!goes_on && (!is_example || line.starts_with("    kette: "))) continue;
    const size_t start = line.find_first_not_of(' ');
    std::string text = line.substr(start, line.find("  ", start) - start);
    const bool is_continued = goes_on;
    goes_on = text.ends_with('\\');
    if (goes_on) text.pop_back();
    if (is_continued)
      examples.back() += text;
    else
      examples.push_back(text);
  }
  return examples;
}

class Definitions : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(folder_);
    for (const char* name : {"houses.run.toml", "settings.toml"})
      std::ofstream(name) << "target = \"price\"\n";
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  static void expect_parsed(const std::string& example) {
    SCOPED_TRACE(example);
    for (const std::vector<std::string>& arguments : command_lines_of(example)) {
      const auto command = std::ranges::find(commands(), arguments.at(0), &Command::name);
      ASSERT_NE(command, commands().end());
      EXPECT_NO_THROW(CommandLine(**command).parse(arguments));
    }
  }

  const CommandLine line_;
  const std::vector<CommandDefinition> all_ = definitions_of(line_.app());

 private:
  std::filesystem::path folder_, before_;
};

TEST_F(Definitions, every_example_of_a_command_can_be_typed) {
  size_t found = 0;
  for (const CommandDefinition& command : all_)
    for (const FooterPart& part : command.footer)
      if (part.kind == FooterPart::Kind::example) expect_parsed(part.text), ++found;
  EXPECT_GE(found, 20u);
}

TEST_F(Definitions, every_example_of_a_topic_can_be_typed) {
  size_t found = 0;
  for (const Topic& topic : topics())
    for (const std::string& example : examples_of(topic.text)) expect_parsed(example), ++found;
  EXPECT_GE(found, 40u);
}

TEST_F(Definitions, every_option_that_a_topic_names_is_one) {
  const std::regex option("--[a-z0-9-]+");
  for (const Topic& topic : topics()) {
    const std::string text(topic.text);
    for (auto match = std::sregex_iterator(text.begin(), text.end(), option); match != std::sregex_iterator();
         ++match) {
      bool is_known = false;
      for (const CommandDefinition& command : all_)
        for (const OptionDefinition& one : command.options) is_known |= one.name == match->str();
      EXPECT_TRUE(is_known) << topic.name << ": " << match->str();
    }
  }
}

TEST_F(Definitions, every_page_that_a_topic_points_to_exists) {
  const std::regex page("kette\\s+help\\s+([a-z-]+)");
  for (const Topic& topic : topics()) {
    const std::string text(topic.text);
    for (auto match = std::sregex_iterator(text.begin(), text.end(), page); match != std::sregex_iterator();
         ++match) {
      const std::string name = (*match)[1];
      EXPECT_TRUE(find_topic(name) != nullptr || line_.command(name) != nullptr)
          << topic.name << ": " << name;
    }
  }
}

TEST_F(Definitions, a_topic_is_a_heading_a_summary_and_text_that_fits_a_terminal) {
  for (const Topic& topic : topics()) {
    SCOPED_TRACE(topic.name);
    EXPECT_TRUE(topic.text.starts_with("# "));
    EXPECT_FALSE(topic.summary().empty());
    std::istringstream lines{std::string(topic.text)};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count)
      EXPECT_LE(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }), 80) << line;
    EXPECT_LE(count, 60);
  }
}

TEST_F(Definitions, every_option_is_described_and_takes_its_words_and_its_default) {
  for (const CommandDefinition& command : all_) {
    const CLI::App* app = line_.command(command.name);
    for (const OptionDefinition& option : command.options) {
      SCOPED_TRACE(command.name + " " + option.name);
      EXPECT_FALSE(option.description.empty());
      CLI::Option* declared = const_cast<CLI::Option*>(app->get_option_no_throw(option.name));
      std::vector<std::string> values = option.words;
      if (!option.initial.empty()) values.push_back(option.initial);
      for (const std::string& value : values) {
        declared->clear();
        declared->add_result(value);
        EXPECT_NO_THROW(declared->run_callback()) << value;
      }
    }
  }
}

}  // namespace
}  // namespace kette::cli
