// Every operation's derivatives against central differences, from the catalogue alone.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/gradient_check.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/random.h"
#include "kette/ops/ops.h"

namespace kette::catalogue_gradient_test {
namespace {

constexpr double kTolerance = 1e-7;        // relative, first derivatives
constexpr double kSecondTolerance = 2e-6;  // relative, differences of derivatives
constexpr double kAwayFromKinks = 0.05;

bool near_kink(double x, const Domain& domain) {
  for (double kink : domain.kinks)
    if (std::abs(x - kink) < kAwayFromKinks) return true;
  return false;
}

/// An operand's elements, on a grid of cells that no two of them share while there are enough, and at another
/// place of the cell for each operand: so differences do not step across a kink at equal numbers (min,
/// reduce_max, ==).
Tensor sample(const Shape& shape, const Domain& domain, uint64_t seed, size_t operand) {
  constexpr double kCell = 1.0 / 32;
  Tensor tensor(is_float(shape.dtype()) ? shape.as(DType::f64) : shape);
  const Random random(seed, operand);
  uint64_t position = 0;
  std::set<double> taken;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    if (!is_float(shape.dtype())) {
      const auto choices = static_cast<uint64_t>(domain.high - domain.low) + 1;
      tensor.set(i, domain.low + static_cast<double>(random.below(choices, position++)));
      continue;
    }
    double x = 0;
    int attempts = 0;
    do {
      x = domain.low + (domain.high - domain.low) * random.uniform(position++);
      x = (std::floor(x / kCell) + 0.25 * static_cast<double>(operand + 1)) * kCell;
    } while (near_kink(x, domain) || x < domain.low || x > domain.high ||
             (taken.contains(x) && ++attempts < 100));
    taken.insert(x);
    tensor.set(i, x);
  }
  return tensor;
}

std::vector<Example> examples_of(const OpDef& op) {
  if (!op.is_elementwise()) return op.examples();
  const auto operands = static_cast<size_t>(op.min_inputs);
  Example same{.inputs = std::vector<Shape>(operands, Shape({kBatch, 3})), .domains = op.domains};
  std::vector<Example> result{same};
  if (operands < 2) return result;
  Example broadcast = same;  // a row, then a scalar, among matrices
  broadcast.inputs[1] = Shape({3});
  result.push_back(broadcast);
  broadcast.inputs[0] = Shape({});
  broadcast.inputs[1] = Shape({kBatch, 3});
  result.push_back(broadcast);
  return result;
}

struct Built {
  Graph graph;
  std::vector<Value> inputs, differentiable;
  Value y;
  Bindings bindings;

  Built(const OpDef& op, const Example& example, int64_t batch, uint64_t seed) {
    for (size_t i = 0; i < example.inputs.size(); ++i) {
      const Shape& shape = example.inputs[i];
      const Shape typed = is_float(shape.dtype()) ? shape.as(DType::f64) : shape;
      inputs.push_back(graph.input("x" + std::to_string(i), typed));
      const Domain domain = i < example.domains.size() ? example.domains[i] : Domain{};
      bindings.emplace("x" + std::to_string(i), sample(typed.bind(batch), domain, seed, i));
      if (is_float(shape.dtype())) differentiable.push_back(inputs.back());
    }
    y = graph.apply(op, inputs, example.attributes);
  }
};

class CatalogueGradient : public testing::TestWithParam<const OpDef*> {
 protected:
  template <class Check>
  void for_examples(Check check) {
    const OpDef& op = *GetParam();
    for (const Example& example : examples_of(op))
      for (int64_t batch : {1, 3})
        for (uint64_t seed : {1, 2}) {
          SCOPED_TRACE(testing::Message() << op.name << " batch " << batch << " seed " << seed);
          Built built(op, example, batch, seed);
          if (!is_float(built.y.dtype()) || built.differentiable.empty()) continue;
          check(built, seed);
        }
  }
};

TEST_P(CatalogueGradient, agrees_with_central_differences) {
  for_examples([](Built& b, uint64_t seed) {
    for (const GradientError& error : check_gradient(b.y, b.differentiable, b.bindings, seed, 12))
      EXPECT_LE(error.relative, kTolerance) << error.name << " element " << error.element << ": "
                                            << error.analytic << " against " << error.numeric;
  });
}

/// Reverse and forward mode must give the same number wᵀ·J·t.
TEST_P(CatalogueGradient, is_the_same_in_forward_mode) {
  for_examples([](Built& b, uint64_t seed) {
    std::vector<Value> tangents;
    for (size_t i = 0; i < b.differentiable.size(); ++i) {
      const std::string name = "t" + std::to_string(i);
      tangents.push_back(b.graph.input(name, b.differentiable[i].shape()));
      const Shape& bound = b.bindings.at(b.graph.node(b.differentiable[i]).name).shape();
      b.bindings.emplace(name, sample(bound, {}, seed + 10, i));
    }
    const Value w = b.graph.input("w", b.y.shape());
    b.bindings.emplace("w", sample(b.y.shape().bind(batch_of(b.graph, b.bindings)), {}, seed + 20, 0));
    const Value forward = sum(mul(w, jvp(b.y, b.differentiable, tangents)));
    const std::vector<Value> cotangents = vjp(b.y, b.differentiable, w);
    double reverse = 0, scale = 1e-12;
    for (size_t i = 0; i < cotangents.size(); ++i) {
      const Reference g = interpret(cotangents[i], b.bindings);
      const Tensor& t = b.bindings.at("t" + std::to_string(i));
      for (int64_t k = 0; k < t.size(); ++k) {
        reverse += g.values[static_cast<size_t>(k)] * t.at(k);
        scale += std::abs(g.values[static_cast<size_t>(k)] * t.at(k));
      }
    }
    EXPECT_NEAR(interpret(forward, b.bindings).values[0], reverse, 1e-12 * scale);
  });
}

TEST_P(CatalogueGradient, can_be_differentiated_again) {
  for_examples([](Built& b, uint64_t seed) {
    const Value w = b.graph.input("w", b.y.shape());
    b.bindings.emplace("w", sample(b.y.shape().bind(batch_of(b.graph, b.bindings)), {}, seed + 30, 0));
    const std::vector<Value> first = vjp(b.y, b.differentiable, w);
    for (const Value& g : first)
      for (const GradientError& error : check_gradient(g, b.differentiable, b.bindings, seed, 6))
        EXPECT_LE(error.relative, kSecondTolerance) << error.name << " element " << error.element << ": "
                                                    << error.analytic << " against " << error.numeric;
  });
}

std::vector<const OpDef*> operations() { return {catalogue().begin(), catalogue().end()}; }
INSTANTIATE_TEST_SUITE_P(All, CatalogueGradient, testing::ValuesIn(operations()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace kette::catalogue_gradient_test
