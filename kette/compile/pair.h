// Halves the loops of a chain where it can: a sum, difference or product that only the next one reads joins
// it.
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
