// What is drawn anew beside each operation that uses it, so that edges do not run all over the picture.
#pragma once

#include "kette/figure/figure.h"

namespace kette {

/// A constant of one element, without a name, and with nothing further to say: the 0.5 of `mul(z, 0.5)`.
bool is_bare_number(const Figure::Node& node);

/// The figure with such numbers beside their uses; and, where the backward pass takes many values from the
/// forward pass, with the names of these values beside the operations that take them. Nodes without a name
/// are then called by their %id.
Figure with_repetitions(const Figure& figure);

}  // namespace kette
