// Every operation's C form against its float64 reference; nothing here knows a single operation but dropout.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/graph/text.h"
#include "kette/ops/ops.h"
#include "kette/ops/test_samples.h"
#include "kette/source/c_graph.h"
#include "kette/source/c_text.h"
#include "kette/source/test_compilers.h"

namespace kette::catalogue_c_test {
namespace {

constexpr uint64_t kSeed = 20240701;

std::vector<Example> examples_of(const OpDef& op) {
  if (!op.is_elementwise()) return op.examples();
  const auto count = static_cast<size_t>(op.min_inputs);
  Example equal{.inputs = std::vector<Shape>(count, Shape({kBatch, 7})), .domains = op.domains};
  Example row = equal, column = equal, middle = equal;
  row.inputs = std::vector<Shape>(count, Shape({3, 5}));
  row.inputs.back() = Shape({5});
  column.inputs = std::vector<Shape>(count, Shape({3, 5}));
  column.inputs.front() = Shape({3, 1});
  middle.inputs = std::vector<Shape>(count, Shape({2, 3, 4}));
  middle.inputs.back() = Shape({2, 1, 4});
  return {equal, row, column, middle};
}

Tensor sampled(const Shape& shape, const Domain& domain, uint64_t stream) {
  return test_samples::sampled(shape, domain, kSeed, stream);
}

/// One operation on arrays x0, x1, … as a function named `name` that fills y.
struct Call {
  const OpDef* op;
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Bindings bindings;
  Value y;
  std::string name;
};

std::vector<Call> calls() {
  std::vector<Call> result;
  for (const OpDef* op : catalogue()) {
    if (!op->c.is_there() || op == &kDropout) continue;
    for (const Example& example : examples_of(*op))
      for (const bool wide : {false, true}) {
        Call call{.op = op, .bindings = {}, .y = {}, .name = fmt::format("{}_{}", op->name, result.size())};
        std::vector<Value> x;
        for (size_t k = 0; k < example.inputs.size(); ++k) {
          const Shape& given = example.inputs[k];
          const Shape shape = wide && is_float(given.dtype()) ? given.as(DType::f64) : given;
          x.push_back(call.graph->input(fmt::format("x{}", k), shape));
          call.bindings.emplace(fmt::format("x{}", k),
                                sampled(shape.has_batch() ? shape.bind(1) : shape,
                                        k < example.domains.size() ? example.domains[k] : Domain{}, k));
        }
        call.y = call.graph->apply(*op, x, example.attributes);
        result.push_back(std::move(call));
      }
  }
  return result;
}

std::string source_of(const std::vector<Call>& calls) {
  CFunctions functions("static ", "op_", "op_");
  std::string text;
  for (const Call& call : calls) {
    std::map<std::string, std::string> inputs;
    std::string parameters;
    for (const auto& [name, tensor] : call.bindings) {
      inputs.emplace(name, name);
      parameters += fmt::format("const {}* {}, ", c_type(tensor.dtype()), name);
    }
    const std::vector<std::string> outputs = {"out"};
    const std::vector<Value> wanted = {call.y};
    const CStatements statements = c_statements(prune(wanted, {}), inputs, outputs, "", functions);
    const std::string head = fmt::format("void {}({}{}* out)", call.name, parameters, c_type(call.y.dtype()));
    std::string unused;  // of count, whose result depends on shapes only
    for (const auto& [name, tensor] : call.bindings) unused += fmt::format("  (void){};\n", name);
    text += fmt::format("{};\n{} {{\n{}{}}}\n\n", head, head, unused, indented(statements.text, 2));
  }
  return "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n"
         "#ifdef __cplusplus\nextern \"C\" {\n#endif\n" +
         functions.definitions() + text + "#ifdef __cplusplus\n}\n#endif\n";
}

/// Up to three arrays in, one out.
using Function = void(const void*, const void*, const void*, void*);

void run(const test_compilers::Library& library, const Call& call, std::byte* out) {
  const void* x[3] = {};
  size_t k = 0;
  for (const auto& [name, tensor] : call.bindings) x[k++] = tensor.bytes();
  if (k == 1)
    library.function<void(const void*, void*)>(call.name)(x[0], out);
  else if (k == 2)
    library.function<void(const void*, const void*, void*)>(call.name)(x[0], x[1], out);
  else
    library.function<void(const void*, const void*, const void*, void*)>(call.name)(x[0], x[1], x[2], out);
}

double unit_in_last_place(double magnitude, bool wide) {
  if (magnitude == 0) return 0;
  return std::ldexp(1, std::ilogb(magnitude) + 1 - (wide ? 53 : 24));
}

void compare(const test_compilers::Library& library, const Call& call) {
  const Reference exact = interpret(call.y, call.bindings);
  Tensor found(exact.shape);
  run(library, call, found.bytes());
  double magnitude = 0;  // that the bound of an operation over axes refers to
  if (!call.op->is_elementwise()) {
    for (const double value : exact.values) magnitude = std::max(magnitude, std::abs(value));
    for (const auto& [name, tensor] : call.bindings)
      for (int64_t i = 0; i < tensor.size() && is_float(tensor.dtype()); ++i)
        magnitude = std::max(magnitude, std::abs(tensor.at(i)));
  }
  const CForm& form = call.op->c;
  double bound = form.max_ulp > 0 ? form.max_ulp : call.op->max_ulp + 4;
  const bool wide = found.dtype() == DType::f64;
  if (wide) bound = 2 * bound + 3;  // the reference is itself rounded a few times
  for (int64_t i = 0; i < found.size(); ++i) {
    const double expected = exact.values[static_cast<size_t>(i)];
    const double unit = unit_in_last_place(std::max(magnitude, std::abs(expected)), wide);
    ASSERT_LE(std::abs(found.at(i) - expected), is_float(found.dtype()) ? bound * unit : 0)
        << print(*call.graph) << "element " << i << ": " << found.at(i) << " instead of " << expected << ", "
        << std::abs(found.at(i) - expected) / unit << " ULP";
  }
}

/// Compiles the calls in one C and one C++ mode of each compiler, and checks each.
void check(const std::vector<Call>& all) {
  const test_compilers::Folder folder;
  const auto c = folder.write("ops.c", source_of(all)), cpp = folder.write("ops.cc", source_of(all));
  for (const bool is_cpp : {false, true})
    for (const test_compilers::Mode& mode : test_compilers::modes(is_cpp)) {
      if (mode.command.find("c99") == mode.command.npos && mode.command.find("c++11") == mode.command.npos)
        continue;
      SCOPED_TRACE(mode.command);
      const test_compilers::Library library(mode, is_cpp ? cpp : c);
      ASSERT_TRUE(library.ok());
      for (const Call& call : all) compare(library, call);
    }
}

TEST(CForms, compute_what_the_references_do) {
  const std::vector<Call> all = calls();
  ASSERT_GT(all.size(), 100u);
  check(all);
}

/// Element-wise operations of one operand, far from zero and at what is no number, as float32.
TEST(CForms, stay_right_where_exponentials_overflow) {
  std::vector<float> special = {0, -0.0f, INFINITY, -INFINITY, NAN, 1e-40f, -1e-40f, 1e-30f, -1e-30f};
  for (const float magnitude : {0.5f, 3.0f, 10.0f, 20.0f, 50.0f, 87.0f, 90.0f, 104.0f, 1e3f, 1e4f, 1e30f})
    for (const float sign : {-1.0f, 1.0f}) special.push_back(sign * magnitude);
  const auto count = static_cast<int64_t>(special.size());
  std::vector<Call> all;
  for (const OpDef* op : catalogue()) {
    if (!op->is_elementwise() || op->min_inputs > 1 || !op->c.is_there()) continue;
    Call call{.op = op, .bindings = {}, .y = {}, .name = fmt::format("{}_far", op->name)};
    call.bindings.emplace("x0", Tensor(Shape({1, count}), std::span<const float>(special)));
    call.y = call.graph->apply(*op, {call.graph->input("x0", Shape({kBatch, count}))});
    all.push_back(std::move(call));
  }
  const test_compilers::Folder folder;
  const test_compilers::Library library(test_compilers::modes(false).front(),
                                        folder.write("far.c", source_of(all)));
  ASSERT_TRUE(library.ok());
  for (const Call& call : all) {
    const Reference exact = interpret(call.y, call.bindings);
    Tensor found(exact.shape);
    run(library, call, found.bytes());
    for (int64_t i = 0; i < count; ++i) {
      const auto expected = static_cast<float>(exact.values[static_cast<size_t>(i)]);
      const auto said = static_cast<float>(found.at(i));
      const float x = special[static_cast<size_t>(i)];
      if (std::isnan(expected) || std::isinf(expected) || std::isinf(said))
        EXPECT_EQ(fmt::format("{}", std::abs(said)), fmt::format("{}", std::abs(expected)))
            << call.op->name << " at " << x;
      else  // results too small for all their digits may differ by the smallest numbers
        EXPECT_NEAR(said, expected, 2e-6 * std::abs(expected) + 1e-37) << call.op->name << " at " << x;
    }
  }
}

/// Graphs in which values live for long and short, are read in order and broadcast, and are parts of others.
Call random_call(uint64_t seed) {
  const Random random(kSeed, seed);
  uint64_t position = 0;
  const auto draw = [&](size_t n) { return static_cast<size_t>(random.below(n, position++)); };
  Call call{.op = &kMatmul, .bindings = {}, .y = {}, .name = fmt::format("graph_{}", seed)};
  Graph& graph = *call.graph;
  std::vector<Value> values;
  for (const int64_t width : {6, 3}) {
    const std::string name = fmt::format("x{}", values.size());
    values.push_back(graph.input(name, Shape({kBatch, width})));
    call.bindings.emplace(name, sampled(Shape({1, width}), {-1, 1}, seed * 8 + values.size()));
  }
  for (int i = 0; i < 25; ++i) {
    const Value x = values[draw(values.size())], y = values[draw(values.size())];
    const int64_t width = x.shape()[1];
    switch (draw(9)) {
      case 0:
        values.push_back(tanh(x));
        break;
      case 1:
        if (y.shape()[1] == width || y.shape()[1] == 1) values.push_back(x * 0.5 + y);
        break;
      case 2:
        values.push_back(softmax(x) - x);
        break;
      case 3:
        values.push_back(slice(x, 1, 0, 1 + static_cast<int64_t>(draw(static_cast<size_t>(width)))));
        break;
      case 4:
        if (width + y.shape()[1] < 12) values.push_back(concat(std::vector{x, y}, 1));
        break;
      case 5:
        values.push_back(matmul(x, graph.constant(sampled(Shape({width, 4}), {-1, 1}, position))));
        break;
      case 6:
        values.push_back(
            reshape(reshape(x, {kBatch, width, 1}) * graph.constant(sampled(Shape({2}), {}, position)),
                    {kBatch, width * 2}));
        break;
      case 7:
        values.push_back(sum(x, {1}, true));
        break;
      default:
        values.push_back(sigmoid(x) * x);
    }
    if (values.back().shape()[1] > 24) values.pop_back();
  }
  std::vector<Value> sums;
  for (const Value v : values) sums.push_back(mean(v, {1}, true));
  call.y = tanh(concat(sums, 1));
  return call;
}

void expect_right(const std::vector<Call>& all) {
  const test_compilers::Folder folder;
  const test_compilers::Library library(test_compilers::modes(false).front(),
                                        folder.write("graphs.c", source_of(all)), "-O0");
  ASSERT_TRUE(library.ok());
  for (const Call& call : all) {
    const Reference exact = interpret(call.y, call.bindings);
    Tensor found(exact.shape);
    run(library, call, found.bytes());
    for (int64_t i = 0; i < found.size(); ++i)
      ASSERT_NEAR(found.at(i), exact.values[static_cast<size_t>(i)], 1e-4) << call.name << "\n"
                                                                           << print(*call.graph);
  }
}

TEST(CStatements, of_many_operations_share_buffers_without_losing_a_value) {
  std::vector<Call> all;
  for (uint64_t seed = 1; seed <= 40; ++seed) all.push_back(random_call(seed));
  expect_right(all);
}

TEST(CStatements, never_write_over_what_the_loop_reads_again) {
  std::vector<Call> all;
  for (const bool repeats : {false, true}) {
    Call call{.op = &kMatmul, .bindings = {}, .y = {}, .name = repeats ? "repeats" : "two_results"};
    const Value x = call.graph->input("x0", Shape({kBatch, 8}));
    call.bindings.emplace("x0", sampled(Shape({1, 8}), {}, 1));
    const Value h = matmul(x, call.graph->constant(sampled(Shape({8, 8}), {}, 2)));
    const Value w = call.graph->constant(sampled(Shape({8, 8}), {}, 3));
    if (repeats) {  // the first half of h, for each half of the result
      const Value half = reshape(slice(h, 1, 0, 4), {kBatch, 1, 4});
      const Value halves = half * call.graph->constant(sampled(Shape({2, 1}), {}, 4));
      call.y = matmul(reshape(halves, {kBatch, 8}), w);
    } else {  // one may take the place of h, the other reads h behind it
      const Value first = tanh(h), second = sigmoid(h);
      call.y = matmul(first, w) + matmul(second, w) * 2.0;
    }
    all.push_back(std::move(call));
  }
  expect_right(all);
}

TEST(CStatements, of_a_chain_are_one_loop_in_one_buffer) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 8}));
  const Value h = tanh(matmul(x, graph.constant(sampled(Shape({8, 16}), {}, 1))) * 2.0 + 1.0);
  const std::vector<Value> wanted = {matmul(h, graph.constant(sampled(Shape({16, 5}), {}, 2)))};
  CFunctions functions("", "", "");
  const std::vector<std::string> outputs = {"out"};
  const CStatements statements = c_statements(prune(wanted, {}), {{"x", "x_"}}, outputs, "", functions);
  EXPECT_EQ(statements.workspace_bytes, 16 * 4);
  EXPECT_EQ(statements.constant_bytes, (8 * 16 + 16 * 5) * 4);
  EXPECT_NE(statements.text.find(": mul, add, tanh\n"), std::string::npos) << statements.text;
}

TEST(CForms, are_missing_for_training_only_operations_which_are_all_named) {
  Graph graph;
  const Value index = graph.input("i", Shape({3}, DType::i64)), rows = graph.input("r", Shape({3, 2}));
  const std::vector<Value> wanted = {sum(scatter_add(index, rows, 5)) + sum(coalesce(index, rows))};
  CFunctions functions("", "", "");
  const std::vector<std::string> outputs = {"out"};
  try {
    c_statements(prune(wanted, {}), {{"i", "i_"}, {"r", "r_"}}, outputs, "", functions);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[export] the graph uses operations that have no C form: coalesce, scatter_add");
  }
}

TEST(CForms, of_dropout_drop_nothing) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 3})), step = graph.input("step", Shape({}, DType::i64));
  const std::vector<Value> wanted = {dropout(x, step, 0.5, 1)};
  CFunctions functions("", "", "");
  const std::vector<std::string> outputs = {"out"};
  EXPECT_EQ(c_statements(prune(wanted, {}), {{"x", "x_"}}, outputs, "", functions).text,
            "memcpy(out, x_, 3 * sizeof(float));\n");
}

}  // namespace
}  // namespace kette::catalogue_c_test
