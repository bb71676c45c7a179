#include <fmt/ranges.h>

#include "kette/cli/completion.h"

namespace kette::cli {
namespace {

constexpr const char* kBashHead =
    R"BASH(# bash completion of kette, written by `kette completion bash`; do not edit.
)BASH";

// COMP_WORDS has `--out=model` as three words.
constexpr const char* kBashTail = R"BASH(
_kette_columns() {
  local program=${COMP_WORDS[0]} word name quoted prefix=
  program=${program/#\~/$HOME}
  for word in "${COMP_WORDS[@]:2}"; do
    word=${word/#\~/$HOME}
    [[ -f $word ]] && break
  done
  [[ -f $word ]] || return
  [[ $1 == *,* ]] && prefix=${1%,*},
  while IFS= read -r name; do
    printf -v quoted %q "$name"
    [[ $name == "${1##*,}"* || $quoted == "${1##*,}"* ]] && COMPREPLY+=("$prefix$quoted")
  done < <("$program" describe "$word" --names 2>/dev/null)
}

_kette_words() { # WORD CHOICES
  COMPREPLY=($(compgen -W "$2" -- "$1"))
}

_kette_list() { # WORD CHOICES: the last part behind a comma
  local prefix=
  [[ $1 == *,* ]] && prefix=${1%,*},
  COMPREPLY=($(compgen -P "$prefix" -W "$2" -- "${1##*,}"))
}

_kette_files() { # WORD ENDING
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  if [[ -n $2 ]]; then
    COMPREPLY=($(compgen -f -X "!*$2" -- "$1") $(compgen -d -- "$1"))
  else
    COMPREPLY=($(compgen -f -- "$1"))
  fi
}

_kette() {
  local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
  local kind= words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _kette_words "$word" "$_kette_commands --help --version"
    return
  fi
  if [[ $word == = ]]; then
    word=
  elif [[ $option == = ]]; then
    option=${COMP_WORDS[COMP_CWORD-2]}
  fi
  [[ $option == --* ]] && _kette_value "$command" "$option"
  if [[ -z $kind || $kind == flag ]]; then
    if [[ $word == -* ]]; then
      _kette_options "$command"
      _kette_words "$word" "$words"
      return
    fi
    local i place=1
    for ((i = 2; i < COMP_CWORD; ++i)); do
      if [[ ${COMP_WORDS[i]} == --* ]]; then
        kind=
        _kette_value "$command" "${COMP_WORDS[i]}"
        [[ ${COMP_WORDS[i+1]} == = ]] && ((++i))
        [[ -n $kind && $kind != flag ]] && ((++i))
      else
        ((++place))
      fi
    done
    kind= words=
    _kette_argument "$command" "$place"
  fi
  case $kind in
    words) _kette_words "$word" "$words" ;;
    list) _kette_list "$word" "$words" ;;
    file) _kette_files "$word" ;;
    model) _kette_files "$word" .onnx ;;
    column) _kette_columns "$word" ;;
  esac
}

complete -F _kette kette
)BASH";

/// What `kind` and `words` are to be.
std::string bash_value(const OptionDefinition& option) {
  if (!option.words.empty())
    return fmt::format("kind={} words={}", option.is_list ? "list" : "words",
                       shell_quoted(fmt::format("{}", fmt::join(option.words, " "))));
  switch (option.kind) {
    case ValueKind::none:
      return "kind=flag";
    case ValueKind::file:
      return "kind=file";
    case ValueKind::model:
      return "kind=model";
    case ValueKind::column:
      return "kind=column";
    default:
      return "kind=text";
  }
}

}  // namespace

std::string bash_completion(std::span<const CommandDefinition> commands) {
  std::string names, values, options, arguments;
  for (const CommandDefinition& command : commands) {
    names += (names.empty() ? "" : " ") + command.name;
    std::string list;
    for (const OptionDefinition& option : command.options) {
      list += (list.empty() ? "" : " ") + option.name;
      values += fmt::format("    {}:{}) {} ;;\n", command.name, option.name, bash_value(option));
    }
    options += fmt::format("    {}) words={} ;;\n", command.name, shell_quoted(list));
    for (size_t i = 0; i < command.arguments.size(); ++i)
      arguments += fmt::format("    {}:{}) {} ;;\n", command.name,
                               command.arguments[i].is_repeated ? "*" : std::to_string(i + 1),
                               bash_value(command.arguments[i]));
  }
  return fmt::format(
      "{}\n_kette_commands={}\n\n"
      "_kette_options() {{ # COMMAND: sets words\n  case $1 in\n{}  esac\n}}\n\n"
      "_kette_value() {{ # COMMAND OPTION: sets kind and words\n  case $1:$2 in\n{}  esac\n}}\n\n"
      "_kette_argument() {{ # COMMAND PLACE: sets kind and words\n  case $1:$2 in\n{}  esac\n}}\n{}",
      kBashHead, shell_quoted(names), options, values, arguments, kBashTail);
}

}  // namespace kette::cli
