// What the definitions of commands and options say, as plain values: --help, the man page, the reference and
// the completion of shells are written from these, so that nothing is listed twice.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kette::cli {

/// What stands for a value: a shell completes the last three.
enum class ValueKind { none, text, whole, number, file, model, column };

struct OptionDefinition {
  std::string name;         // "--hidden", or of an argument "FILE"
  std::string placeholder;  // of its value: "N", "yes|no", "COLUMN"; empty for a flag
  ValueKind kind = ValueKind::none;
  std::vector<std::string> words;  // those that it takes
  bool is_list = false;            // several of them, separated by commas
  bool is_open = false;            // and others
  std::string range;               // "from 0 to 0.99"
  std::string initial;             // the default, where it is a value
  std::string description, group;
  bool is_required = false, is_repeated = false;  // an argument: one or more of them

  std::string shown_range() const;  // "0 to 0.99"
  /// Description, words, range and default: as --help says it.
  std::string text() const;
};

/// What stands below the options of a command: paragraphs, examples `kette …` with a remark, and lines that
/// stay as they are.
struct FooterPart {
  enum class Kind { paragraph, example, verbatim } kind = Kind::paragraph;
  std::string text, remark = {};
};

struct CommandDefinition {
  std::string name, summary;
  std::vector<OptionDefinition> arguments;
  std::vector<OptionDefinition> options;  // those of a group stand together
  std::vector<FooterPart> footer;

  /// `kette predict [options] MODEL FILE…`
  std::string usage() const;
};

CommandDefinition definition_of(const CLI::App& command);
/// Of every command that is not hidden.
std::vector<CommandDefinition> definitions_of(const CLI::App& program);

}  // namespace kette::cli
