#include <fmt/ranges.h>

#include "kette/cli/completion.h"

namespace kette::cli {
namespace {

constexpr const char* kZshHead = R"ZSH(#compdef kette
# zsh completion of kette, written by `kette completion zsh`; do not edit.

_kette_columns() {
  local word file
  for word in "${(@)words[2,-1]}"; do
    file=${~${(Q)word}}
    [[ -f $file ]] && break
  done
  [[ -f $file ]] || return 1
  local -a columns
  columns=("${(@f)$(_call_program columns ${(q)program} describe ${(q)file} --names 2>/dev/null)}")
  compset -P '*,'
  compadd -S '' -a columns
}

_kette_list() { # the last part behind a comma
  compset -P '*,'
  compadd -qS , -- "$@"
}

_kette() {
  local curcontext=$curcontext state line program=$words[1]
  local -a commands
)ZSH";

/// For the text of a description in a specification of _arguments.
std::string zsh_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// `:NAME:action`; nothing for a flag.
std::string zsh_value(const OptionDefinition& option) {
  if (option.kind == ValueKind::none) return "";
  std::string action = " ";
  if (!option.words.empty())
    action = option.is_list ? fmt::format("{{_kette_list {}}}", fmt::join(option.words, " "))
                            : fmt::format("({})", fmt::join(option.words, " "));
  else if (option.kind == ValueKind::file)
    action = "_files";
  else if (option.kind == ValueKind::model)
    action = "_files -g \"*.onnx(-.)\"";
  else if (option.kind == ValueKind::column)
    action = "_kette_columns";
  return fmt::format(":{}:{}", zsh_escaped(option.placeholder), action);
}

}  // namespace

std::string zsh_completion(std::span<const CommandDefinition> commands) {
  std::string text = kZshHead;
  text += "  commands=(\n";
  for (const CommandDefinition& command : commands)
    text += fmt::format("    {}\n", shell_quoted(command.name + ":" + command.summary));
  text +=
      "  )\n"
      "  if ((CURRENT == 2)); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((--CURRENT))\n"
      "  case $command in\n";
  for (const CommandDefinition& command : commands) {
    text += fmt::format("    {})\n      _arguments -S \\\n", command.name);
    for (const OptionDefinition& option : command.options)
      text += fmt::format(
          "        {} \\\n",
          shell_quoted(fmt::format("{}{}[{}]{}", option.name, option.kind == ValueKind::none ? "" : "=",
                                   zsh_escaped(in_short(option.description)), zsh_value(option))));
    for (size_t i = 0; i < command.arguments.size(); ++i) {
      const OptionDefinition& argument = command.arguments[i];
      text += fmt::format(
          "        {} \\\n",
          shell_quoted((argument.is_repeated ? "*" : std::to_string(i + 1)) + zsh_value(argument)));
    }
    text += "        ;;\n";
  }
  return text +
         "  esac\n"
         "}\n\n"
         "if [[ $funcstack[1] == _kette ]]; then _kette \"$@\"; else compdef _kette kette; fi\n";
}

}  // namespace kette::cli
