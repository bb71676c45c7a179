// A model applied to many rows.
#pragma once

#include <optional>

#include "kette/compile/program.h"
#include "kette/judge/measures.h"
#include "kette/train/build.h"
#include "kette/train/prepared.h"

namespace kette {

/// Holds the compiled forward pass; reads the model's parameters where they lie, so it follows training. The
/// model must outlive it. Results do not depend on the number of threads.
class Predictor {
 public:
  explicit Predictor(Model& model, Threads* threads = nullptr);
  /// Also computes the mean of the objective's loss.
  Predictor(Model& model, const Objective& objective, Threads* threads = nullptr);
  /// The same with parameters that lie elsewhere.
  Predictor(const Model& model, const Objective& objective, const Program::Storage& parameters,
            Threads* threads = nullptr);

  /// Needs the first constructor. `features`: f32 [rows, columns], raw. Throws Error for another number of
  /// columns.
  Predictions predict(const data::Matrix& features);

  struct Result {
    Predictions predictions;
    double loss = 0;  // the objective's, mean over all rows
  };
  /// Needs the second constructor.
  Result evaluate(const Prepared& samples);

 private:
  Result run(const data::Matrix& inputs, const Prepared* expected);
  void set_expected(const Prepared& expected, int64_t first);

  Program program_;
  int input_slot_;
  std::optional<int> target_slot_, weight_slot_;
  int64_t columns_, scores_, outputs_;
};

}  // namespace kette
