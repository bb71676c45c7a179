#include "kette/onnx/operators.h"

#include <unordered_map>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

/// Either an operator of the tables or an operation of the catalogue.
struct Reader {
  const Operator* table = nullptr;
  const OpDef* op = nullptr;
};

std::unordered_map<std::string_view, Reader> all_readers() {
  std::unordered_map<std::string_view, Reader> readers;
  for (const auto operators : {elementwise_operators(), matrix_operators(), reduction_operators(),
                               shape_operators(), index_operators()})
    for (const Operator& entry : operators) readers.emplace(entry.type, Reader{.table = &entry});
  for (const OpDef* op : catalogue())
    if (!op->onnx.type.empty() && !op->onnx.write) readers.emplace(op->onnx.type, Reader{.op = op});
  return readers;
}

const Reader* find_reader(std::string_view type) {
  static const auto readers = all_readers();
  const auto found = readers.find(type);
  return found == readers.end() ? nullptr : &found->second;
}

/// The inverse of the form in the operation's definition.
Operand read_form(const OpDef& op, NodeCall& call) {
  Attributes attributes;
  for (const auto& [ours, theirs] : op.onnx.renamed) {
    const Attribute& initial = op.attribute(ours)->initial;
    if (const auto* whole = std::get_if<int64_t>(&initial))
      attributes.set(ours, call.integer(theirs, *whole));
    else if (const auto* real = std::get_if<double>(&initial))
      attributes.set(ours, call.real(theirs, *real));
    else if (const auto* list = std::get_if<std::vector<int64_t>>(&initial))
      attributes.set(ours, call.integers(theirs, *list));
  }
  return Operand::of(call.graph().apply(op, call.values(), attributes));
}

}  // namespace

bool is_supported(std::string_view type) { return find_reader(type) != nullptr; }

Operand read_node(std::string_view type, NodeCall& call) {
  const Reader& reader = *find_reader(type);
  if (reader.op) {
    Operand result = read_form(*reader.op, call);
    call.expect_all_read();
    return result;
  }
  const auto count = static_cast<int>(call.count());
  if (count < reader.table->min_inputs || count > reader.table->max_inputs)
    fail("{} operands; expected {} to {}", count, reader.table->min_inputs, reader.table->max_inputs);
  Operand result = reader.table->build(call);
  call.expect_all_read();
  return result;
}

}  // namespace kette
