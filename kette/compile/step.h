// The steps of a program, prepared for one batch size: addresses, sizes and loops are all fixed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/base/threads.h"
#include "kette/compile/chain.h"
#include "kette/ops/matmul_kernel.h"

namespace kette {

/// Where a step runs.
struct Workers {
  Threads* threads = nullptr;          // null: the caller's thread only
  std::vector<AlignedBuffer> scratch;  // one for each thread, as large as the neediest step asks
};

class Step;

/// A part of a step that is a single call: a loop, a product of one tile, or, if neither, the whole step.
/// Small networks spend their time between the loops, so their programs are a flat list of these.
struct Call {
  const Chain::Bound* loop = nullptr;
  const kernels::MatmulPlan* product = nullptr;
  const kernels::MatmulCall* operands = nullptr;
  Chain* begin = nullptr;
  Step* step = nullptr;

  void run(const Workers& workers) const;
};

class Step {
 public:
  virtual ~Step() = default;
  virtual void run(const Workers& workers) = 0;
  /// Appends the calls that run() consists of.
  virtual void flatten(const Workers& /*workers*/, std::vector<Call>& calls) {
    calls.push_back({.step = this});
  }
  /// Bytes of scratch memory for each thread.
  virtual size_t scratch_bytes() const { return 0; }

  /// For people: what runs here.
  std::string label;
};

/// A chain on its own.
class MapStep final : public Step {
 public:
  explicit MapStep(std::unique_ptr<Chain> chain) : chain_(std::move(chain)) {}
  void run(const Workers& workers) override;
  void flatten(const Workers& workers, std::vector<Call>& calls) override;
  size_t scratch_bytes() const override { return chain_->scratch_bytes(); }

 private:
  std::unique_ptr<Chain> chain_;
};

/// A kernel, and the chain that follows it on its whole result.
class KernelStep final : public Step {
 public:
  KernelStep(std::unique_ptr<Kernel> kernel, std::vector<const void*> in, void* out,
             std::unique_ptr<Chain> then)
      : kernel_(std::move(kernel)), in_(std::move(in)), out_(out), tiles_(kernel_->tiles()) {
    if (then) then_.emplace(std::move(then));
  }
  void run(const Workers& workers) override;
  size_t scratch_bytes() const override;
  const void** site(int operand) { return &in_[static_cast<size_t>(operand)]; }

 private:
  std::unique_ptr<Kernel> kernel_;
  std::vector<const void*> in_;
  void* out_;
  std::optional<MapStep> then_;
  int64_t tiles_;
};

/// A matrix product whose tiles the chain follows while they are in cache. With a null `out` the product
/// itself is not kept: a tile lives in the thread's scratch memory until the chain has read it.
class MatmulStep final : public Step {
 public:
  MatmulStep(std::unique_ptr<MatmulKernel> kernel, std::span<const void* const> in, void* out,
             std::unique_ptr<Chain> then);
  /// minuend − scale·product, finished in the product's registers; the kernel's plan can_subtract().
  MatmulStep(std::unique_ptr<MatmulKernel> kernel, std::span<const void* const> in, void* out,
             const void* minuend, const void* scale);
  void run(const Workers& workers) override;
  void flatten(const Workers& workers, std::vector<Call>& calls) override;
  size_t scratch_bytes() const override;
  const void** site(int operand) { return operand == 0 ? &call_.a : operand == 1 ? &call_.b : &call_.bias; }
  const void** minuend_site() { return &call_.minuend; }
  const void** scale_site() { return &call_.scale; }

 private:
  void run_tile(int64_t tile, std::byte* scratch) const;

  std::unique_ptr<MatmulKernel> kernel_;
  kernels::MatmulPlan plan_;
  kernels::MatmulCall call_;
  void* out_;
  std::unique_ptr<Chain> then_;
  int64_t tiles_, columns_, element_bytes_;
  size_t workspace_bytes_, tile_bytes_;
  bool parallel_, simple_;
};

/// Copies a result over a parameter that could not be overwritten in place.
class CopyStep final : public Step {
 public:
  CopyStep(const void* from, void* to, size_t bytes) : from_(from), to_(to), bytes_(bytes) {}
  void run(const Workers& workers) override;
  const void** site() { return &from_; }

 private:
  const void* from_;
  void* to_;
  size_t bytes_;
};

inline void Call::run(const Workers& workers) const {
  if (loop)
    loop->loop(loop->in, loop->out, loop->n, loop->parameters);
  else if (product)
    product->run(*operands, 0);
  else if (begin)
    begin->begin();
  else
    step->run(workers);
}

}  // namespace kette
