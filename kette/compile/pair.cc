#include "kette/compile/pair.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "kette/kernels/map_pairs.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using kernels::PairInner;
using kernels::PairOuter;

std::optional<PairInner> inner_of(const OpDef* op) {
  if (op == &kAdd) return PairInner::add;
  if (op == &kSub) return PairInner::sub;
  if (op == &kMul) return PairInner::mul;
  return std::nullopt;
}

std::optional<PairOuter> outer_of(const OpDef* op, bool inner_first) {
  if (op == &kAdd) return PairOuter::add;
  if (op == &kSub) return inner_first ? PairOuter::sub : PairOuter::reverse_sub;
  if (op == &kMul) return PairOuter::mul;
  return std::nullopt;
}

std::vector<int> count_reads(const std::vector<ChainInstruction>& instructions, int operands) {
  std::vector<int> reads(static_cast<size_t>(operands) + instructions.size(), 0);
  for (const ChainInstruction& instruction : instructions)
    for (int k = 0; k < instruction.operands; ++k)
      ++reads[static_cast<size_t>(instruction.in[static_cast<size_t>(k)])];
  return reads;
}

/// Reading later is safe as long as nothing is written meanwhile: an output may lie over an operand.
bool writes_between(const std::vector<ChainInstruction>& instructions, size_t first, size_t last) {
  for (size_t i = first + 1; i < last; ++i)
    if (instructions[i].out) return true;
  return false;
}

/// Joins instructions, and leaves out those that went into others.
class Joiner {
 public:
  Joiner(const std::vector<ChainInstruction>& instructions, const std::vector<const OpDef*>& ops,
         const std::vector<ChainOperand>& operands, DType dtype)
      : instructions_(instructions),
        ops_(ops),
        operands_(operands),
        dtype_(dtype),
        reads_(count_reads(instructions, static_cast<int>(operands.size()))),
        merged_(instructions),
        gone_(instructions.size(), false),
        joined_(instructions.size(), false) {}

  void join_products() {
    for (size_t j = 0; j < ops_.size(); ++j)
      if (ops_[j] == &kAdd || ops_[j] == &kSub) join_products(j);
  }

  void join_normalised() {
    for (size_t j = 0; j < ops_.size(); ++j)
      if (ops_[j] == &kDiv) join_normalised(j);
  }

  void join_pairs() {
    for (size_t j = 0; j < ops_.size(); ++j)
      for (size_t k = 0; k < 2 && !joined_[j] && !gone_[j]; ++k) join_pair(j, k);
  }

  std::vector<ChainInstruction> result() const {
    std::vector<ChainInstruction> result;
    std::vector<int> moved_to(ops_.size(), -1);
    for (size_t i = 0; i < ops_.size(); ++i) {
      if (gone_[i]) continue;
      moved_to[i] = first_register() + static_cast<int>(result.size());
      result.push_back(merged_[i]);
      for (int& in : result.back().in)
        if (in >= first_register()) in = moved_to[static_cast<size_t>(in - first_register())];
    }
    return result;
  }

 private:
  /// a·u, or a²·u, for a number u.
  struct Product {
    int array = 0, number = 0;
    bool square = false;
    std::vector<size_t> instructions = {};
  };

  int first_register() const { return static_cast<int>(operands_.size()); }
  bool is_number(int reg) const {
    return reg < first_register() && operands_[static_cast<size_t>(reg)].shape.size() == 1 &&
           !operands_[static_cast<size_t>(reg)].is_tile;
  }
  /// The instruction whose result is read here and nowhere else, if it may join another.
  std::optional<size_t> source(int reg) const {
    if (reg < first_register() || reads_[static_cast<size_t>(reg)] != 1) return std::nullopt;
    const auto i = static_cast<size_t>(reg - first_register());
    if (joined_[i] || gone_[i] || instructions_[i].out != nullptr) return std::nullopt;
    return i;
  }
  std::optional<Product> product(int reg) const {
    const std::optional<size_t> i = source(reg);
    if (!i || ops_[*i] != &kMul) return std::nullopt;
    const int a = instructions_[*i].in[0], b = instructions_[*i].in[1];
    if (is_number(a) == is_number(b)) return std::nullopt;
    return Product{.array = is_number(a) ? b : a, .number = is_number(a) ? a : b, .instructions = {*i}};
  }
  /// The same, with the square that the product is of.
  Product with_square(Product p) const {
    const std::optional<size_t> i = source(p.array);
    if (!i || ops_[*i] != &kSquare) return p;
    p.array = instructions_[*i].in[0];
    p.square = true;
    p.instructions.push_back(*i);
    return p;
  }
  bool may_join(const std::vector<size_t>& joining, size_t j) const {
    return std::ranges::none_of(joining, [&](size_t i) { return writes_between(instructions_, i, j); });
  }
  void join(std::initializer_list<int> in, unsigned uniform, MapLoop loop, const std::vector<size_t>& joining,
            size_t j) {
    std::ranges::copy(in, merged_[j].in.begin());
    merged_[j].operands = static_cast<int>(in.size());
    merged_[j].uniform = static_cast<uint8_t>(uniform);
    merged_[j].loop = loop;
    joined_[j] = true;
    for (const size_t i : joining) gone_[i] = true;
  }

  void join_products(size_t j) {
    std::optional<Product> first = product(instructions_[j].in[0]), second = product(instructions_[j].in[1]);
    if (!first || !second) return;
    if (Product squared = with_square(*second); squared.square) {
      second = squared;
    } else if (squared = with_square(*first); squared.square && ops_[j] == &kAdd) {
      first = second;
      second = squared;
    }
    std::vector<size_t> joining = first->instructions;
    joining.insert(joining.end(), second->instructions.begin(), second->instructions.end());
    if (may_join(joining, j))
      join({first->array, first->number, second->array, second->number}, 0b1010,
           kernels::linear_loop(dtype_, second->square, ops_[j] == &kSub), joining, j);
  }

  void join_normalised(size_t j) {
    const std::optional<size_t> sum = source(instructions_[j].in[1]);
    if (!sum || ops_[*sum] != &kAdd) return;
    const size_t k = is_number(instructions_[*sum].in[1]) ? 1 : 0;
    const int number = instructions_[*sum].in[k];
    const std::optional<size_t> root = source(instructions_[*sum].in[1 - k]);
    if (!is_number(number) || !root || ops_[*root] != &kSqrt || !may_join({*sum, *root}, j)) return;
    join({instructions_[j].in[0], instructions_[*root].in[0], number}, 0b100,
         kernels::normalised_loop(dtype_), {*sum, *root}, j);
  }

  /// With the instruction that gives operand k.
  void join_pair(size_t j, size_t k) {
    const auto outer = instructions_[j].operands == 2 ? outer_of(ops_[j], k == 0) : std::nullopt;
    const std::optional<size_t> i = outer ? source(instructions_[j].in[k]) : std::nullopt;
    const auto inner = i ? inner_of(ops_[*i]) : std::nullopt;
    if (!inner || !may_join({*i}, j)) return;
    int a = instructions_[*i].in[0], b = instructions_[*i].in[1];
    if (*inner != PairInner::sub && is_number(a)) std::swap(a, b);
    join({a, b, instructions_[j].in[1 - k]}, is_number(b) ? 0b10 : 0,
         kernels::pair_loop(dtype_, *inner, *outer, is_number(b)), {*i}, j);
  }

  const std::vector<ChainInstruction>& instructions_;
  const std::vector<const OpDef*>& ops_;
  const std::vector<ChainOperand>& operands_;
  DType dtype_;
  std::vector<int> reads_;
  std::vector<ChainInstruction> merged_;
  std::vector<bool> gone_, joined_;
};

}  // namespace

std::vector<ChainInstruction> pair_up(const std::vector<ChainInstruction>& instructions,
                                      const std::vector<const OpDef*>& ops,
                                      const std::vector<ChainOperand>& operands, DType dtype) {
  Joiner joiner(instructions, ops, operands, dtype);
  joiner.join_products();
  joiner.join_normalised();
  joiner.join_pairs();
  return joiner.result();
}

}  // namespace kette
