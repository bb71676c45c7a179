// kette ops: what a graph can be made of.
#include <CLI/CLI.hpp>
#include <memory>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/text.h"
#include "kette/data/table.h"
#include "kette/graph/literal.h"
#include "kette/ops/ops.h"

namespace kette::cli {
namespace {

std::string operands(const OpDef& op) {
  if (op.min_inputs == op.max_inputs) return std::to_string(op.min_inputs);
  return op.max_inputs > 100 ? fmt::format("{}+", op.min_inputs)
                             : fmt::format("{}-{}", op.min_inputs, op.max_inputs);
}

void print_operation(const OpDef& op) {
  fmt::print("{}\n  {}\n  operands: {}\n", op.name, op.formula, operands(op));
  for (const AttributeSpec& attribute : op.attributes)
    fmt::print("  attribute {}{}\n", attribute.name,
               attribute.required ? " (required)" : " = " + to_string(attribute.initial));
  fmt::print("  float32 error: at most {} ULP\n", op.max_ulp);
}

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const OpDef* op : catalogue()) names.emplace_back(op->name);
  return names;
}

int run(const std::string& name) {
  if (!name.empty()) {
    const OpDef* op = find_op(name);
    if (!op)
      throw UsageError(fmt::format("there is no operation {}{} (kette ops lists them)", data::quote(name),
                                   suggestion(name, operation_names())));
    print_operation(*op);
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {{"operation", "operands", "formula"}};
  for (const OpDef* op : catalogue())
    rows.push_back({std::string(op->name), operands(*op), std::string(op->formula)});
  fmt::print("{}", table(rows, false));
  return 0;
}

}  // namespace

const Command kOps{"ops", "List the operations of a graph, or tell about one",
                   [](CLI::App& app) -> std::function<int()> {
                     auto name = std::make_shared<std::string>();
                     app.add_option("NAME", *name, "Only this operation, with its attributes")
                         ->check(words_or_others(operation_names()));
                     app.footer("Examples:\n  kette ops\n  kette ops leaky_relu");
                     return [name] { return run(*name); };
                   }};

}  // namespace kette::cli
