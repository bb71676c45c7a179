// Completion of command lines by shells: a script for each, written from the definitions.
#pragma once

#include <span>
#include <string>

#include "kette/cli/definition.h"

namespace kette::cli {

/// For `source <(kette completion bash)`, or a file `kette` of a folder that bash-completion reads.
std::string bash_completion(std::span<const CommandDefinition> commands);
/// A file `_kette` of a folder in $fpath, or for `source <(kette completion zsh)` behind compinit.
std::string zsh_completion(std::span<const CommandDefinition> commands);
/// A file `kette.fish` of a folder of completions, or for `kette completion fish | source`.
std::string fish_completion(std::span<const CommandDefinition> commands);

/// In single quotes, for bash and zsh.
std::string shell_quoted(std::string_view text);
/// The first sentence of a description: what fits beside a word in a list.
std::string in_short(std::string_view description);

}  // namespace kette::cli
