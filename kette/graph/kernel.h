// How an operation runs at full speed: as an element-wise loop, or as a kernel prepared for concrete shapes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kette/graph/attributes.h"
#include "kette/tensor/shape.h"

namespace kette {

/// out[i] = f(in[0][i], in[1][i], …; parameters) for i in [0, n). `out` may be one of `in`. `parameters` are
/// the operation's real attributes in the order of its specification.
using MapLoop = void (*)(const void* const* in, void* out, int64_t n, const double* parameters);

/// The loop in both precisions, chosen for this machine's processor; call once, when a program is compiled.
struct MapLoops {
  MapLoop f32 = nullptr;
  MapLoop f64 = nullptr;
};

/// What a kernel is prepared for. All shapes are concrete.
struct KernelSpec {
  std::span<const Shape> inputs;
  Shape output;
  const Attributes& attributes;
};

/// Immutable once prepared; safe to run from several threads at once. The work is split into tiles whose
/// number and extent depend on the shapes only, and every element of the result is computed by one tile: the
/// same bits come out for any number of threads.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// Bytes of scratch memory for each thread.
  virtual size_t workspace_bytes() const { return 0; }
  virtual int64_t tiles() const { return 1; }
  /// Throws Error only for bad data, such as an index out of range; allocates nothing on success.
  virtual void run(const void* const* in, void* out, int64_t tile, void* workspace) const = 0;
};

}  // namespace kette
