#include "kette/nn/normalization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kette/autodiff/gradient_check.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/compile/program.h"
#include "kette/nn/mlp.h"
#include "kette/ops/ops.h"

namespace kette::normalization_test {
namespace {

constexpr uint64_t kSeed = 8;
constexpr int64_t kRows = 5, kInputs = 3, kUnits = 4;
using Numbers = std::vector<double>;

Tensor random_matrix(int64_t rows, int64_t columns, uint64_t stream) {
  const Random random(kSeed, stream);
  Numbers values;
  for (int64_t i = 0; i < rows * columns; ++i)
    values.push_back(1 + 2 * random.normal(static_cast<uint64_t>(i)));
  return Tensor(Shape({rows, columns}, DType::f64), std::span<const double>(values));
}

struct Moments {
  double mean = 0, variance = 0;  // of the population
};
Moments moments(const Numbers& x) {
  Moments m;
  for (const double v : x) m.mean += v / static_cast<double>(x.size());
  for (const double v : x) m.variance += (v - m.mean) * (v - m.mean) / static_cast<double>(x.size());
  return m;
}
Numbers column(const Numbers& z, size_t j) {
  Numbers result;
  for (size_t i = j; i < z.size(); i += kUnits) result.push_back(z[i]);
  return result;
}

/// One layer x·W normalised, scaled and shifted, in float64 and the training form.
struct Layer {
  Graph graph;
  Value x = graph.input("x", Shape({kBatch, kInputs}, DType::f64));
  Mlp network;
  Bindings bindings;

  explicit Layer(Normalization kind, int64_t rows = kRows, Form form = Form::training) {
    network = mlp(x, {LayerSpec{.units = kUnits, .normalization = kind}}, "", {.form = form});
    for (const auto& list : {network.parameters, network.statistics}) {
      const Parameters first = initialized(list, kSeed);
      bindings.insert(first.begin(), first.end());
    }
    for (int64_t j = 0; j < kUnits; ++j) {
      bindings.at("g1").set(j, 0.5 + static_cast<double>(j));
      bindings.at("b1").set(j, -1 + 0.25 * static_cast<double>(j));
    }
    bindings.emplace("x", random_matrix(rows, kInputs, 1));
  }
  Numbers product() { return interpret(matmul(x, graph.find("W1")), bindings).values; }
  Numbers output() { return interpret(network.output, bindings).values; }
  double scale(size_t j) const { return bindings.at("g1").at(static_cast<int64_t>(j)); }
  double shift(size_t j) const { return bindings.at("b1").at(static_cast<int64_t>(j)); }
  void advance() {
    std::vector<Value> wanted;
    for (const Update& update : network.updates) wanted.push_back(update.next);
    const std::vector<Reference> next = interpret(graph, wanted, bindings);
    for (const Update& update : network.updates)
      bindings.insert_or_assign(
          graph.node(update.target).name,
          Tensor(update.target.shape(), std::span(next[static_cast<size_t>(update.next.id)].values)));
  }
};

TEST(BatchNormalization, normalizes_every_unit_over_the_batch) {
  Layer layer(Normalization::batch);
  const Numbers z = layer.product(), found = layer.output();
  for (size_t j = 0; j < kUnits; ++j) {
    const Moments m = moments(column(z, j));
    for (size_t i = j; i < z.size(); i += kUnits)
      EXPECT_NEAR(found[i], (z[i] - m.mean) / std::sqrt(m.variance + 1e-5) * layer.scale(j) + layer.shift(j),
                  1e-12);
  }
}

TEST(BatchNormalization, running_statistics_follow_the_batches) {
  Layer layer(Normalization::batch);
  ASSERT_EQ(layer.network.updates.size(), 2u);
  const Numbers z = layer.product();
  Numbers means(kUnits, 0), variances(kUnits, 1);
  for (int t = 0; t < 3; ++t) {
    layer.advance();
    for (size_t j = 0; j < kUnits; ++j) {
      const Moments m = moments(column(z, j));
      means[j] = 0.9 * means[j] + 0.1 * m.mean;
      variances[j] = 0.9 * variances[j] + 0.1 * m.variance * kRows / (kRows - 1);
      EXPECT_NEAR(layer.bindings.at("m1").at(static_cast<int64_t>(j)), means[j], 1e-13);
      EXPECT_NEAR(layer.bindings.at("v1").at(static_cast<int64_t>(j)), variances[j], 1e-13);
    }
  }
}

TEST(BatchNormalization, inference_uses_the_running_statistics) {
  Layer layer(Normalization::batch, kRows, Form::inference);
  EXPECT_TRUE(layer.network.updates.empty());
  for (int64_t j = 0; j < kUnits; ++j) {
    layer.bindings.at("m1").set(j, 0.25 * static_cast<double>(j));
    layer.bindings.at("v1").set(j, 2 + static_cast<double>(j));
  }
  const Numbers z = layer.product(), found = layer.output();
  for (size_t i = 0; i < z.size(); ++i) {
    const size_t j = i % kUnits;
    const auto unit = static_cast<double>(j);
    EXPECT_NEAR(found[i], (z[i] - 0.25 * unit) / std::sqrt(2 + unit + 1e-5) * layer.scale(j) + layer.shift(j),
                1e-12);
  }
}

TEST(BatchNormalization, inference_equals_training_once_the_statistics_have_converged) {
  Layer layer(Normalization::batch);
  const Mlp use = mlp(layer.x, {LayerSpec{.units = kUnits, .normalization = Normalization::batch}});
  EXPECT_EQ(use.parameters[0].value, layer.network.parameters[0].value);
  EXPECT_EQ(use.statistics[1].value, layer.network.statistics[1].value);
  for (int t = 0; t < 400; ++t) layer.advance();  // 0.9⁴⁰⁰ < 1e−18
  // In inference the variance is the unbiased one.
  const Numbers z = layer.product(), found = interpret(use.output, layer.bindings).values;
  for (size_t i = 0; i < z.size(); ++i) {
    const size_t j = i % kUnits;
    const Moments m = moments(column(z, j));
    EXPECT_NEAR(found[i],
                (z[i] - m.mean) / std::sqrt(m.variance * kRows / (kRows - 1) + 1e-5) * layer.scale(j) +
                    layer.shift(j),
                1e-12);
  }
}

TEST(BatchNormalization, of_one_sample_gives_the_shift_and_keeps_the_variance) {
  Layer layer(Normalization::batch, 1);
  const Numbers z = layer.product(), found = layer.output();
  layer.advance();
  for (size_t j = 0; j < kUnits; ++j) {
    EXPECT_EQ(found[j], layer.shift(j));
    EXPECT_NEAR(layer.bindings.at("m1").at(static_cast<int64_t>(j)), 0.1 * z[j], 1e-14);
    EXPECT_EQ(layer.bindings.at("v1").at(static_cast<int64_t>(j)), 1);
  }
}

TEST(LayerNormalization, normalizes_every_sample_over_its_units) {
  for (const Form form : {Form::training, Form::inference}) {
    Layer layer(Normalization::layer, kRows, form);
    EXPECT_TRUE(layer.network.statistics.empty());
    const Numbers z = layer.product(), found = layer.output();
    for (size_t i = 0; i < z.size(); i += kUnits) {
      const auto begin = z.begin() + static_cast<std::ptrdiff_t>(i);
      const Moments m = moments(Numbers(begin, begin + kUnits));
      for (size_t j = 0; j < kUnits; ++j)
        EXPECT_NEAR(found[i + j],
                    (z[i + j] - m.mean) / std::sqrt(m.variance + 1e-5) * layer.scale(j) + layer.shift(j),
                    1e-12);
    }
  }
}

TEST(Normalization, gradients_agree_with_finite_differences) {
  for (const Normalization kind : {Normalization::batch, Normalization::layer})
    for (const Form form : {Form::training, Form::inference}) {
      Layer layer(kind, kRows, form);
      std::vector<Value> wrt = values_of(layer.network.parameters);
      wrt.push_back(layer.x);
      for (const GradientError& error : check_gradient(layer.network.output, wrt, layer.bindings, kSeed))
        EXPECT_LE(error.relative, 1e-6)
            << to_string(kind) << ": " << error.name << "[" << error.element << "]: " << error.analytic
            << " by the rule, " << error.numeric << " by differences; seed " << kSeed;
    }
}

TEST(Normalization, compiled_in_float32_agrees_with_the_interpreter) {
  for (const Normalization kind : {Normalization::batch, Normalization::layer}) {
    Layer reference(kind);
    Graph graph;
    const Value x = graph.input("x", Shape({kBatch, kInputs}));
    const Mlp network =
        mlp(x, {LayerSpec{.units = kUnits, .normalization = kind}}, "", {.form = Form::training});
    Parameters parameters;
    for (const auto& list : {network.parameters, network.statistics})
      for (const Parameter& parameter : list) {
        const std::string& name = graph.node(parameter.value).name;
        Tensor& tensor = parameters.add(name, Tensor(parameter.value.shape()));
        for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, reference.bindings.at(name).at(i));
      }
    Tensor rows(Shape({kRows, kInputs}));
    for (int64_t i = 0; i < rows.size(); ++i) rows.set(i, reference.bindings.at("x").at(i));
    Program program({&network.output, 1}, network.updates,
                    [&](std::string_view name) { return parameters.find(name); });
    program.bind(kRows);
    program.set("x", rows);
    program.run();
    const Numbers expected = reference.output();
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(program.values<float>(0)[i], expected[i], 1e-5) << to_string(kind);
    reference.advance();
    for (const Parameter& statistic : network.statistics) {
      const std::string& name = graph.node(statistic.value).name;
      for (int64_t i = 0; i < kUnits; ++i)
        EXPECT_NEAR(parameters.at(name).at(i), reference.bindings.at(name).at(i), 1e-5) << name;
    }
  }
}

TEST(Normalization, names_are_read_back) {
  for (const Normalization one : normalizations()) EXPECT_EQ(parse_normalization(to_string(one)), one);
  try {
    parse_normalization("group");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[normalization] \"group\" is unknown; expected one of none, batch, layer");
  }
}

TEST(Normalization, an_impossible_momentum_is_an_error) {
  Graph graph;
  const Value z = graph.input("z", Shape({kBatch, 2}));
  for (const double wrong : {-0.1, 1.0, std::nan("")})
    EXPECT_THROW(batch_normalized(z, "m", "v", {.momentum = wrong}), Error) << wrong;
}

}  // namespace
}  // namespace kette::normalization_test
