// Numbers that are nothing but numbers: the 0.5 of `mul(z, 0.5)`.
#pragma once

#include "kette/figure/figure.h"

namespace kette {

/// A constant of one element, without a name, and with nothing further to say.
bool is_bare_number(const Figure::Node& node);

/// The figure with such a number drawn anew beside each operation that uses it, so that no edges from all
/// over the picture meet in a 1.
Figure with_numbers_beside_their_uses(const Figure& figure);

}  // namespace kette
