// What every operation's file reads, precompiled: it halves the time to build this floor.
#pragma once

#include <hwy/base.h>

#include <cmath>

#include "kette/base/error.h"
#include "kette/kernels/simd_targets.h"
#include "kette/ops/ops.h"
