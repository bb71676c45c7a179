// Small made-up data sets to watch a network learn on.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kette/data/table.h"

namespace kette::data {

/// "circle", "xor", "gauss", "spiral", "moons", "sine".
std::span<const std::string_view> generator_names();

/// The data set `name`, values rounded to 6 decimals, the same for the same arguments. Throws Error for an
/// unknown name, samples outside [2, 10⁷], noise outside [0, 10].
///
/// Two classes in the plane, columns x1, x2, label (0 or 1; rows alternate, or are random where the place
/// decides):
/// - circle: a disc of radius 2.5 (class 1) within a ring of radii 3.5 to 5; noise moves the points, relative
/// to 5;
/// - xor: the square of side 10 about 0, class 1 where x1·x2 ≥ 0; noise as above;
/// - gauss: two clouds about (2, 2) (class 1) and (−2, −2) of variance 0.5 + 7·noise;
/// - spiral: two arms of 1¾ turns out to radius 5, each point moved by up to ±noise;
/// - moons: two interleaving half circles of radius 1, the upper (class 0) about (0, 0), the lower (class 1)
/// about
///   (1, 0.5); normal noise of that standard deviation.
/// The first four as in TensorFlow Playground [Smilkov et al. 2017, "Direct-Manipulation Visualization of
/// Deep Networks"], moons as in scikit-learn's make_moons.
///
/// Regression, columns x, y:
/// - sine: y = sin x for x uniform in [−π, π), plus normal noise of that standard deviation.
Table generate(std::string_view name, int64_t samples, double noise, uint64_t seed);

}  // namespace kette::data
