// Any text is either the metadata of a model or an Error; a schema that was read is written and reads back
// the same.
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/model/verify.h"
#include "kette/onnx/schema_json.h"

KETTE_FUZZ(schema) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  kette::Schema schema;
  try {
    schema = kette::schema_from_json(text, "0");
    kette::verify(schema);
  } catch (const kette::Error& error) {
    // One line, whatever the text was.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  const std::string written = kette::schema_to_json(schema);
  if (kette::schema_to_json(kette::schema_from_json(written, "0")) != written) std::abort();
  return 0;
}
