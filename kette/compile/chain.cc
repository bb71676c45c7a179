#include "kette/compile/chain.h"

#include <algorithm>
#include <cstring>

namespace kette {
namespace {

constexpr int64_t kChunkBytes = 4096;  // of one register: a handful of them fill half of an L1 cache

template <class T>
void expand_row(const T* from, T* to, int64_t first, int64_t count, int64_t columns) {
  for (int64_t i = 0, column = first % columns; i < count; column = 0) {
    const int64_t run = std::min(columns - column, count - i);
    std::copy_n(from + column, run, to + i);
    i += run;
  }
}

template <class T>
void expand_column(const T* from, T* to, int64_t first, int64_t count, int64_t columns) {
  for (int64_t i = 0, row = first / columns, column = first % columns; i < count; ++row, column = 0) {
    const int64_t run = std::min(columns - column, count - i);
    std::fill_n(to + i, run, from[row]);
    i += run;
  }
}

template <class T>
void expand_general(const T* from, T* to, int64_t first, int64_t count, const Shape& shape,
                    const Shape& space) {
  // Along the last axis elements lie one behind the other, or are one and the same.
  const int last = space.rank() - 1;
  const bool is_spread = shape.rank() == 0 || shape[shape.rank() - 1] == 1;
  for (int64_t i = 0; i < count;) {
    int64_t rest = first + i, at = 0, stride = 1;
    const int64_t run = std::min(space[last] - rest % space[last], count - i);
    for (int axis = last, own = shape.rank() - 1; own >= 0; --axis, --own) {
      const int64_t position = rest % space[axis];
      rest /= space[axis];
      if (shape[own] != 1) at += position * stride;
      stride *= shape[own];
    }
    if (is_spread)
      std::fill_n(to + i, run, from[at]);
    else
      std::copy_n(from + at, run, to + i);
    i += run;
  }
}

}  // namespace

Chain::Chain(const Shape& space, std::vector<ChainOperand> operands,
             std::vector<ChainInstruction> instructions)
    : space_(space),
      size_(space.size()),
      element_bytes_(size_of(space.dtype())),
      operands_(std::move(operands)),
      instructions_(std::move(instructions)) {
  choose_columns();
  bool has_tile = false;
  for (const ChainOperand& operand : operands_) {
    layouts_.push_back(layout_of(operand));
    has_tile |= operand.is_tile;
  }
  const int64_t most = kChunkBytes / element_bytes_;
  chunk_ = columns_ <= most ? most / columns_ * columns_ : most;
  single_ = size_ <= chunk_ && !has_tile;
  // Whole vectors only: a masked store is slow to read back, and the next loop of the chain reads it at once.
  const int64_t lanes = static_cast<int64_t>(kAlignment) / element_bytes_;
  padded_size_ = (size_ + lanes - 1) / lanes * lanes;
  assign_slots();

  shared_offset_.assign(operands_.size(), -1);
  int64_t bytes = 0;
  const int64_t register_bytes = (std::min(chunk_, size_) * element_bytes_ + 63) / 64 * 64;
  for (int i = 0; i < static_cast<int>(operands_.size()); ++i)
    if (is_shared(i)) {
      shared_offset_[static_cast<size_t>(i)] = bytes;
      bytes += register_bytes;
    }
  shared_ = allocate_aligned(static_cast<size_t>(bytes));
  for (int i = 0; i < static_cast<int>(operands_.size()); ++i) {
    if (!is_shared(i)) continue;
    if (operands_[static_cast<size_t>(i)].is_static)
      expand(i, 0, std::min(chunk_, size_), shared(i));
    else
      refreshed_.push_back(i);
  }
  if (single_) bind_single_chunk();
}

/// The period of rows: the trailing dims that some operand covers without the leading ones.
void Chain::choose_columns() {
  for (const ChainOperand& operand : operands_) {
    const Shape& s = operand.shape;
    if (s.size() == size_ || s.size() == 1) continue;
    for (int split = 1; split < space_.rank(); ++split) {
      const int64_t columns = space_.product(split, space_.rank());
      const bool is_row = s.size() == columns && s.rank() >= space_.rank() - split &&
                          s.product(s.rank() - (space_.rank() - split), s.rank()) == columns;
      const bool is_column = s.rank() == space_.rank() && s.product(0, split) == s.size() &&
                             s.size() == space_.product(0, split);
      if (is_row || is_column) {
        columns_ = columns;
        return;
      }
    }
  }
}

Chain::Layout Chain::layout_of(const ChainOperand& operand) const {
  if (operand.is_tile) return Layout::tile;
  const Shape& s = operand.shape;
  if (s.size() == 1 && size_ > 1) return Layout::uniform;
  if (s.size() == size_) return Layout::dense;
  int64_t trailing = 1;
  bool is_tail = true;  // of the space: in a square space a column has as many elements as a row
  for (int axis = s.rank() - 1, at = space_.rank() - 1; axis >= 0 && trailing < columns_; --axis, --at) {
    is_tail = is_tail && s[axis] == space_[at];
    trailing *= s[axis];
  }
  if (is_tail && trailing == columns_ && s.size() == columns_) return Layout::row;
  if (s.rank() == space_.rank() && s.size() * columns_ == size_) {
    int64_t leading = 1;
    bool same = true;
    for (int i = 0; i < s.rank() && leading < s.size(); ++i) {
      same = same && s[i] == space_[i];
      leading *= s[i];
    }
    if (same && leading == s.size()) return Layout::column;
  }
  return Layout::general;
}

/// Expanded once for all chunks: every chunk begins at the start of a row, or lies inside one.
bool Chain::is_shared(int operand) const {
  const Layout layout = layouts_[static_cast<size_t>(operand)];
  if (!is_read_as_array(operand)) return false;
  if (layout == Layout::uniform) return true;
  if (single_ && layout == Layout::dense)
    return !operands_[static_cast<size_t>(operand)].is_padded && padded_size_ != size_;
  if (single_) return layout == Layout::row || layout == Layout::column || layout == Layout::general;
  return false;
}

bool Chain::is_read_as_array(int operand) const {
  for (const ChainInstruction& instruction : instructions_)
    for (int k = 0; k < instruction.operands; ++k)
      if (instruction.in[static_cast<size_t>(k)] == operand && !instruction.is_uniform(k)) return true;
  return false;
}

/// Scratch slots are shared by registers that are not alive at the same time.
void Chain::assign_slots() {
  const int operand_count = static_cast<int>(operands_.size());
  const int registers = operand_count + static_cast<int>(instructions_.size());
  std::vector<int> last_read(static_cast<size_t>(registers), -1);
  for (int i = 0; i < static_cast<int>(instructions_.size()); ++i)
    for (int k = 0; k < instructions_[static_cast<size_t>(i)].operands; ++k)
      last_read[static_cast<size_t>(instructions_[static_cast<size_t>(i)].in[static_cast<size_t>(k)])] = i;

  slots_.assign(static_cast<size_t>(registers), -1);
  std::vector<int> free_slots;
  int count = 0;
  const auto take = [&] {
    if (free_slots.empty()) return count++;
    const int slot = free_slots.back();
    free_slots.pop_back();
    return slot;
  };
  for (int i = 0; i < operand_count; ++i) {
    const Layout layout = layouts_[static_cast<size_t>(i)];
    if (!single_ && (layout == Layout::row || layout == Layout::column || layout == Layout::general))
      slots_[static_cast<size_t>(i)] = take();
  }
  for (int i = 0; i < static_cast<int>(instructions_.size()); ++i) {
    const ChainInstruction& instruction = instructions_[static_cast<size_t>(i)];
    for (int k = 0; k < instruction.operands; ++k) {
      const int in = instruction.in[static_cast<size_t>(k)];
      int& slot = slots_[static_cast<size_t>(in)];
      if (slot >= 0 && in >= operand_count && last_read[static_cast<size_t>(in)] == i) {
        if (std::ranges::find(free_slots, slot) == free_slots.end()) free_slots.push_back(slot);
      }
    }
    if (!instruction.out) slots_[operands_.size() + static_cast<size_t>(i)] = take();
  }
  slot_bytes_ = static_cast<size_t>((std::min(chunk_, size_) * element_bytes_ + 63) / 64 * 64);
  table_bytes_ = (static_cast<size_t>(registers) * sizeof(void*) + 63) / 64 * 64;
  scratch_bytes_ = table_bytes_ + static_cast<size_t>(count) * slot_bytes_;
}

void Chain::bind_single_chunk() {
  own_scratch_ = allocate_aligned(scratch_bytes_);
  const int operand_count = static_cast<int>(operands_.size());
  std::vector<const void*> at(operands_.size() + instructions_.size());
  for (int i = 0; i < operand_count; ++i)
    at[static_cast<size_t>(i)] = is_shared(i) ? shared(i) : operands_[static_cast<size_t>(i)].data;
  for (size_t i = 0; i < instructions_.size(); ++i) {
    const ChainInstruction& instruction = instructions_[i];
    const size_t reg = operands_.size() + i;
    void* out = instruction.out;
    if (!out) out = own_scratch_.get() + table_bytes_ + static_cast<size_t>(slots_[reg]) * slot_bytes_;
    at[reg] = out;
    Bound bound{instruction.loop, {}, out, padded_size_, instruction.parameters.data()};
    for (int k = 0; k < instruction.operands; ++k) {
      const auto in = static_cast<size_t>(instruction.in[static_cast<size_t>(k)]);
      bound.in[k] = instruction.is_uniform(k) ? operands_[in].data : at[in];
    }
    bound_.push_back(bound);
  }
  sites_.resize(operands_.size());
  for (size_t i = 0; i < instructions_.size(); ++i)
    for (int k = 0; k < instructions_[i].operands; ++k) {
      const int in = instructions_[i].in[static_cast<size_t>(k)];
      const bool in_place = instructions_[i].is_uniform(k);
      if (in < operand_count && (in_place || !is_shared(in)))
        sites_[static_cast<size_t>(in)].push_back(&bound_[i].in[k]);
    }
}

void Chain::set_operand(int operand, const void* data) {
  operands_[static_cast<size_t>(operand)].data = data;
  if (single_)
    for (const void** site : sites_[static_cast<size_t>(operand)]) *site = data;
}

void Chain::expand(int operand, int64_t first, int64_t count, std::byte* to) const {
  const ChainOperand& from = operands_[static_cast<size_t>(operand)];
  const Layout layout = layouts_[static_cast<size_t>(operand)];
  const auto typed = [&]<class T>(T*) {
    const T* source = static_cast<const T*>(from.data);
    T* target = reinterpret_cast<T*>(to);
    switch (layout) {
      case Layout::uniform:
        std::fill_n(target, count, source[0]);
        break;
      case Layout::dense:
        std::copy_n(source + first, count, target);
        break;
      case Layout::row:
        expand_row(source, target, first, count, columns_);
        break;
      case Layout::column:
        expand_column(source, target, first, count, columns_);
        break;
      default:
        expand_general(source, target, first, count, from.shape, space_);
    }
  };
  if (element_bytes_ == 4)
    typed(static_cast<float*>(nullptr));
  else
    typed(static_cast<double*>(nullptr));
}

void Chain::begin() {
  for (int operand : refreshed_) expand(operand, 0, std::min(chunk_, size_), shared(operand));
}

void Chain::run_all() {
  begin();
  for (const Bound& step : bound_) step.loop(step.in, step.out, step.n, step.parameters);
}

const void* Chain::place(int operand, int64_t first, int64_t count, std::byte* scratch,
                         const void* tile) const {
  const ChainOperand& from = operands_[static_cast<size_t>(operand)];
  const auto* data = static_cast<const std::byte*>(from.data);
  switch (layouts_[static_cast<size_t>(operand)]) {
    case Layout::dense:
      return data + first * element_bytes_;
    case Layout::tile:
      return tile;
    case Layout::uniform:
      return shared_offset_[static_cast<size_t>(operand)] >= 0 ? shared(operand) : data;
    case Layout::row:
      if (first % columns_ + count <= columns_) return data + first % columns_ * element_bytes_;
      break;
    default:
      break;
  }
  std::byte* slot =
      scratch + table_bytes_ + static_cast<size_t>(slots_[static_cast<size_t>(operand)]) * slot_bytes_;
  expand(operand, first, count, slot);
  return slot;
}

void Chain::run_chunk(int64_t first, int64_t count, std::byte* scratch, const void* tile) const {
  auto* at = reinterpret_cast<const void**>(scratch);
  const size_t operand_count = operands_.size();
  for (size_t i = 0; i < operand_count; ++i) at[i] = place(static_cast<int>(i), first, count, scratch, tile);
  for (size_t i = 0; i < instructions_.size(); ++i) {
    const ChainInstruction& instruction = instructions_[i];
    const size_t reg = operand_count + i;
    std::byte* out = instruction.out
                         ? static_cast<std::byte*>(instruction.out) + first * element_bytes_
                         : scratch + table_bytes_ + static_cast<size_t>(slots_[reg]) * slot_bytes_;
    const void* in[kMostChainOperands];
    for (int k = 0; k < instruction.operands; ++k) {
      const auto from = static_cast<size_t>(instruction.in[static_cast<size_t>(k)]);
      in[k] = instruction.is_uniform(k) ? operands_[from].data : at[from];
    }
    instruction.loop(in, out, count, instruction.parameters.data());
    at[reg] = out;
  }
}

void Chain::prefetch(int64_t first, int64_t count) const {
  for (size_t i = 0; i < operands_.size(); ++i) {
    if (layouts_[i] != Layout::dense) continue;
    const auto* from = static_cast<const char*>(operands_[i].data) + first * element_bytes_;
    for (int64_t byte = 0; byte < count * element_bytes_; byte += static_cast<int64_t>(kAlignment))
      __builtin_prefetch(from + byte);
  }
}

void Chain::run(int64_t first, int64_t count, std::byte* scratch, const void* tile) const {
  const auto* tile_bytes = static_cast<const std::byte*>(tile);
  for (int64_t done = 0; done < count; done += chunk_)
    run_chunk(first + done, std::min(chunk_, count - done), scratch,
              tile ? tile_bytes + done * element_bytes_ : nullptr);
}

}  // namespace kette
