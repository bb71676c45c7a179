// coalesce: every row replaced by the sum of all rows with its index. With it the sparse gradient of a table
// can be put through a rule that is not linear: all rows of one index hold the whole gradient of that index.
#include <algorithm>
#include <bit>
#include <unordered_map>

#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_coalesce(const OpCall& call) {
  const Shape &indices = call.inputs[0], &rows = call.inputs[1];
  require_index(call.op, indices);
  require_float(call.op, rows);
  if (rows.rank() != indices.rank() + 1 ||
      !std::ranges::equal(indices.dims(), rows.dims().first(rows.dims().size() - 1)))
    fail("[coalesce] rows {} must have the dims of indices {} and one more", dims_to_string(rows),
         dims_to_string(indices));
  if (rows[rows.rank() - 1] == kBatch)
    fail("[coalesce] a row of {} has no fixed length", dims_to_string(rows));
  return rows;
}

void coalesce_reference(const ReferenceCall& call) {
  const Reference &indices = *call.in[0], &rows = *call.in[1];
  const auto columns = static_cast<size_t>(rows.shape[rows.shape.rank() - 1]);
  for (size_t j = 0; j < columns; ++j) {
    std::unordered_map<double, double> sums;
    for (size_t i = 0; i < indices.values.size(); ++i)
      sums[indices.values[i]] += rows.values[i * columns + j];
    for (size_t i = 0; i < indices.values.size(); ++i)
      call.out.values[i * columns + j] = sums[indices.values[i]];
  }
}

/// Sums in the order of the rows, found by hashing with open addressing: O(rows) time and memory, whatever
/// the indices. The first row of an index collects the sum; the others copy it. Tiles own columns.
template <class T>
class CoalesceKernel final : public Kernel {
 public:
  explicit CoalesceKernel(const KernelSpec& spec)
      : rows_(spec.inputs[0].size()),
        columns_(spec.output[spec.output.rank() - 1]),
        slots_(std::bit_ceil(static_cast<uint64_t>(2 * rows_ + 1))) {}

  /// slot → row that holds the index of the slot, −1 if free; row → first row of its index.
  size_t workspace_bytes() const override { return (slots_ + static_cast<size_t>(rows_)) * sizeof(int64_t); }
  int64_t tiles() const override { return (columns_ + kColumnsPerTile - 1) / kColumnsPerTile; }

  void run(const void* const* in, void* out, int64_t tile, void* workspace) const override {
    const auto* indices = static_cast<const int64_t*>(in[0]);
    const int64_t begin = tile * kColumnsPerTile, width = std::min(columns_, begin + kColumnsPerTile) - begin;
    const T* from = static_cast<const T*>(in[1]) + begin;
    T* to = static_cast<T*>(out) + begin;
    auto* slots = static_cast<int64_t*>(workspace);
    int64_t* first = slots + slots_;
    std::fill_n(slots, slots_, int64_t{-1});
    for (int64_t i = 0; i < rows_; ++i) {
      first[i] = first_row(indices, i, slots);
      const T* row = from + i * columns_;
      T* sum = to + first[i] * columns_;
      if (first[i] == i)
        std::copy_n(row, width, sum);
      else
        for (int64_t j = 0; j < width; ++j) sum[j] += row[j];
    }
    for (int64_t i = 0; i < rows_; ++i)
      if (first[i] != i) std::copy_n(to + first[i] * columns_, width, to + i * columns_);
  }

 private:
  static constexpr int64_t kColumnsPerTile = 256;

  int64_t first_row(const int64_t* indices, int64_t i, int64_t* slots) const {
    const int shift = 64 - std::countr_zero(slots_);  // slots_ ≥ 2 unless there are no rows
    uint64_t slot = (static_cast<uint64_t>(indices[i]) * 0x9E3779B97F4A7C15u) >> shift;
    while (slots[slot] >= 0 && indices[slots[slot]] != indices[i]) slot = (slot + 1) & (slots_ - 1);
    if (slots[slot] < 0) slots[slot] = i;
    return slots[slot];
  }

  int64_t rows_, columns_;
  uint64_t slots_;
};

std::unique_ptr<Kernel> prepare_coalesce(const KernelSpec& spec) {
  if (spec.output.dtype() == DType::f32) return std::make_unique<CoalesceKernel<float>>(spec);
  return std::make_unique<CoalesceKernel<double>>(spec);
}

std::vector<Example> coalesce_examples() {
  const std::vector<Domain> domains = {{0, 4}, {}};
  return {{{Shape({kBatch}, DType::i64), Shape({kBatch, 3})}, {}, domains},
          {{Shape({4, 2}, DType::i64), Shape({4, 2, 3})}, {}, domains},
          {{Shape({}, DType::i64), Shape({2})}, {}, domains}};
}

}  // namespace

const OpDef kCoalesce{
    .name = "coalesce",
    .formula = "y_i = Σ_j row_j over all j with index_j = index_i;  ∂L/∂rows = coalesce(indices, g)",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"coalesce({0}, {1})"},
                 .latex = {"\\operatorname{coalesce}\\left({0}, {1}\\right)"}},
    .infer = infer_coalesce,
    .reference = coalesce_reference,
    .prepare = prepare_coalesce,
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{Value{}, coalesce(c.x[0], g)};
        },
    .jvp = [](const LocalCall& c,
              std::span<const Value> t) { return t[1] ? coalesce(c.x[0], t[1]) : Value{}; },
    .examples = coalesce_examples,
    .max_ulp = 8,
};

Value coalesce(Value indices, Value rows) { return rows.graph->apply(kCoalesce, {indices, rows}); }

}  // namespace kette
