// Halves the loops of a chain where it can: a sum, difference or product that only the next one reads joins it.
#pragma once

#include <vector>

#include "kette/compile/chain.h"

namespace kette {

/// `ops[i]` is the operation of instruction i; `operands` the number of the chain's operands. Results do not change by a
/// bit.
std::vector<ChainInstruction> pair_up(const std::vector<ChainInstruction>& instructions,
                                      const std::vector<const OpDef*>& ops, int operands, DType dtype);

}  // namespace kette
