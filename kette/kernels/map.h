// Element-wise SIMD loops. An operation's file includes this header
// (which compiles the file once per instruction set), and gives its formula as a functor on vectors:
//
//   struct Square {
//     template <class D, class V> static V apply(D, const double*, V x) { return hn::Mul(x, x); }
//   };
//   KETTE_MAP(square, Square, 1)    // name, functor, number of operands
//
// No include guard: the header must be seen again for each instruction set.

#include "kette/kernels/simd_targets.h"

#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "hwy/highway.h"
#include "kette/kernels/map-inl.h"
