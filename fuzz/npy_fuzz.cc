// Any bytes are either a table or an Error of one line.
#include <cstdlib>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/data/read.h"

KETTE_FUZZ(npy) {
  using namespace kette::data;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    parse_table(bytes, "fuzz", {.format = Format::npy, .most_unpacked_bytes = uint64_t{1} << 26});
  } catch (const kette::Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
