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
#include "kette/nn/form.h"
#include "kette/nn/normalization.h"
#include "kette/nn/parameters.h"

namespace kette {

struct LayerSpec {
  int64_t units = 1;
  Activation activation = Activation::identity;
  bool bias = true;
  std::optional<Initializer> initializer = {};  // of the weights; default_initializer(activation) when absent
  double dropout = 0;  // share of h that is zeroed in training, in [0, 1) [Srivastava et al. 2014]
  Normalization normalization = Normalization::none;
};

/// One layer h = f(z) with z = x·W + b, or normalised z = norm(x·W)·g + b.
struct DenseLayer {
  Value z;       // [N, units], before the activation
  Value h;       // [N, units]; z itself when the activation is the identity
  Value output;  // [N, units]; h itself when nothing is dropped
  /// W [inputs, units], the scale g [units] of a normalised layer, which starts at one, and, unless left out,
  /// b [units], which starts at zero.
  std::vector<Parameter> parameters;
  std::vector<Parameter> statistics;  // of batch normalisation: running mean m and variance v [units]
  std::vector<Update> updates;        // of the statistics, in the training form
};

/// x [N, inputs] → [N, units], in x's element type. Layer 1 has the parameters W1, g1, b1, m1 and v1 and the
/// nodes z1 and h1, each name after `prefix`. A second use in one graph, on another x or in another form,
/// shares the parameters; its nodes stay unnamed. Throws Error when x is not a matrix of reals, when units <
/// 1 or dropout is out of range, when a step is needed but not given, or when the graph holds these names
/// with other shapes.
DenseLayer dense(Value x, const LayerSpec& spec, int number, std::string_view prefix = "",
                 const MlpForm& form = {});

struct Mlp {
  Value output;                       // of the last layer, [N, units]
  std::vector<Parameter> parameters;  // W1, b1, W2, b2, …: what is trained
  std::vector<DenseLayer> layers;
  std::vector<Parameter> statistics = {};  // m1, v1, …: part of the model, but not trained
  std::vector<Update> updates = {};        // of the statistics, for training_step(); none in inference
};

/// A multi-layer perceptron NN(x) = f2(f1(x·W1 + b1)·W2 + b2) of any depth ≥ 1. The last layer's activation
/// is the output's: the identity for unbounded targets and for the scores (logits) that losses and softmax
/// take; sigmoid where a network is to give numbers in (0, 1). Names are those of dense(), numbered from 1.
Mlp mlp(Value x, std::span<const LayerSpec> layers, std::string_view prefix = "", const MlpForm& form = {});
inline Mlp mlp(Value x, std::initializer_list<LayerSpec> layers, std::string_view prefix = "",
               const MlpForm& form = {}) {
  return mlp(x, std::span<const LayerSpec>(layers.begin(), layers.size()), prefix, form);
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
