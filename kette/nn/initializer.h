// The first values of a network's parameters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/random.h"
#include "kette/tensor/tensor.h"

namespace kette {

/// A distribution. With fan_in and fan_out the numbers of inputs and outputs of a layer:
///
/// | kind     | uniform in ±limit     | normal with deviation | keeps the variance of         |
/// |----------|-----------------------|-----------------------|-------------------------------|
/// | glorot_… | √(6/(fan_in+fan_out)) | √(2/(fan_in+fan_out)) | signals and gradients [1]     |
/// | he_…     | √(6/fan_in)           | √(2/fan_in)           | signals through ReLU [2]      |
/// | lecun_…  | √(3/fan_in)           | √(1/fan_in)           | signals [3], through SELU [4] |
/// | (none)   | `value`               | `value`               |                               |
///
/// - [1] Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks".
/// - [2] He et al. 2015, "Delving Deep into Rectifiers", section 2.2.
/// - [3] LeCun et al. 1998, "Efficient BackProp", section 4.6.
/// - [4] Klambauer et al. 2017, "Self-Normalizing Neural Networks".
struct Initializer {
  enum class Kind : uint8_t {
    zeros,
    constant,
    uniform,
    normal,
    glorot_uniform,
    glorot_normal,
    he_uniform,
    he_normal,
    lecun_uniform,
    lecun_normal,
  };
  Kind kind = Kind::zeros;
  double value = 0;  // of constant, uniform and normal

  friend bool operator==(const Initializer&, const Initializer&) = default;
};

/// `glorot_uniform`, `zeros`, `constant(0.1)`, …
std::string to_string(const Initializer& initializer);
/// Reads to_string's form. Throws Error, listing the choices, for any other text and for a value that is not
/// a finite number, or negative where it is a limit or deviation.
Initializer parse_initializer(std::string_view text);
/// The forms that it reads: `zeros`, `constant(VALUE)`, …
std::vector<std::string> initializer_forms();

/// Fills the tensor (f32 or f64). fan_out is its last dim and fan_in the product of the others, as in weights
/// [fan_in, fan_out]. Element i depends on number i of `random` only; an f32 tensor holds the rounded
/// elements of the f64 tensor.
void initialize(Tensor& tensor, const Initializer& initializer, const Random& random);

}  // namespace kette
