// Quotients of bytes: what the pixels of images become on the way into a network.
#pragma once

#include <cstdint>

namespace kette::kernels {

/// to[i] = bytes[i] / divisor, rounded once, for i in [0, count). Writes nothing past the last one.
void divide_bytes(const uint8_t* bytes, int64_t count, float divisor, float* to);

}  // namespace kette::kernels
