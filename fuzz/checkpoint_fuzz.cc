// Any bytes are either a training run's state or an Error; a state that was read is written and reads back
// the same.
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/train/checkpoint.h"

KETTE_FUZZ(checkpoint) {
  constexpr std::string_view kFingerprint = "rate: 1\n";
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string once;
  try {
    once = kette::to_checkpoint(kette::from_checkpoint(bytes, kFingerprint, "fuzz"), kFingerprint);
  } catch (const kette::Error& error) {
    // One line, whatever the bytes were.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    return 0;
  }
  // Compared as bytes: a state may hold NaN.
  if (kette::to_checkpoint(kette::from_checkpoint(once, kFingerprint), kFingerprint) != once) std::abort();
  return 0;
}
