// Any bytes are either a model or an Error; a model that was read is written and reads back the same.
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/graph/verify.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"

KETTE_FUZZ(onnx) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kette::Model model;
  try {
    model = kette::from_onnx(bytes, "fuzz.onnx");
  } catch (const kette::Error& error) {
    // One line, whatever the bytes were.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  kette::verify(*model.graph);
  std::string written;
  try {
    written = kette::to_onnx(model);
  } catch (const kette::Error&) {
    return 0;  // as another graph input, or the metadata of a foreign tool
  }
  if (kette::from_onnx(written).parameters.size() > model.parameters.size()) std::abort();
  return 0;
}
