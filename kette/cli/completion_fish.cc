#include <fmt/ranges.h>

#include "kette/cli/completion.h"

namespace kette::cli {
namespace {

constexpr const char* kFishHead =
    R"FISH(# fish completion of kette, written by `kette completion fish`; do not edit.

function __kette_is # COMMAND [PLACE FLAG…]: that command, and the argument at that place (2+: or behind)
    set -l words (commandline -opc)
    test (count $words) -gt 1; and test $words[2] = $argv[1]; or return 1
    test (count $argv) -gt 1; or return 0
    set -l place 1
    set -l is_value 0
    for word in $words[3..-1]
        if test $is_value = 1
            set is_value 0
        else if not string match -q -- '-*' $word
            set place (math $place + 1)
        else if not string match -q -- '*=*' $word; and not contains -- $word $argv[3..-1]
            set is_value 1
        end
    end
    set -l from (string replace + '' $argv[2])
    test $place = $from; or begin
        string match -q '*+' $argv[2]; and test $place -gt $from
    end
end

function __kette_columns
    set -l words (commandline -opc)
    for word in $words[3..-1]
        if test -f $word
            $words[1] describe $word --names 2>/dev/null
            return
        end
    end
end

complete -c kette -f
)FISH";

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// What completes the value: the options -x (a value, no files), -r -F (a file), -a (these words).
std::string fish_value(const OptionDefinition& option) {
  const std::string words = fmt::format("{}", fmt::join(option.words, " "));
  if (!option.words.empty())
    return " -x -a " + fish_quoted(option.is_list
                                       ? fmt::format("(__fish_complete_list , \"printf '%s\\n' {}\")", words)
                                       : words);
  switch (option.kind) {
    case ValueKind::none:
      return "";
    case ValueKind::file:
      return " -r -F";
    case ValueKind::model:
      return " -x -k -a '(__fish_complete_suffix .onnx)'";
    case ValueKind::column:
      return " -x -a '(__fish_complete_list , __kette_columns)'";
    default:
      return " -x";
  }
}

}  // namespace

std::string fish_completion(std::span<const CommandDefinition> commands) {
  std::string text = kFishHead;
  for (const CommandDefinition& command : commands)
    text += fmt::format("complete -c kette -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        fish_quoted(command.summary));
  for (const CommandDefinition& command : commands) {
    text += "\n";
    std::string flags;
    for (const OptionDefinition& option : command.options) {
      text +=
          fmt::format("complete -c kette -n '__kette_is {}' -l {}{} -d {}\n", command.name,
                      option.name.substr(2), fish_value(option), fish_quoted(in_short(option.description)));
      if (option.kind == ValueKind::none) flags += " " + option.name;
    }
    for (size_t i = 0; i < command.arguments.size(); ++i) {
      const OptionDefinition& argument = command.arguments[i];
      std::string value = fish_value(argument);
      if (value.starts_with(" -x")) value.erase(0, 3);
      if (value.starts_with(" -r")) value.erase(0, 3);
      text += fmt::format("complete -c kette -n '__kette_is {} {}{}'{}\n", command.name,
                          std::to_string(i + 1) + (argument.is_repeated ? "+" : ""), flags, value);
    }
  }
  return text;
}

}  // namespace kette::cli
