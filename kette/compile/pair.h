// Makes one loop of several in a chain where it can: a sum, difference or product that only the next one
// reads joins it, and so do the parts of a running mean and of a step by its size (see kernels/map_pairs.h).
#pragma once

#include <vector>

#include "kette/compile/chain.h"

namespace kette {

/// `ops[i]` is the operation of instruction i. A factor or summand of one element is read where it lies.
/// Results do not change by a bit.
std::vector<ChainInstruction> pair_up(const std::vector<ChainInstruction>& instructions,
                                      const std::vector<const OpDef*>& ops,
                                      const std::vector<ChainOperand>& operands, DType dtype);

}  // namespace kette
