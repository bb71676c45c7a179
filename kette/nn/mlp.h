// Layers, and the multi-layer perceptron made of them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/nn/activation.h"
#include "kette/nn/parameters.h"

namespace kette {

struct LayerSpec {
  int64_t units = 1;
  Activation activation = Activation::identity;
  bool bias = true;
  std::optional<Initializer> initializer = {};  // of the weights; default_initializer(activation) when absent
};

/// One layer h = f(z), z = x·W + b.
struct DenseLayer {
  Value z;  // [N, units], before the activation
  Value h;  // [N, units]; z itself when the activation is the identity
  /// W [inputs, units] and, unless left out, b [units], which starts at zero.
  std::vector<Parameter> parameters;
};

/// x [N, inputs] → [N, units], in x's element type. Layer 1 has the parameters W1 and b1 and the nodes z1 and
/// h1, each name after `prefix`. A second use in one graph, on another x, shares the parameters; its nodes
/// stay unnamed. Throws Error when x is not a matrix of reals, when units < 1, or when the graph holds these
/// names with other shapes.
DenseLayer dense(Value x, const LayerSpec& spec, int number, std::string_view prefix = "");

struct Mlp {
  Value output;                       // of the last layer, [N, units]
  std::vector<Parameter> parameters;  // W1, b1, W2, b2, …
  std::vector<DenseLayer> layers;
};

/// A multi-layer perceptron NN(x) = f2(f1(x·W1 + b1)·W2 + b2) of any depth ≥ 1. The last layer's activation
/// is the output's: the identity for unbounded targets and for the scores (logits) that losses and softmax
/// take; sigmoid where a network is to give numbers in (0, 1). Names are those of dense(), numbered from 1.
Mlp mlp(Value x, std::span<const LayerSpec> layers, std::string_view prefix = "");
inline Mlp mlp(Value x, std::initializer_list<LayerSpec> layers, std::string_view prefix = "") {
  return mlp(x, std::span<const LayerSpec>(layers.begin(), layers.size()), prefix);
}

struct EmbeddingSpec {
  int64_t vocabulary = 0;  // |V|, number of rows
  int64_t units = 0;       // d, numbers per row
  DType dtype = DType::f32;
  std::optional<Initializer> initializer = {};  // uniform(√(6/d)) when absent [Goldberg 2015]
};

struct EmbeddingLayer {
  Value output;  // [N, k·d]: the k rows of a sample side by side
  Parameter table;
};

/// The first layer of a network on symbols (words): indices [N, k] (i64, in [0, |V|)) → the rows they stand
/// for in the table `name` [|V|, d], concatenated → [N, k·d]. Throws Error when a shape does not fit.
EmbeddingLayer embedding(Value indices, const EmbeddingSpec& spec, std::string_view name = "E");

/// All values of a list of parameters, for gradient() and training_step().
std::vector<Value> values_of(std::span<const Parameter> list);

}  // namespace kette
