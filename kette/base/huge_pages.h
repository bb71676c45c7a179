// Large memory that is about to be written for the first time.
#pragma once

#include <cstddef>

namespace kette {

/// Asks the system to back the whole huge pages within the memory by such: one fault then takes the place of
/// 512. Only a hint; nothing happens where the system has none.
void prefer_huge_pages(void* memory, size_t bytes);

}  // namespace kette
