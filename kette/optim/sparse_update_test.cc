// Training a looked-up table (embedding): only the rows of the batch change.
#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/interpret.h"
#include "kette/nn/mlp.h"
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"

namespace kette::sparse_update_test {
namespace {

constexpr int64_t kRows = 6, kUnits = 2, kWords = 3;
constexpr double kRate = 0.25;
using Words = std::vector<int64_t>;

struct Training {
  Graph graph;
  TrainingStep step;
  Bindings bindings;
  /// From [N, kWords·kUnits] and the words to a loss.
  explicit Training(const OptimizerSpec& spec, bool one_hot_product = false) {
    const Value words = graph.input("words", Shape({kBatch, kWords}, DType::i64));
    const Value table = graph.parameter("E", Shape({kRows, kUnits}, DType::f64));
    Value rows;  // [N, kWords·kUnits]
    if (one_hot_product) {
      std::vector<Value> each;
      for (int64_t k = 0; k < kWords; ++k) {
        const Value column = reshape(slice(words, 1, k, k + 1), {kBatch});
        each.push_back(matmul(one_hot(column, kRows, DType::f64), table));
      }
      rows = concat(each, 1);
    } else {
      rows = embedding(words, {.vocabulary = kRows, .units = kUnits, .dtype = DType::f64}).output;
    }
    const Value target = graph.constant(Tensor(Shape({1, 6}, DType::f64), {1.0, -2.0, 0.5, 3.0, -1.0, 0.25}));
    step = training_step(sum(square(rows - target)), std::vector{table}, spec);
    Tensor first(Shape({kRows, kUnits}, DType::f64));
    for (int64_t i = 0; i < first.size(); ++i) first.set(i, std::sin(static_cast<double>(i + 1)));
    bindings.emplace("E", std::move(first));
    bindings.emplace("learning_rate", Tensor(Shape({}, DType::f64), {kRate}));
    const Parameters state = initialized(step.state, 1);
    bindings.insert(state.begin(), state.end());
  }
  void advance(const Words& words) {
    bindings.insert_or_assign(
        "words",
        Tensor(Shape({static_cast<int64_t>(words.size()) / kWords, kWords}, DType::i64), std::span(words)));
    std::vector<Value> wanted;
    for (const Update& update : step.updates) wanted.push_back(update.next);
    const std::vector<Reference> next = interpret(graph, wanted, bindings);
    for (const Update& update : step.updates) {
      Tensor& target = bindings.at(graph.node(update.target).name);
      const auto& values = next[static_cast<size_t>(update.next.id)].values;
      ASSERT_EQ(static_cast<int64_t>(values.size()), target.size());
      for (size_t i = 0; i < values.size(); ++i) target.set(static_cast<int64_t>(i), values[i]);
    }
  }
  double at(const std::string& name, int64_t row, int64_t unit) const {
    return bindings.at(name).at(row * kUnits + unit);
  }
};

TEST(SparseUpdate, of_sgd_equals_the_dense_update) {
  Training sparse({&kSgd}), dense({&kSgd}, true);
  for (const Words& words : {Words{0, 1, 2, 1, 1, 5}, Words{3, 3, 3}, Words{5, 0, 4, 4, 2, 0, 1, 1, 1}}) {
    sparse.advance(words);
    dense.advance(words);
    for (int64_t i = 0; i < kRows * kUnits; ++i)
      EXPECT_NEAR(sparse.bindings.at("E").at(i), dense.bindings.at("E").at(i), 1e-14) << "element " << i;
  }
}

TEST(SparseUpdate, of_a_row_that_appears_every_time_equals_the_dense_update) {
  for (const OptimizerDef* kind : optimizers()) {
    Training sparse({kind}), dense({kind}, true);
    for (int t = 0; t < 3; ++t) {
      sparse.advance({0, 1, 2, 1, 1, 5});
      dense.advance({0, 1, 2, 1, 1, 5});
    }
    for (const int64_t row : {0, 1, 2, 5})
      for (int64_t unit = 0; unit < kUnits; ++unit)
        EXPECT_NEAR(sparse.at("E", row, unit), dense.at("E", row, unit), 1e-13)
            << kind->name << ", row " << row;
  }
}

TEST(SparseUpdate, leaves_rows_that_do_not_appear_and_their_state) {
  for (const OptimizerDef* kind : optimizers()) {
    Training training({kind});
    training.advance({0, 1, 2, 3, 4, 5});
    const Bindings before = training.bindings;
    training.advance({1, 1, 4});
    for (const Update& update : training.step.updates) {
      const std::string& name = training.graph.node(update.target).name;
      const Tensor &old = before.at(name), &now = training.bindings.at(name);
      if (old.shape().rank() == 0) continue;  // the number of steps
      for (int64_t i = 0; i < old.size(); ++i) {
        const int64_t row = i / kUnits;
        EXPECT_EQ(old.at(i) != now.at(i), row == 1 || row == 4)
            << kind->name << ": " << name << ", element " << i;
      }
    }
  }
}

TEST(SparseUpdate, touches_nothing_of_the_size_of_the_vocabulary) {
  for (const OptimizerDef* kind : optimizers()) {
    const Training training({kind});
    const Graph& graph = training.graph;
    std::vector<bool> needed(static_cast<size_t>(graph.size()), false);
    for (const Update& update : training.step.updates) needed[static_cast<size_t>(update.next.id)] = true;
    for (int id = graph.size() - 1; id >= 0; --id)
      if (needed[static_cast<size_t>(id)])
        for (const int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;
    for (int id = 0; id < graph.size(); ++id) {
      const Node& node = graph.node(id);
      if (!needed[static_cast<size_t>(id)] || node.shape.rank() == 0 || node.shape[0] != kRows) continue;
      EXPECT_TRUE(node.kind == NodeKind::parameter || node.op == &kAssignRows)
          << kind->name << ": " << graph.label(id);
    }
  }
}

}  // namespace
}  // namespace kette::sparse_update_test
