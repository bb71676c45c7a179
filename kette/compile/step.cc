#include "kette/compile/step.h"

#include <algorithm>
#include <cstring>

namespace kette {
namespace {

// Below these amounts of work, waking another thread costs more than it gains. Results do not depend on it.
constexpr int64_t kParallelElements = 1 << 16;
constexpr double kParallelFlops = 5e5;
constexpr int64_t kMapTile = 1 << 14;  // elements
constexpr int64_t kRowsAhead = 6;      // of a tile, when operands are fetched

/// Runs body(tile, scratch) for every tile, on all threads if there are several.
template <class Body>
void for_tiles(const Workers& workers, int64_t tiles, bool parallel, const Body& body) {
  for_each_tile(parallel ? workers.threads : nullptr, tiles, [&](int64_t tile, int thread) {
    body(tile, workers.scratch[static_cast<size_t>(thread)].get());
  });
}

void flatten_chain(Chain& chain, std::vector<Call>& calls) {
  if (chain.needs_begin()) calls.push_back({.begin = &chain});
  for (const Chain::Bound& loop : chain.loops()) calls.push_back({.loop = &loop});
}

}  // namespace

void MapStep::flatten(const Workers& workers, std::vector<Call>& calls) {
  if (!chain_->is_single_chunk()) return Step::flatten(workers, calls);
  flatten_chain(*chain_, calls);
}

void MapStep::run(const Workers& workers) {
  if (chain_->is_single_chunk()) {
    chain_->run_all();
    return;
  }
  chain_->begin();
  const int64_t size = chain_->size(), tiles = (size + kMapTile - 1) / kMapTile;
  for_tiles(workers, tiles, size >= kParallelElements, [&](int64_t tile, std::byte* scratch) {
    const int64_t first = tile * kMapTile;
    chain_->run(first, std::min(kMapTile, size - first), scratch);
  });
}

size_t KernelStep::scratch_bytes() const {
  return std::max(kernel_->workspace_bytes(), then_ ? then_->scratch_bytes() : 0);
}

void KernelStep::run(const Workers& workers) {
  for_tiles(workers, tiles_, true,
            [&](int64_t tile, std::byte* scratch) { kernel_->run(in_.data(), out_, tile, scratch); });
  if (then_) then_->run(workers);
}

MatmulStep::MatmulStep(std::unique_ptr<MatmulKernel> kernel, std::span<const void* const> in, void* out,
                       std::unique_ptr<Chain> then)
    : kernel_(std::move(kernel)),
      plan_(kernel_->plan()),
      call_(kernel_->strides()),
      out_(out),
      then_(std::move(then)),
      tiles_(plan_.tiles()),
      columns_(kernel_->columns()),
      element_bytes_(size_of(kernel_->dtype())),
      workspace_bytes_((plan_.workspace_bytes() + 63) / 64 * 64),
      tile_bytes_(0) {
  call_.a = in[0];
  call_.b = in[1];
  call_.bias = in.size() == 3 ? in[2] : nullptr;
  call_.c = out;
  for (int64_t i = 0; i < tiles_; ++i) {
    const kernels::MatmulTile t = plan_.tile(i);
    const int64_t elements = (t.row_end - t.row_begin) * (t.col_end - t.col_begin);
    if (!out_)
      tile_bytes_ = std::max(tile_bytes_, static_cast<size_t>((elements * element_bytes_ + 63) / 64 * 64));
  }
  parallel_ = tiles_ > 1 && kernel_->flops() >= kParallelFlops;
  call_.c_padded = tiles_ == 1 && out_;  // buffers and parameters are padded
  simple_ = tiles_ == 1 && out_ && (!then_ || then_->is_single_chunk());
}

MatmulStep::MatmulStep(std::unique_ptr<MatmulKernel> kernel, std::span<const void* const> in, void* out,
                       const void* minuend, const void* scale)
    : MatmulStep(std::move(kernel), in, out, nullptr) {
  call_.minuend = minuend;
  call_.minuend_row = columns_;
  call_.scale = scale;
}

size_t MatmulStep::scratch_bytes() const {
  return workspace_bytes_ + tile_bytes_ + (then_ ? then_->scratch_bytes() : 0);
}

void MatmulStep::flatten(const Workers& workers, std::vector<Call>& calls) {
  if (!simple_) return Step::flatten(workers, calls);
  call_.workspace = workers.scratch.front().get();
  calls.push_back({.product = &plan_, .operands = &call_});
  if (then_) flatten_chain(*then_, calls);
}

void MatmulStep::run(const Workers& workers) {
  if (simple_) {
    call_.workspace = workers.scratch.front().get();
    plan_.run(call_, 0);
    if (then_) then_->run_all();
    return;
  }
  if (then_) then_->begin();
  for_tiles(workers, tiles_, parallel_, [&](int64_t tile, std::byte* scratch) { run_tile(tile, scratch); });
}

void MatmulStep::run_tile(int64_t index, std::byte* scratch) const {
  const kernels::MatmulTile t = plan_.tile(index);
  const int64_t width = t.col_end - t.col_begin;
  std::byte* const private_tile = scratch + workspace_bytes_;
  kernels::MatmulCall call = call_;
  call.workspace = scratch;
  const int64_t corner = (t.row_begin * columns_ + t.col_begin) * element_bytes_;
  call.c = out_ ? static_cast<std::byte*>(out_) + corner : private_tile;
  if (call.minuend) call.minuend = static_cast<const std::byte*>(call.minuend) + corner;
  call.c_row = out_ ? columns_ : width;
  plan_.run(call, index);
  if (!then_) return;
  std::byte* const chain_scratch = private_tile + tile_bytes_;
  if (width == columns_) {
    then_->run(t.row_begin * columns_, (t.row_end - t.row_begin) * columns_, chain_scratch,
               out_ ? nullptr : private_tile);
    return;
  }
  // The other operands (weights, say) lie a whole row apart, which no processor foresees.
  for (int64_t row = t.row_begin; row < t.row_end; ++row) {
    if (row + kRowsAhead < t.row_end) then_->prefetch((row + kRowsAhead) * columns_ + t.col_begin, width);
    then_->run(row * columns_ + t.col_begin, width, chain_scratch,
               out_ ? nullptr : private_tile + (row - t.row_begin) * width * element_bytes_);
  }
}

void CopyStep::run(const Workers&) { std::memcpy(to_, from_, bytes_); }

}  // namespace kette
