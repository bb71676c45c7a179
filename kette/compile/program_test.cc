// Programs against the float64 interpreter, and what programs promise: the same bits whatever the fusion, the
// threads and the nodes observed; no allocation; parameters updated as if all at once.
#include "kette/compile/program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"

namespace {
bool counting = false;
int64_t allocations = 0;
}  // namespace

// Every form of new that the standard library calls, so that none escapes the count. GCC, where it inlines
// only the delete of such a pair, takes it for a mismatch.
#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void* operator new(size_t size) {
  if (counting) ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  if (counting) ++allocations;
  return std::malloc(size);
}
void* operator new(size_t size, std::align_val_t alignment) {
  if (counting) ++allocations;
  const auto unit = static_cast<size_t>(alignment);
  if (void* p = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }
#pragma GCC diagnostic pop

namespace kette::program_test {
namespace {

Tensor random_tensor(const Shape& shape, uint64_t seed, double scale = 1) {
  Tensor tensor(shape);
  const Random random(seed);
  for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, scale * random.normal(static_cast<uint64_t>(i)));
  return tensor;
}

Program::Storage storage_of(Bindings& bindings) {
  return [&bindings](std::string_view name) {
    const auto at = bindings.find(std::string(name));
    return at == bindings.end() ? nullptr : &at->second;
  };
}

/// A training step of a small network: two layers, softmax cross-entropy, gradient descent with or without
/// momentum.
struct Network {
  Graph graph;
  Value x, y, h, loss;
  std::vector<Value> weights, gradients;
  std::vector<Update> updates;
  Bindings bindings;  // parameters and inputs

  Network(int64_t batch, int64_t in, int64_t hidden, int64_t classes, DType dtype, bool momentum = true) {
    x = graph.input("x", Shape({kBatch, in}, dtype));
    y = graph.input("y", Shape({kBatch}, DType::i64));
    const Value W1 = graph.parameter("W1", Shape({in, hidden}, dtype)),
                b1 = graph.parameter("b1", Shape({hidden}, dtype));
    const Value W2 = graph.parameter("W2", Shape({hidden, classes}, dtype)),
                b2 = graph.parameter("b2", Shape({classes}, dtype));
    h = tanh(matmul(x, W1) + b1);
    const Value z = matmul(h, W2) + b2;
    loss = mean(logsumexp(z) - pick(z, y));
    weights = {W1, b1, W2, b2};
    gradients = gradient(loss, weights);
    const Value rate = graph.input("rate", Shape({}, dtype));
    for (size_t i = 0; i < weights.size(); ++i) {
      if (!momentum) {
        updates.push_back({weights[i], weights[i] - rate * gradients[i]});
        continue;
      }
      const Value v = graph.parameter("v/" + graph.node(weights[i]).name, weights[i].shape());
      const Value next = v * 0.9 + gradients[i];
      updates.push_back({v, next});
      updates.push_back({weights[i], weights[i] - rate * next});
    }
    for (int id = 0; id < graph.size(); ++id) {
      const Node& node = graph.node(id);
      if (node.kind == NodeKind::parameter || node.kind == NodeKind::input)
        bindings.emplace(node.name,
                         random_tensor(node.shape.bind(batch), static_cast<uint64_t>(id) + 7, 0.5));
    }
    for (int64_t i = 0; i < batch; ++i) bindings.at("y").set(i, static_cast<double>(i * 7 % classes));
    bindings.at("rate").set(0, 0.1);
  }

  Program program(const std::vector<Value>& outputs, const CompileOptions& options, int64_t batch) {
    Program result(outputs, updates, storage_of(bindings), options);
    result.bind(batch);
    for (const char* name : {"x", "y", "rate"}) result.set(name, bindings.at(name));
    return result;
  }
};

void expect_close(const Reference& expected, const Tensor& actual, double tolerance, std::string_view what) {
  ASSERT_TRUE(expected.shape.same_dims(actual.shape())) << what;
  double largest = 1;  // everything here is a difference of numbers of this size
  for (double v : expected.values) largest = std::max(largest, std::abs(v));
  for (int64_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual.at(i), expected.values[static_cast<size_t>(i)], tolerance * largest)
        << what << " element " << i;
}

class TrainingStep : public testing::TestWithParam<std::tuple<int64_t, DType, int64_t>> {};

TEST_P(TrainingStep, agrees_with_the_interpreter) {
  const auto [batch, dtype, hidden] = GetParam();
  Network net(batch, 5, hidden, 3, dtype);
  std::vector<Value> outputs{net.loss, net.h};
  outputs.insert(outputs.end(), net.gradients.begin(), net.gradients.end());
  std::vector<Value> wanted = outputs;
  for (const Update& update : net.updates) wanted.push_back(update.next);
  const std::vector<Reference> expected = interpret(net.graph, wanted, net.bindings);

  Program program = net.program(outputs, {}, batch);
  program.run();
  const double tolerance = dtype == DType::f32 ? 2e-6 : 1e-14;
  for (size_t i = 0; i < outputs.size(); ++i)
    expect_close(expected[static_cast<size_t>(outputs[i].id)], program.output_tensor(i), tolerance,
                 net.graph.label(outputs[i].id));
  for (const Update& update : net.updates)
    expect_close(expected[static_cast<size_t>(update.next.id)],
                 net.bindings.at(net.graph.node(update.target).name), tolerance,
                 net.graph.node(update.target).name);
}

INSTANTIATE_TEST_SUITE_P(Sizes, TrainingStep,
                         testing::Combine(testing::Values(1, 2, 7, 64, 513),
                                          testing::Values(DType::f32, DType::f64),
                                          testing::Values(4, 17, 300)));

/// Parameters after three steps.
Bindings trained(int64_t batch, int64_t hidden, const CompileOptions& options, bool observe,
                 bool momentum = true) {
  Network net(batch, 33, hidden, 10, DType::f32, momentum);
  std::vector<Value> outputs{net.loss};
  if (observe)
    for (int id = 0; id < net.graph.size(); ++id)
      if (net.graph.node(id).kind == NodeKind::operation) outputs.push_back(net.graph.value(id));
  Program program = net.program(outputs, options, batch);
  for (int step = 0; step < 3; ++step) program.run();
  return net.bindings;
}

TEST(Program, passes_from_fusion_on_do_not_change_a_bit) {
  for (const bool momentum : {true, false})
    for (const int64_t batch : {1, 5, 300}) {
      const Bindings expected = trained(batch, 64, {}, false, momentum);
      bool from_fusion_on = false;
      for (const auto& [name, what] : passes()) {
        from_fusion_on |= name == "fuse";
        if (!from_fusion_on) continue;
        EXPECT_EQ(trained(batch, 64, {.without = {std::string(name)}}, false, momentum), expected)
            << "batch " << batch << " without " << name;
      }
    }
}

TEST(Program, every_pass_can_be_left_out) {
  for (const auto& [name, what] : passes()) {
    Network net(5, 33, 64, 10, DType::f32, false);
    const Reference expected = interpret(net.loss, net.bindings);
    Program program = net.program({net.loss}, {.without = {std::string(name)}}, 5);
    program.run();
    expect_close(expected, program.output_tensor(0), 2e-6, name);
    EXPECT_NE(program.describe_passes().find(fmt::format("{:<10}  left out", name)), std::string::npos);
  }
}

TEST(Program, passes_say_what_they_did) {
  Network net(5, 33, 64, 10, DType::f32, false);
  const Program program = net.program({net.loss}, {}, 5);
  const std::string text = program.describe_passes();
  for (const std::string_view acted : {"bias", "fuse", "pair", "descend", "overwrite"})
    EXPECT_EQ(text.find(fmt::format("{:<10}  {:5} changes", acted, 0)), std::string::npos) << text;
}

TEST(Program, observing_every_node_does_not_change_a_bit) {
  for (int64_t batch : {1, 5, 300})
    EXPECT_EQ(trained(batch, 64, {}, true), trained(batch, 64, {}, false)) << batch;
}

TEST(Program, threads_do_not_change_a_bit) {
  Threads two(2), three(3);
  for (int64_t batch : {1, 64, 700}) {
    const Bindings alone = trained(batch, 520, {}, false);
    EXPECT_EQ(alone, trained(batch, 520, {.threads = &two}, false)) << batch;
    EXPECT_EQ(alone, trained(batch, 520, {.threads = &three}, false)) << batch;
  }
}

TEST(Program, running_allocates_nothing) {
  Network net(16, 8, 32, 4, DType::f32);
  Threads threads(2);
  for (Threads* pool : {static_cast<Threads*>(nullptr), &threads}) {
    Program program = net.program({net.loss}, {.threads = pool}, 16);
    program.run();
    allocations = 0;
    counting = true;
    for (int i = 0; i < 10; ++i) program.run();
    counting = false;
    EXPECT_EQ(allocations, 0);
  }
}

TEST(Program, switching_between_known_batch_sizes_allocates_nothing) {
  Network net(16, 8, 32, 4, DType::f32);
  Program program = net.program({net.loss}, {}, 16);
  program.bind(5);
  program.run();
  allocations = 0;
  counting = true;
  for (int i = 0; i < 4; ++i) {
    program.bind(i % 2 == 0 ? 16 : 5);
    program.run();
  }
  counting = false;
  EXPECT_EQ(allocations, 0);
}

TEST(Program, one_definition_serves_any_batch_size) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 2}));
  const std::vector<Value> outputs{mean(square(x))};
  Program program(outputs, {}, nullptr);
  for (int64_t batch : {1, 2, 3, 100, 1, 4, 5, 6, 7, 8, 9, 10, 11, 2}) {
    const Tensor data = random_tensor(Shape({batch, 2}), static_cast<uint64_t>(batch));
    program.bind(batch);
    program.set("x", data);
    program.run();
    EXPECT_NEAR(program.values<float>(0)[0], interpret(outputs[0], {{"x", data}}).values[0], 1e-5);
  }
}

TEST(Program, a_graph_can_be_entered_in_its_middle) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 3}));
  const Value scaled = graph.name(x * 2.0 + 1.0, "scaled");
  const Value y = tanh(scaled) + scaled;
  const Tensor rows = random_tensor(Shape({5, 3}), 11);

  Program whole(std::array{y, scaled}, {}, nullptr);
  whole.bind(5);
  whole.set("x", rows);
  whole.run();
  Program behind(std::array{y}, {}, nullptr, {.given = {scaled}});
  const Tensor given = whole.output_tensor(1);
  behind.bind(5);
  behind.set("scaled", given);
  behind.run();
  EXPECT_EQ(behind.output_tensor(0), whole.output_tensor(0));
  EXPECT_THROW(Program(std::array{y}, {}, nullptr, {.given = {x * 2.0}}), Error);  // no name to set it by
}

TEST(Program, updates_happen_as_if_all_at_once) {
  Graph graph;
  const Value a = graph.parameter("a", Shape({3})), b = graph.parameter("b", Shape({3}));
  Bindings bindings{{"a", Tensor(Shape({3}), {1.f, 2.f, 3.f})},
                    {"b", Tensor(Shape({3}), {10.f, 20.f, 30.f})}};
  const std::vector<Update> updates{{a, b}, {b, a + b}};
  Program program({}, updates, storage_of(bindings));
  program.run();
  EXPECT_EQ(bindings.at("a"), Tensor(Shape({3}), {10.f, 20.f, 30.f}));
  EXPECT_EQ(bindings.at("b"), Tensor(Shape({3}), {11.f, 22.f, 33.f}));
}

TEST(Program, parameters_can_be_swapped) {
  Graph graph;
  const Value a = graph.parameter("a", Shape({2})), b = graph.parameter("b", Shape({2}));
  Bindings bindings{{"a", Tensor(Shape({2}), {1.f, 2.f})}, {"b", Tensor(Shape({2}), {3.f, 4.f})}};
  Program program({}, std::vector<Update>{{a, b}, {b, a}}, storage_of(bindings));
  program.run();
  EXPECT_EQ(bindings.at("a"), Tensor(Shape({2}), {3.f, 4.f}));
  EXPECT_EQ(bindings.at("b"), Tensor(Shape({2}), {1.f, 2.f}));
}

TEST(Program, a_parameter_is_read_before_it_is_overwritten) {
  Graph graph;
  const Value w = graph.parameter("w", Shape({4}));
  Bindings bindings{{"w", Tensor(Shape({4}), {1.f, 2.f, 3.f, 4.f})}};
  const Value next = w * 2.0;
  const std::vector<Value> outputs{sum(w), w};
  Program program(outputs, std::vector<Update>{{w, next * sum(w)}}, storage_of(bindings));
  program.run();
  EXPECT_EQ(program.values<float>(0)[0], 10);
  EXPECT_EQ(program.output_tensor(1), Tensor(Shape({4}), {1.f, 2.f, 3.f, 4.f}));  // as it was during the step
  EXPECT_EQ(bindings.at("w"), Tensor(Shape({4}), {20.f, 40.f, 60.f, 80.f}));
}

TEST(Program, a_row_update_leaves_other_rows_alone) {
  Graph graph;
  const Value table = graph.parameter("E", Shape({5, 2}));
  const Value words = graph.input("words", Shape({kBatch}, DType::i64));
  const Value rows = lookup(table, words);
  Bindings bindings{{"E", random_tensor(Shape({5, 2}), 3)}};
  const Tensor before = bindings.at("E");
  Program program({}, std::vector<Update>{{table, assign_rows(table, words, rows * 2.0)}},
                  storage_of(bindings));
  program.bind(2);
  const Tensor index(Shape({2}, DType::i64), {int64_t{3}, int64_t{1}});
  program.set("words", index);
  program.run();
  for (int64_t row = 0; row < 5; ++row)
    for (int64_t i = row * 2; i < row * 2 + 2; ++i)
      EXPECT_EQ(bindings.at("E").at(i), before.at(i) * (row == 3 || row == 1 ? 2 : 1));
}

TEST(Program, mistakes_are_named) {
  Graph graph;
  const Value x = graph.input("x", Shape({kBatch, 2})), w = graph.parameter("w", Shape({2}));
  const std::vector<Value> outputs{sum(x * w)};
  const auto message = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message([&] { Program(outputs, {}, nullptr); }), "[compile] the parameter \"w\" has no value");
  EXPECT_EQ(
      message([&] { Program(outputs, {}, nullptr, {.without = {"fusion"}}); }),
      "[compile] there is no pass \"fusion\"; expected broadcasts, constants, arithmetic, factors, bias, "
      "layout, fuse, pair, descend, overwrite, share");
  Bindings wrong{{"w", Tensor(Shape({3}))}}, right{{"w", Tensor(Shape({2}))}};
  EXPECT_EQ(message([&] { Program(outputs, {}, storage_of(wrong)); }),
            "[compile] the parameter \"w\" is f32[3]; expected f32[2]");
  Program program(outputs, {}, storage_of(right));
  program.bind(4);
  EXPECT_EQ(message([&] { program.run(); }), "[program] the input \"x\" was not set");
  EXPECT_EQ(message([&] {
              program.set("y", Tensor(Shape({4, 2})));
            }),
            "[program] the graph has no input \"y\"");
  EXPECT_EQ(message([&] {
              program.set("x", Tensor(Shape({4, 3})));
            }),
            "[program] the input \"x\" is f32[4,3]; expected f32[4,2]");
  EXPECT_EQ(message([&] { program.bind(0); }), "[program] batch size 0; expected at least 1");
}

}  // namespace
}  // namespace kette::program_test
