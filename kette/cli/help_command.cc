// kette help: the pages for people.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/cli/choices.h"
#include "kette/cli/command_line.h"
#include "kette/cli/help.h"
#include "kette/cli/topics.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

constexpr const char* kHelpExamples = R"(Examples:
  kette help                list all commands and topics
  kette help train          the options of a command
  kette help measures       a page on a topic)";

std::vector<std::string> pages() {
  std::vector<std::string> names = command_names(), of_topics = topic_names();
  names.insert(names.end(), of_topics.begin(), of_topics.end());
  return names;
}

int show_page(const std::string& name) {
  const PageStyle style = page_style();
  if (name.empty()) {
    fmt::print("{}", contents_page(CommandLine().app(), style));
    return 0;
  }
  if (const Topic* topic = find_topic(name)) {
    fmt::print("{}", topic_page(topic->text, style));
    return 0;
  }
  const CommandLine line;
  const CLI::App* command = line.command(name);
  if (command == nullptr)
    throw UsageError(fmt::format("there is no topic or command {}{} (kette help lists them)",
                                 data::quote(name), suggestion(name, pages())));
  fmt::print("{}", command_page(definition_of(*command), style));
  return 0;
}

}  // namespace

const Command kHelp{"help", "Tell about a command or a topic", [](CLI::App& app) -> std::function<int()> {
                      auto name = std::make_shared<std::string>();
                      app.add_option("PAGE", *name, "A command or a topic; none: the list of them")
                          ->check(words_or_others(pages()));
                      app.footer(kHelpExamples);
                      return [name] { return show_page(*name); };
                    }};

}  // namespace kette::cli
