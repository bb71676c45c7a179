// KETTE_FUZZ(csv) { … } is the fuzz target `csv`: what is done with the bytes `data` of `size`. The fuzzer's
// program holds one target; the program `replay` (KETTE_REPLAY) holds all of them and runs each on its
// corpus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#ifdef KETTE_REPLAY

using FuzzTarget = int (*)(const uint8_t*, size_t);

/// The targets by name.
inline std::map<std::string, FuzzTarget>& fuzz_targets() {
  static std::map<std::string, FuzzTarget> targets;
  return targets;
}

#define KETTE_FUZZ(name)                                                                   \
  static int fuzz_##name(const uint8_t* data, size_t size);                                \
  static const bool is_##name##_known = fuzz_targets().emplace(#name, fuzz_##name).second; \
  static int fuzz_##name(const uint8_t* data, [[maybe_unused]] size_t size)

#else

#define KETTE_FUZZ(name) extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)

#endif
