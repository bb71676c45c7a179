// lookup: rows of a table (an embedding).
#include <cstring>

#include "kette/ops/c_forms.h"
#include "kette/ops/ops.h"
#include "kette/ops/row_tiles.h"
#include "kette/ops/shape_rules.h"

namespace kette {
namespace {

Shape infer_lookup(const OpCall& call) {
  const Shape &table = call.inputs[0], &indices = call.inputs[1];
  if (table.rank() != 2 || table.has_batch())
    fail("[lookup] the table must be a matrix of fixed size, found {}", dims_to_string(table));
  require_index(call.op, indices);
  return Shape(with_last(indices, table[1]), table.dtype());
}

void lookup_reference(const ReferenceCall& call) {
  const Reference& table = *call.in[0];
  const int64_t columns = table.shape[1];
  auto to = call.out.values.begin();
  for (const int64_t index : reference_indices("lookup", *call.in[1], table.shape[0]))
    to = std::copy_n(table.values.begin() + index * columns, columns, to);
}

class LookupKernel final : public Kernel {
 public:
  explicit LookupKernel(const KernelSpec& spec)
      : rows_(spec.inputs[0][0]),
        row_bytes_(spec.inputs[0][1] * size_of(spec.output.dtype())),
        tiles_(spec.inputs[1].size(), row_bytes_) {}

  int64_t tiles() const override { return tiles_.count(); }

  void run(const void* const* in, void* out, int64_t tile, void*) const override {
    const auto* table = static_cast<const std::byte*>(in[0]);
    const auto* indices = static_cast<const int64_t*>(in[1]);
    for (int64_t i = tiles_.begin(tile); i < tiles_.end(tile); ++i) {
      check_index("lookup", indices[i], i, rows_);
      std::memcpy(static_cast<std::byte*>(out) + i * row_bytes_, table + indices[i] * row_bytes_,
                  static_cast<size_t>(row_bytes_));
    }
  }

 private:
  int64_t rows_, row_bytes_;
  RowTiles tiles_;
};

std::vector<Example> lookup_examples() {
  const std::vector<Domain> domains = {{}, {0, 4}};
  return {{{Shape({5, 3}), Shape({kBatch}, DType::i64)}, {}, domains},
          {{Shape({5, 3}), Shape({kBatch, 4}, DType::i64)}, {}, domains},
          {{Shape({5, 2}), Shape({}, DType::i64)}, {}, domains}};
}

/// An index outside the table, an Error elsewhere, becomes the nearest one.
std::string write_lookup(const CCall& call) {
  const Shape& table = call.input_shapes[0];
  return with_numbers(repeated(call.input_shapes[1].size(), R"(
  const int64_t row = {1}[{i}] < 0 ? 0 : {1}[{i}] < {rows} ? {1}[{i}] : {rows} - 1;
  memcpy({y} + {i} * {columns}, {0} + row * {columns}, {columns} * sizeof({T}));)"),
                      {{"rows", table[0]}, {"columns", table[1]}});
}

}  // namespace

const OpDef kLookup{
    .name = "lookup",
    .formula = "y_i = table[index_i];  ∂L/∂table = scatter_add of the rows of g",
    .min_inputs = 2,
    .max_inputs = 2,
    .notation = {.plain = {"{0!}[{1}]"}, .latex = {"{0!}_{{1}}"}},
    .infer = infer_lookup,
    .reference = lookup_reference,
    .prepare = [](const KernelSpec& spec) -> std::unique_ptr<Kernel> {
      return std::make_unique<LookupKernel>(spec);
    },
    .vjp =
        [](const LocalCall& c, Value g) {
          return std::vector{scatter_add(c.x[1], g, c.x[0].shape()[0]), Value{}};
        },
    .jvp = [](const LocalCall& c, std::span<const Value> t) { return t[0] ? lookup(t[0], c.x[1]) : Value{}; },
    .examples = lookup_examples,
    .moves = true,
    .max_ulp = 0,
    .c = {.write = write_lookup},
    .onnx = {.type = "Gather"},
};

Value lookup(Value table, Value indices) { return table.graph->apply(kLookup, {table, indices}); }

}  // namespace kette
