#include "kette/compile/pair.h"

#include <optional>
#include <utility>

#include "kette/kernels/map_pairs.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using kernels::PairInner;
using kernels::PairOuter;

std::optional<PairInner> inner_of(const OpDef* op) {
  if (op == &kAdd) return PairInner::add;
  if (op == &kSub) return PairInner::sub;
  if (op == &kMul) return PairInner::mul;
  return std::nullopt;
}

std::optional<PairOuter> outer_of(const OpDef* op, bool inner_first) {
  if (op == &kAdd) return PairOuter::add;
  if (op == &kSub) return inner_first ? PairOuter::sub : PairOuter::reverse_sub;
  if (op == &kMul) return PairOuter::mul;
  return std::nullopt;
}

std::vector<int> count_reads(const std::vector<ChainInstruction>& instructions, int operands) {
  std::vector<int> reads(static_cast<size_t>(operands) + instructions.size(), 0);
  for (const ChainInstruction& instruction : instructions)
    for (int k = 0; k < instruction.operands; ++k)
      ++reads[static_cast<size_t>(instruction.in[static_cast<size_t>(k)])];
  return reads;
}

/// Reading later is safe as long as nothing is written meanwhile: an output may lie over an operand.
bool writes_between(const std::vector<ChainInstruction>& instructions, size_t first, size_t last) {
  for (size_t i = first + 1; i < last; ++i)
    if (instructions[i].out) return true;
  return false;
}

}  // namespace

std::vector<ChainInstruction> pair_up(const std::vector<ChainInstruction>& instructions,
                                      const std::vector<const OpDef*>& ops,
                                      const std::vector<ChainOperand>& chain_operands, DType dtype) {
  const int operands = static_cast<int>(chain_operands.size());
  const auto is_uniform = [&](int reg) {
    return reg < operands && chain_operands[static_cast<size_t>(reg)].shape.size() == 1 &&
           !chain_operands[static_cast<size_t>(reg)].is_tile;
  };
  const std::vector<int> reads = count_reads(instructions, operands);
  const size_t count = instructions.size();
  std::vector<ChainInstruction> merged = instructions;
  std::vector<bool> gone(count, false), paired(count, false);
  for (size_t j = 0; j < count; ++j) {
    for (size_t k = 0; k < 2 && !paired[j]; ++k) {
      const auto outer = instructions[j].operands == 2 ? outer_of(ops[j], k == 0) : std::nullopt;
      const int reg = outer ? instructions[j].in[k] : -1;
      if (reg < operands) continue;
      const auto i = static_cast<size_t>(reg - operands);
      const auto inner = inner_of(ops[i]);
      if (!inner || paired[i] || gone[i] || instructions[i].out || reads[static_cast<size_t>(reg)] != 1)
        continue;
      if (writes_between(instructions, i, j)) continue;
      int a = instructions[i].in[0], b = instructions[i].in[1];
      if (*inner != PairInner::sub && is_uniform(a)) std::swap(a, b);
      merged[j].uniform_second = is_uniform(b);
      merged[j].loop = kernels::pair_loop(dtype, *inner, *outer, merged[j].uniform_second);
      merged[j].in = {a, b, instructions[j].in[1 - k]};
      merged[j].operands = 3;
      gone[i] = paired[j] = true;
    }
  }

  std::vector<ChainInstruction> result;
  std::vector<int> moved_to(count, -1);
  for (size_t i = 0; i < count; ++i) {
    if (gone[i]) continue;
    moved_to[i] = operands + static_cast<int>(result.size());
    result.push_back(merged[i]);
    for (int& in : result.back().in)
      if (in >= operands) in = moved_to[static_cast<size_t>(in - operands)];
  }
  return result;
}

}  // namespace kette
