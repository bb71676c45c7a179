// The pages of --help and of `kette help`, for a terminal.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "kette/cli/definition.h"

namespace kette::cli {

/// How a page is laid out.
struct PageStyle {
  size_t width = 80;      // columns
  bool has_bold = false;  // headings stand out
};
/// On a terminal at most 100 of its columns, and bold headings unless NO_COLOR is set; elsewhere 80 columns
/// of plain text.
PageStyle page_style();

/// --help of a command.
std::string command_page(const CommandDefinition& command, const PageStyle& style);
/// What `kette` says to a newcomer: a tour in five commands.
std::string greeting(const PageStyle& style);
/// `kette help`: all commands and topics.
std::string contents_page(const CLI::App& program, const PageStyle& style);
/// A topic's page, from its Markdown: headings, and paragraphs and blocks that are laid out in the text
/// itself.
std::string topic_page(std::string_view markdown, const PageStyle& style);

/// Makes the parser print these pages.
class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace kette::cli
