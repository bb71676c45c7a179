// Where in one arena every buffer of a program lies.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kette {

/// A buffer is live from the step that writes it to the last step that reads it, both included.
struct BufferUse {
  int64_t bytes = 0;
  int first_step = 0;
  int last_step = 0;
};

struct MemoryPlan {
  std::vector<int64_t> offsets;  // bytes, multiples of the alignment, in the order of the uses
  int64_t total = 0;             // bytes
};

/// Buffers live at the same step do not overlap; memory is reused otherwise (largest first, lowest place that
/// is free). A pure function. The alignment is that of vectors and cache lines; elsewhere less room is lost
/// with less.
MemoryPlan plan_memory(std::span<const BufferUse> uses, int64_t alignment = 64);

}  // namespace kette
