// How --help looks.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace kette::cli {

/// Breaks descriptions into lines that fit a terminal of 100 columns; says no more of a value than its type.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(kOptions); }
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;

 private:
  static constexpr size_t kOptions = 30, kWidth = 100;
};

}  // namespace kette::cli
