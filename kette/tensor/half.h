// Numbers of two bytes, as files of other tools hold them.
#pragma once

#include <cstdint>

namespace kette {

/// IEEE 754 half precision: exact.
float from_half(uint16_t bits);
/// bfloat16, the upper half of a float32: exact.
float from_bfloat(uint16_t bits);

}  // namespace kette
