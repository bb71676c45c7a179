// The activation functions that a layer can have, by name.
#pragma once

#include <span>
#include <string_view>

#include "kette/graph/graph.h"
#include "kette/nn/initializer.h"

namespace kette {

/// Formulas and derivatives: see the operation of the same name. identity: f(z) = z.
enum class Activation : uint8_t {
  identity,
  sigmoid,
  tanh,
  hardtanh,
  relu,
  leaky_relu,
  elu,
  selu,
  gelu,
  silu,
  softplus,
  softsign,
  cube,
};

/// All of them, in the order of the enumeration.
std::span<const Activation> activations();
std::string_view to_string(Activation activation);
/// Throws Error that lists the choices.
Activation parse_activation(std::string_view name);

/// f(z), element by element; leaky_relu has the slope 0.01 and elu α = 1.
Value apply(Activation activation, Value z);

/// How the weights of a layer with this activation start unless told otherwise: he_normal for the rectifiers
/// (relu, leaky_relu, elu, gelu, silu, softplus), lecun_normal for selu, glorot_uniform for the others
/// (softmax follows an identity layer).
Initializer default_initializer(Activation activation);

}  // namespace kette
