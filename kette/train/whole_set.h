// The mean loss over a whole training set as a function of the network's parameters, all in one row: what
// methods that need exact gradients make small.
#pragma once

#include <span>
#include <vector>

#include "kette/compile/program.h"
#include "kette/train/step.h"

namespace kette {

/// L(θ) + λ2/2·Σw², with the weights w as for StepOptions::l2. Computed in float32, block by block, and
/// summed in float64.
class WholeSet {
 public:
  /// Appends the gradient's nodes to the graph. Changes the network's parameters; all that is given must
  /// outlive it. Throws Error for a loss that depends on more than rows and parameters: with draws of dropout
  /// or with a batch's own statistics.
  WholeSet(Network& network, const Prepared& samples, double l2, Threads* threads);
  WholeSet(const WholeSet&) = delete;
  WholeSet& operator=(const WholeSet&) = delete;
  ~WholeSet() = default;

  /// The parameters as they are now.
  std::vector<double> point() const;
  void set(std::span<const double> point);
  /// Leaves `point` in the parameters. `gradient` is of the point's size.
  double value(std::span<const double> point, std::span<double> gradient);
  /// λ2/2·Σw² of the parameters as they are now.
  double penalty() const;

 private:
  std::vector<Tensor*> tensors_;  // of the parameters that descent changes
  std::vector<bool> is_weight_;
  double l2_;
  int64_t rows_;
  Program program_;
  RowFeed feed_;
};

}  // namespace kette
