// Any bytes are either a table or an Error; a table that was read is written and reads back the same. The
// first byte chooses what is not found out.
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/data/csv.h"
#include "kette/data/dataset.h"
#include "kette/data/read.h"

KETTE_FUZZ(csv) {
  using namespace kette::data;
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr std::string_view kDelimiters{",\t;| ~\x01,"};
  ReadOptions options{.format = Format::csv};
  if ((choice & 8) != 0) options.delimiter = kDelimiters[choice & 7];
  if ((choice & 16) != 0) options.header = (choice & 32) != 0;
  if ((choice & 64) != 0) options.bad_rows = BadRows::skip;
  if ((choice & 128) != 0) options.quotes = false;
  const ReadOptions as_written{.delimiter = ',', .header = true, .quotes = true, .format = Format::csv};
  try {
    const Table table = parse_table(text, "fuzz.csv", options).table;
    const std::string written = to_csv(table);
    if (to_csv(parse_table(written, "fuzz.csv", as_written).table) != written) std::abort();
    const Dataset dataset = make_dataset(table, {table.name(table.columns() - 1), {}, {}});
    if (dataset.task_reason.find('\n') != std::string::npos) std::abort();
  } catch (const kette::Error& error) {
    // One line, whatever the bytes were.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
