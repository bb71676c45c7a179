#include "kette/cli/table_options.h"

#include <CLI/CLI.hpp>

#include "kette/base/choice.h"
#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/text.h"

namespace kette::cli {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 6> kDelimiters = {
    {{"comma", ','}, {"tab", '\t'}, {"semicolon", ';'}, {"pipe", '|'}, {"space", ' '}, {"tilde", '~'}}};

char delimiter_of(const std::string& text) {
  for (const auto& [name, delimiter] : kDelimiters)
    if (text == name) return delimiter;
  if (text == "\\t") return '\t';
  if (text.size() == 1 && text[0] != '"' && text[0] != '\n' && text[0] != '\r' && text[0] != '\0')
    return text[0];
  fail("{} is no delimiter; expected one character, or comma, tab, semicolon, pipe, space or tilde",
       data::quote(text));
}

// In the order of data::Format, data::BadRows, and of no and yes.
constexpr std::array<std::string_view, 5> kFormats = {"csv", "libsvm", "npy", "npz", "idx"};
constexpr std::array<std::string_view, 2> kBadRows = {"fail", "skip"}, kHeader = {"no", "yes"};

template <size_t n>
std::vector<std::string> words_of(const std::array<std::string_view, n>& names) {
  return {names.begin(), names.end()};
}

std::vector<std::string> delimiter_names() {
  std::vector<std::string> names;
  for (const auto& [name, delimiter] : kDelimiters) names.emplace_back(name);
  return names;
}

}  // namespace

void declare_table_flags(CLI::App& app, TableFlags& flags) {
  const std::string group = "Reading";
  app.add_option("--delimiter", flags.delimiter,
                 "Between fields: a word, where space stands for runs of blanks, or any character (default: "
                 "found out)")
      ->check(words_or_others(delimiter_names()))
      ->group(group);
  app.add_option("--header", flags.header,
                 "Whether the first line names the columns (default: found out). Without one they are "
                 "column_1, column_2, …")
      ->check(one_of(words_of(kHeader)))
      ->group(group);
  app.add_option("--missing", flags.missing,
                 "Fields that stand for a missing one, besides empty ones (default: ?,NA,N/A,nan,null)")
      ->type_name("WORDS")
      ->group(group);
  app.add_option("--bad-rows", flags.bad_rows,
                 "Rows of another number of fields: fail, or skip and count them")
      ->check(one_of(words_of(kBadRows)))
      ->capture_default_str()
      ->group(group);
  app.add_option("--format", flags.format, "Of the file (default: found out)")
      ->check(one_of(words_of(kFormats)))
      ->group(group);
}

data::ReadOptions read_options(const TableFlags& flags, Threads* threads) {
  data::ReadOptions options;
  if (!flags.delimiter.empty())
    options.delimiter = option_value("--delimiter", [&] { return delimiter_of(flags.delimiter); });
  if (!flags.header.empty()) options.header = parse_choice<bool>("header", flags.header, kHeader);
  if (!flags.missing.empty()) {
    options.missing = option_value("--missing", [&] { return split_list(flags.missing); });
    options.missing.emplace_back();
  }
  options.bad_rows = parse_choice<data::BadRows>("bad rows", flags.bad_rows, kBadRows);
  if (!flags.format.empty()) options.format = parse_choice<data::Format>("format", flags.format, kFormats);
  options.threads = threads;
  return options;
}

data::TableFile read_table_files(std::span<const std::string> paths, const TableFlags& flags,
                                 Threads* threads) {
  return data::read_table(paths, read_options(flags, threads));
}

void tell(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "kette: {}\n", note);
}

}  // namespace kette::cli
