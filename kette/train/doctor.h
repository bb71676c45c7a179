// Looks on while a network is trained, and says what is wrong with it. It changes nothing: with and without a
// doctor training gives the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kette/compile/program.h"
#include "kette/train/diagnosis.h"
#include "kette/train/step.h"

namespace kette {

struct EpochReport;

/// After 0, 1, 4, 16, 64, … epochs and after the last, one program observes every layer on the same rows: an
/// eighth of the training set, at least 64 and at most 256, evenly spread.
class Doctor {
 public:
  /// Both must outlive the doctor. Throws Error for rows that do not fit the network.
  Doctor(Network& network, const Prepared& training);
  Doctor(const Doctor&) = delete;
  Doctor& operator=(const Doctor&) = delete;
  ~Doctor() = default;

  const Observations& observations() const { return observations_; }
  std::vector<Finding> findings() const { return diagnose(observations_); }

  // For the trainer, in this order ------------------------------------------------------------------------

  /// `epochs` and `steps` are done.
  void before_epoch(int64_t epochs, int64_t steps);
  void after_first_step();
  void after_epoch(const EpochReport& report, int64_t steps, bool is_last);
  void diverged(const std::string& message) { observations_.divergence = message; }

 private:
  struct Layer {
    std::string name;
    Value weights, output;  // output: the activation's node, empty where nothing is to be seen
    std::string activation;
    Tensor* tensor;             // of the weights
    std::vector<float> before;  // the weights before the step that is measured
  };

  static std::vector<Layer> layers_of(Network& network);
  void compile();
  void look(int64_t epochs, int64_t steps);
  void measure_start();

  Network& network_;
  std::vector<Layer> layers_;
  Prepared rows_;
  int64_t steps_ = 0;
  // Made at the first look: the gradient's nodes are those of the training step, if this has been built
  // before.
  std::optional<Program> program_;
  std::optional<RowFeed> feed_;
  bool is_measuring_ = false;
  Observations observations_;
};

}  // namespace kette
