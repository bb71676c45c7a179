// What every operation's file reads, precompiled: it halves the time to build this floor.
#pragma once

#include <hwy/base.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmath>

#include "kette/base/error.h"
#include "kette/kernels/simd_targets.h"
#include "kette/ops/ops.h"
