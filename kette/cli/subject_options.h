// Options of the commands that look into a model or a graph text, on one row.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "kette/cli/table_options.h"
#include "kette/explain/scene.h"

namespace kette::cli {

struct SubjectFlags {
  std::string graph;               // a model or a graph text
  std::vector<std::string> files;  // a table
  std::string file_name;           // what takes it, for messages: "--data FILE"
  std::optional<int64_t> row;      // from 1
  std::string words, expected, loss;
  std::vector<std::string> settings;  // name=value
  TableFlags table;
  ViewOptions view;
};

/// What gives a value to the inputs that have none.
std::string hint_for(const SubjectFlags& flags, const Subject& subject);

/// Declares them; `file_flag` is the name of the option or position that takes the table.
void declare_subject_flags(CLI::App& app, SubjectFlags& flags, const std::string& file_flag);

/// Before long work starts: can a file be written at `out`, and is it none of those that are read? Throws
/// Error.
void check_outputs(const std::string& out, const SubjectFlags& flags);

/// The call's result; an Error of what has no value is told with the options that give it one.
template <class Call>
auto with_hint(const SubjectFlags& flags, const Subject& subject, Call call) {
  try {
    return call();
  } catch (const MissingValue& error) {
    throw Error(fmt::format("{} ({})", error.what(), hint_for(flags, subject)));
  }
}

/// Reads the model or graph text; `with_loss`: with a loss even if no option asks for one.
Subject read_subject(const SubjectFlags& flags, bool with_loss);

}  // namespace kette::cli
