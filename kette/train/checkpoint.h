// A training run as a file, from which it goes on to the same bits.
//
// The file is in the safetensors format: the tensors "weights/W1", "optimizer/adam.m/W1", "best/W1",
// "lbfgs/x", …, the numbers of every epoch in "history" f64 [epochs, columns], and the single numbers in the
// metadata, reals as the 16 hexadecimal digits of their bits.
#pragma once

#include <string>
#include <string_view>

#include "kette/train/state.h"

namespace kette {

/// Raised when an older kette would misread a file.
inline constexpr int kCheckpointVersion = 1;

/// `fingerprint`: what makes the run what it is, configuration and data, as lines `name: value`. UTF-8.
std::string to_checkpoint(const TrainingState& state, std::string_view fingerprint);

/// Throws Error, beginning with `source`, for a file that is not one of to_checkpoint(), and for one of
/// another fingerprint, naming the first line that differs: `x.checkpoint: belongs to another run:
/// learning_rate is 0.01 there, 0.1 here`. Whether the state fits the network is for Trainer::restore to say.
TrainingState from_checkpoint(std::string_view bytes, std::string_view fingerprint,
                              std::string_view source = "checkpoint");

/// Written all or nothing, see write_file_atomically().
void save_checkpoint(const std::string& path, const TrainingState& state, std::string_view fingerprint);
TrainingState load_checkpoint(const std::string& path, std::string_view fingerprint);

}  // namespace kette
