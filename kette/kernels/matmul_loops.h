// Between matmul.cc, which decides how a product is cut, and the loops compiled for each instruction set.
#pragma once

#include "kette/kernels/matmul.h"

namespace kette::kernels {

/// What the plan needs to know about the loops chosen for this CPU.
struct MatmulLoops {
  MatmulPlan::Run blocked;
  int64_t rows, columns;  ///< of the register block
};

MatmulLoops matmul_loops(DType dtype);

}  // namespace kette::kernels
