// assign_rows: a table with some rows replaced.
#include <algorithm>
#include <cstring>

#include "kette/ops/ops.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_assign_rows(const OpCall& call) {
  const Shape &table = call.inputs[0], &indices = call.inputs[1], &rows = call.inputs[2];
  if (table.rank() != 2 || table.has_batch())
    fail("[assign_rows] the table must be a matrix of fixed size, found {}", dims_to_string(table));
  require_index(call.op, indices);
  if (rows.dtype() != table.dtype() || dims_of(rows) != with_last(indices, table[1]))
    fail("[assign_rows] table {} and indices {} need rows {}, found {}", to_string(table),
         dims_to_string(indices), to_string(Shape(with_last(indices, table[1]), table.dtype())),
         to_string(rows));
  return table;
}

void assign_rows_reference(const ReferenceCall& call) {
  const int64_t columns = call.out.shape[1];
  call.out.values = call.in[0]->values;
  auto from = call.in[2]->values.begin();
  for (const int64_t index : reference_indices("assign_rows", *call.in[1], call.out.shape[0])) {
    std::copy_n(from, columns, call.out.values.begin() + index * columns);
    from += columns;
  }
}

/// Costs O(rows) where the result takes the place of the table: `out` may be `in[0]`.
class AssignRowsKernel final : public Kernel {
 public:
  explicit AssignRowsKernel(const KernelSpec& spec)
      : count_(spec.output[0]),
        indices_(spec.inputs[1].size()),
        row_bytes_(spec.output[1] * size_of(spec.output.dtype())) {}

  void run(const void* const* in, void* out, int64_t, void*) const override {
    const auto* indices = static_cast<const int64_t*>(in[1]);
    const auto* rows = static_cast<const std::byte*>(in[2]);
    for (int64_t i = 0; i < indices_; ++i) check_index("assign_rows", indices[i], i, count_);
    if (out != in[0]) std::memcpy(out, in[0], static_cast<size_t>(count_ * row_bytes_));
    for (int64_t i = 0; i < indices_; ++i)
      std::memcpy(static_cast<std::byte*>(out) + indices[i] * row_bytes_, rows + i * row_bytes_,
                  static_cast<size_t>(row_bytes_));
  }

 private:
  int64_t count_, indices_, row_bytes_;
};

std::vector<Value> assign_rows_vjp(const LocalCall& c, Value g) {
  const Value indices = c.x[1], rows = c.x[2];
  const Value zeros = filled(rows, 0, dims_of(rows.shape()));
  const Value ones = filled(rows, 1, with_last(indices.shape(), 1));
  // Rows of equal index are equal, so each has the same share.
  return {assign_rows(g, indices, zeros), Value{}, lookup(g, indices) / coalesce(indices, ones)};
}

Value assign_rows_jvp(const LocalCall& c, std::span<const Value> t) {
  if (!t[0] && !t[2]) return {};
  const auto or_zeros = [&](size_t i) { return t[i] ? t[i] : filled(c.x[i], 0, dims_of(c.x[i].shape())); };
  return assign_rows(or_zeros(0), c.x[1], or_zeros(2));
}

std::vector<Example> assign_rows_examples() {
  // One index only where N or the dims would allow equal ones with different rows.
  const std::vector<Domain> domains = {{}, {0, 4}, {}};
  return {{{Shape({5, 3}), Shape({1}, DType::i64), Shape({1, 3})}, {}, domains},
          {{Shape({5, 2}), Shape({}, DType::i64), Shape({2})}, {}, domains}};
}

}  // namespace

const OpDef kAssignRows{
    .name = "assign_rows",
    .formula =
        "y = table with y[index_i] = row_i (the last of equal indices);  ∂L/∂table = g with those rows 0, "
        "∂L/∂row_i = g[index_i] / number of indices equal to index_i",
    .min_inputs = 3,
    .max_inputs = 3,
    .notation = {.plain = {"assign_rows({0}, {1}, {2})"},
                 .latex = {"\\operatorname{assign\\_rows}\\left({0}, {1}, {2}\\right)"}},
    .infer = infer_assign_rows,
    .reference = assign_rows_reference,
    .prepare = [](const KernelSpec& spec) -> std::unique_ptr<Kernel> {
      return std::make_unique<AssignRowsKernel>(spec);
    },
    .vjp = assign_rows_vjp,
    .jvp = assign_rows_jvp,
    .examples = assign_rows_examples,
    .max_ulp = 0,
};

Value assign_rows(Value table, Value indices, Value rows) {
  return table.graph->apply(kAssignRows, {table, indices, rows});
}

}  // namespace kette
