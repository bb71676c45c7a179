#include "kette/compile/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace kette {
MemoryPlan plan_memory(std::span<const BufferUse> uses, int64_t alignment) {
  const auto padded = [alignment](int64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; };
  MemoryPlan plan{std::vector<int64_t>(uses.size(), 0)};
  std::vector<size_t> order(uses.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return uses[a].bytes > uses[b].bytes; });

  std::vector<size_t> placed;
  for (size_t i : order) {
    std::vector<std::pair<int64_t, int64_t>> taken;  // [begin, end) of buffers live at the same time
    for (size_t j : placed)
      if (uses[j].first_step <= uses[i].last_step && uses[i].first_step <= uses[j].last_step)
        taken.emplace_back(plan.offsets[j], plan.offsets[j] + padded(uses[j].bytes));
    std::ranges::sort(taken);
    int64_t at = 0;
    for (const auto& [begin, end] : taken) {
      if (at + padded(uses[i].bytes) <= begin) break;
      at = std::max(at, end);
    }
    plan.offsets[i] = at;
    plan.total = std::max(plan.total, at + padded(uses[i].bytes));
    placed.push_back(i);
  }
  return plan;
}

}  // namespace kette
