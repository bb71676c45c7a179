// A fused chain of element-wise operations: its loops run one after the other over a chunk that stays in L1
// cache.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kette/graph/kernel.h"
#include "kette/graph/op_def.h"
#include "kette/tensor/tensor.h"

namespace kette {

/// A value that the chain reads. Its shape broadcasts to the chain's space.
struct ChainOperand {
  Shape shape;
  const void* data = nullptr;
  bool is_static = false;  // the elements never change: they are expanded once
  bool is_tile = false;    // given at each run as a private copy of the range (space's shape)
  bool is_padded = true;   // readable up to a multiple of kAlignment bytes
};

inline constexpr int kMostChainOperands = 4;

/// One operation, or several in one loop. Registers: 0 … operands−1 are the operands, operands+i is the
/// result of instruction i.
struct ChainInstruction {
  MapLoop loop = nullptr;
  std::array<double, kMaxReals> parameters{};
  std::array<int, kMostChainOperands> in{};
  int operands = 1;
  uint8_t uniform = 0;  // bit k: in[k] is an operand of one element, read where it lies
  void* out = nullptr;  // where the result is kept, dense in the chain's space and padded to a multiple of
                        // kAlignment bytes; null: nowhere

  bool is_uniform(int k) const { return (uniform >> k & 1) != 0; }
};

/// Prepared for concrete shapes and addresses. Ranges are of the space's elements in row-major order; they
/// may run on several threads at once, each with scratch memory of its own.
class Chain {
 public:
  Chain(const Shape& space, std::vector<ChainOperand> operands, std::vector<ChainInstruction> instructions);

  int64_t size() const { return size_; }
  /// Bytes of scratch memory a thread needs.
  size_t scratch_bytes() const { return scratch_bytes_; }
  /// Everything fits one chunk: run_all() is the fast way.
  bool is_single_chunk() const { return single_; }

  /// Where the address of an operand stands, to be changed between runs.
  void set_operand(int operand, const void* data);

  /// Reads the operands that are the same for every range (scalars, rows); call before run().
  void begin();
  /// Computes elements [first, first + count). With a tile operand: `tile` holds that range's elements.
  void run(int64_t first, int64_t count, std::byte* scratch, const void* tile = nullptr) const;
  /// Asks for the operands of a range that will be run soon, so that they are in cache by then.
  void prefetch(int64_t first, int64_t count) const;
  /// begin() and the only chunk; no tile operand.
  void run_all();

  /// One loop of a single chunk, its addresses fixed (those of inputs change in place).
  struct Bound {
    MapLoop loop;
    const void* in[kMostChainOperands];
    void* out;
    int64_t n;
    const double* parameters;
  };
  /// The loops of run_all(), which are all of it if begin() has nothing to do.
  const std::vector<Bound>& loops() const { return bound_; }
  bool needs_begin() const { return !refreshed_.empty(); }

 private:
  enum class Layout { dense, uniform, row, column, general, tile };

  Layout layout_of(const ChainOperand& operand) const;
  void choose_columns();
  void assign_slots();
  void bind_single_chunk();
  void expand(int operand, int64_t first, int64_t count, std::byte* to) const;
  const void* place(int operand, int64_t first, int64_t count, std::byte* scratch, const void* tile) const;
  bool is_shared(int operand) const;
  bool is_read_as_array(int operand) const;
  std::byte* shared(int operand) const {
    return shared_.get() + shared_offset_[static_cast<size_t>(operand)];
  }
  void run_chunk(int64_t first, int64_t count, std::byte* scratch, const void* tile) const;

  Shape space_;
  int64_t size_, element_bytes_, columns_ = 1, chunk_ = 1, padded_size_ = 0;
  bool single_ = false;
  std::vector<ChainOperand> operands_;
  std::vector<Layout> layouts_;
  std::vector<ChainInstruction> instructions_;
  std::vector<int> slots_;  // scratch slot of every register, −1: none
  size_t scratch_bytes_ = 0, slot_bytes_ = 0, table_bytes_ = 0;
  AlignedBuffer shared_, own_scratch_;
  std::vector<int64_t> shared_offset_;
  std::vector<int> refreshed_;  // shared operands to expand at every begin()
  std::vector<Bound> bound_;
  std::vector<std::vector<const void**>> sites_;
};

}  // namespace kette
