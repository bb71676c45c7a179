// Any bytes are either a table or an Error; a table that was read is written and reads back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "kette/base/error.h"
#include "kette/data/csv.h"
#include "kette/data/dataset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kette::data;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const Table table = parse_csv(text, "fuzz.csv");
    const std::string written = to_csv(table);
    if (to_csv(parse_csv(written, "fuzz.csv")) != written) std::abort();
    const Dataset dataset = make_dataset(table, {table.name(table.columns() - 1), {}, {}});
    if (dataset.task_reason.find('\n') != std::string::npos) std::abort();
  } catch (const kette::Error& error) {
    // One line, whatever the bytes were.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
