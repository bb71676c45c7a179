// What several loops of a chain give as one: the same bits, whichever operand is the number and whichever is
// read elsewhere, too.
#include "kette/compile/pair.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "kette/base/random.h"
#include "kette/compile/program.h"
#include "kette/ops/ops.h"

namespace kette::pair_test {
namespace {

struct Operands {
  Value a, b, u, v;  // two arrays, two numbers
};

struct Case {
  std::string_view text;
  std::function<std::vector<Value>(const Operands&)> build;
  int joined;  // instructions that are no longer loops of their own
};

const Case kCases[] = {
    {"a·u + b·v", [](const Operands& o) { return std::vector{o.a * o.u + o.v * o.b}; }, 2},
    {"a·u − b·v", [](const Operands& o) { return std::vector{o.u * o.a - o.b * o.v}; }, 2},
    {"a·u + b²·v", [](const Operands& o) { return std::vector{o.a * o.u + square(o.b) * o.v}; }, 3},
    {"a²·u + b·v", [](const Operands& o) { return std::vector{square(o.a) * o.u + o.b * o.v}; }, 3},
    {"a·u − b²·v", [](const Operands& o) { return std::vector{o.a * o.u - o.v * square(o.b)}; }, 3},
    {"a²·u − b·v", [](const Operands& o) { return std::vector{square(o.a) * o.u - o.b * o.v}; }, 2},
    {"a / (√b + u)", [](const Operands& o) { return std::vector{o.a / (sqrt(o.b) + o.u)}; }, 2},
    {"a / (u + √b)", [](const Operands& o) { return std::vector{o.a / (o.u + sqrt(o.b))}; }, 2},
    {"(√b + u) / a", [](const Operands& o) { return std::vector{(sqrt(o.b) + o.u) / o.a}; }, 0},
    {"a / (√b + a)", [](const Operands& o) { return std::vector{o.a / (sqrt(o.b) + o.a)}; }, 0},
    {"a·b + b·v", [](const Operands& o) { return std::vector{o.a * o.b + o.b * o.v}; }, 1},
    {"with a·u shown",
     [](const Operands& o) {
       const Value scaled = o.a * o.u;
       return std::vector{scaled + o.b * o.v, scaled};
     },
     1},
    {"with b² shown",
     [](const Operands& o) {
       const Value squared = square(o.b);
       return std::vector{o.a * o.u + squared * o.v, squared};
     },
     2},
    {"with √b shown",
     [](const Operands& o) {
       const Value root = sqrt(o.b);
       return std::vector{o.a / (root + o.u), root};
     },
     0},
    {"the rule of Adam",
     [](const Operands& o) {
       const Value mean = o.a * o.u + o.b * o.v, size = o.a * o.v + square(o.b) * o.u;
       return std::vector{o.b * o.u - mean / (sqrt(size) + o.u) * o.v, mean, size};
     },
     9},
};

Tensor positive(const Shape& shape, uint64_t seed) {
  Tensor tensor(shape);
  const Random random(seed);
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, 0.01 + random.uniform(static_cast<uint64_t>(i)));
  return tensor;
}

std::vector<Tensor> outputs(const Case& c, DType dtype, int64_t rows, std::vector<std::string> without,
                            std::string* passes = nullptr) {
  Graph graph;
  const Shape array({kBatch, 7}, dtype), number({}, dtype);
  const Operands o{graph.input("a", array), graph.input("b", array), graph.input("u", number),
                   graph.input("v", number)};
  const std::vector<Value> values = c.build(o);
  Program program(values, {}, nullptr, {.without = std::move(without)});
  program.bind(rows);
  std::vector<Tensor> given;
  for (const std::string_view name : {"a", "b", "u", "v"})
    given.push_back(positive(name <= "b" ? array.bind(rows) : number, 40 + given.size()));
  for (size_t i = 0; i < given.size(); ++i) program.set(std::array{"a", "b", "u", "v"}[i], given[i]);
  program.run();
  if (passes != nullptr) *passes = program.describe_passes();
  std::vector<Tensor> result;
  for (size_t i = 0; i < values.size(); ++i) result.push_back(program.output_tensor(i));
  return result;
}

TEST(PairUp, joins_loops_without_changing_a_bit) {
  for (const Case& c : kCases)
    for (const DType dtype : {DType::f32, DType::f64})
      for (const int64_t rows : {1, 3, 64, 700}) {
        std::string passes;
        const std::vector<Tensor> joined = outputs(c, dtype, rows, {}, &passes);
        EXPECT_EQ(joined, outputs(c, dtype, rows, {"pair"})) << c.text << ", " << rows << " rows";
        EXPECT_NE(passes.find(fmt::format("{:<10}  {:5} changes", "pair", c.joined)), std::string::npos)
            << c.text << "\n"
            << passes;
      }
}

}  // namespace
}  // namespace kette::pair_test
