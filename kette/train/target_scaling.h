// How a regression's targets are moved to where a network's output is at home, and back.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/tensor/tensor.h"

namespace kette {

/// | kind     | t =                                                | output |
/// |----------|----------------------------------------------------|--------------------------------------------|
/// | none     | y                                                  | any | | standard | (y − mean)/deviation
/// | any                                        | | min_max  | (y − minimum)/(maximum − minimum) | in [0, 1],
/// as a sigmoid gives it           | | log      | log(1 + y − minimum), then as standard             | any;
/// errors count relative to y − minimum  |
struct TargetScaling {
  enum class Kind : uint8_t { none, standard, min_max, log };
  Kind kind = Kind::standard;
  // One of each for every target.
  std::vector<double> origin = {}, shift = {}, scale = {};
  std::vector<double> highest = {};  // log: the inverse goes no further, so that it stays finite

  /// Fitted on the given rows of y, f32 [rows] or [rows, targets]. A target of one value gets scale 1.
  static TargetScaling fit(Kind kind, const Tensor& y, std::span<const int64_t> rows);

  /// Nodes: targets [N, k] → what the scores are compared with, and scores → predictions.
  Value forward(Value target) const;
  Value inverse(Value scores) const;
};

/// "none", "standard", "min-max", "log".
std::string_view to_string(TargetScaling::Kind kind);
/// Throws Error that lists the choices.
TargetScaling::Kind parse_target_scaling(std::string_view text);
/// All of them, in the order of the enumeration.
std::span<const TargetScaling::Kind> target_scalings();

}  // namespace kette
