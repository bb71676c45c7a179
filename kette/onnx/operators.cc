#include "kette/onnx/operators.h"

#include <algorithm>
#include <climits>
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

std::string key_of(std::string_view domain, std::string_view type) {
  return fmt::format("{} {}", domain == "ai.onnx" ? "" : domain, type);
}

std::unordered_map<std::string, Reader> all_readers() {
  std::unordered_map<std::string, Reader> readers;
  for (const auto operators :
       {elementwise_operators(), logic_operators(), activation_operators(), matrix_operators(),
        normalization_operators(), loss_operators(), reduction_operators(), shape_operators(),
        index_operators(), constant_operators(), tabular_operators(), training_operators()})
    for (const Operator& entry : operators)
      readers.emplace(key_of(entry.domain, entry.type), Reader{.table = &entry});
  for (const OpDef* op : catalogue())
    if (!op->onnx.type.empty() && !op->onnx.write)
      readers.emplace(key_of("", op->onnx.type), Reader{.op = op});
  return readers;
}

const std::unordered_map<std::string, Reader>& readers() {
  static const auto all = all_readers();
  return all;
}

const Reader* find_reader(std::string_view domain, std::string_view type) {
  const auto found = readers().find(key_of(domain, type));
  return found == readers().end() ? nullptr : &found->second;
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
  const Numbers operands = call.numbers();
  return operands.result(call.graph().apply(op, operands.values, attributes));
}

std::string counts(int least, int most) {
  if (most == INT_MAX) return fmt::format("{} or more", least);
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

/// Of nodes with operands that are [k] in the file but [N, k] here.
void mark_rows(const Reader& reader, const NodeCall& call, std::vector<Operand>& results) {
  bool has_rows = false;
  for (size_t i = 0; i < call.count(); ++i) has_rows |= call.has(i) && call.operand(i).is_row;
  if (!has_rows || results.front().is_row) return;
  if (!(reader.op ? reader.op->is_elementwise() : reader.table->is_elementwise))
    fail("not supported in a model without a dim for rows");
  for (size_t i = 0; i < call.count(); ++i)
    if (call.has(i) && !call.operand(i).is_row && call.operand(i).value &&
        call.operand(i).value.shape().rank() > 1)
      fail("an operand of {} in a model without a dim for rows is not supported",
           dims_to_string(call.operand(i).value.shape()));
  for (Operand& result : results) result.is_row = true;
}

}  // namespace

std::vector<std::string> supported_operators() {
  std::vector<std::string> names;
  for (const auto& [key, reader] : readers()) {
    const size_t blank = key.find(' ');
    names.push_back(blank == 0 ? key.substr(1) : key.substr(0, blank) + "." + key.substr(blank + 1));
  }
  std::ranges::sort(names);
  return names;
}

bool is_supported(std::string_view domain, std::string_view type) {
  return find_reader(domain, type) != nullptr;
}

std::vector<Operand> read_node(std::string_view domain, std::string_view type, NodeCall& call) {
  const Reader& reader = *find_reader(domain, type);
  // What a reader of files before operator set 7 had to be told; now it is the rule.
  call.ignore("consumed_inputs");
  std::vector<Operand> results;
  if (reader.op) {
    results.push_back(read_form(*reader.op, call));
  } else {
    const auto count = static_cast<int>(call.count());
    if (count < reader.table->min_inputs || count > reader.table->max_inputs)
      fail("{} operands; expected {}", count, counts(reader.table->min_inputs, reader.table->max_inputs));
    if (reader.table->build)
      results.push_back(reader.table->build(call));
    else
      results = reader.table->build_all(call);
  }
  mark_rows(reader, call, results);
  call.expect_all_read();
  return results;
}

}  // namespace kette
