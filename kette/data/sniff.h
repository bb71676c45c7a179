// How a text file is written, found out from its beginning.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kette/data/read_options.h"

namespace kette::data {

/// What can be told of a file from its beginning.
struct Sniffed {
  Dialect dialect;
  size_t first_record = 0;         // bytes before it: comment lines and blank ones
  size_t fields = 0;               // that most records have
  std::vector<std::string> notes;  // one line each
};

/// `sample`: the start of a file up to the end of a line; `whole`: all of it. What the options fix is not
/// guessed. Delimiter and quoting are those that give the most records the same number of fields; the first
/// record is a header when it names what stands below: text over numbers, or texts that do not come again.
/// Where it holds nothing but different identifiers, some may come again, in up to a tenth of the rows, if
/// one of them does not in a column of numbers, or in one where hardly any row has a text of its own.
Sniffed sniff(std::string_view sample, bool whole, const ReadOptions& options);

}  // namespace kette::data
