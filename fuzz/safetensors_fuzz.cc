// Any bytes are either named tensors or an Error; what was read is written and reads back the same.
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/model/safetensors.h"

KETTE_FUZZ(safetensors) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  kette::Safetensors file;
  try {
    file = kette::from_safetensors(bytes, "fuzz.safetensors");
  } catch (const kette::Error& error) {
    // One line, whatever the bytes were.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  const kette::Safetensors again = kette::from_safetensors(kette::to_safetensors(file));
  if (!(again.tensors == file.tensors) || again.metadata != file.metadata) std::abort();
  return 0;
}
