#include "kette/cli/table_options.h"

#include <CLI/CLI.hpp>

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

data::Format format_of(const std::string& text) {
  using data::Format;
  for (const auto& [name, format] :
       {std::pair{"csv", Format::csv}, std::pair{"libsvm", Format::libsvm}, std::pair{"npy", Format::npy},
        std::pair{"npz", Format::npz}, std::pair{"idx", Format::idx}})
    if (text == name) return format;
  fail("{} is unknown; expected csv, libsvm, npy, npz or idx", data::quote(text));
}

}  // namespace

void declare_table_flags(CLI::App& app, TableFlags& flags) {
  const std::string group = "Reading";
  app.add_option(
         "--delimiter", flags.delimiter,
         "comma, tab, semicolon, pipe, space (runs of blanks), tilde, or any character (default: found out)")
      ->group(group);
  app.add_option(
         "--header", flags.header,
         "yes or no: whether the first line names the columns (default: found out). Without one they are "
         "column_1, column_2, …")
      ->check(CLI::IsMember({"yes", "no"}))
      ->group(group);
  app.add_option(
         "--missing", flags.missing,
         "Fields that stand for a missing one, besides empty ones: a,b,… (default: ?,NA,N/A,nan,null)")
      ->group(group);
  app.add_option("--bad-rows", flags.bad_rows,
                 "Rows of another number of fields: fail, or skip and count them")
      ->check(CLI::IsMember({"fail", "skip"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--format", flags.format, "csv, libsvm, npy, npz or idx (default: found out)")->group(group);
}

data::ReadOptions read_options(const TableFlags& flags, Threads* threads) {
  data::ReadOptions options;
  if (!flags.delimiter.empty())
    options.delimiter = option_value("--delimiter", [&] { return delimiter_of(flags.delimiter); });
  if (!flags.header.empty()) options.header = flags.header == "yes";
  if (!flags.missing.empty()) {
    options.missing = option_value("--missing", [&] { return split_list(flags.missing); });
    options.missing.emplace_back();
  }
  options.bad_rows = flags.bad_rows == "skip" ? data::BadRows::skip : data::BadRows::fail;
  if (!flags.format.empty())
    options.format = option_value("--format", [&] { return format_of(flags.format); });
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
