// The learning rate as a function of time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kette {

/// η_t at step t = 0, 1, … of T. p = t/(T−1) is the share of training that is over, and
/// ramp(a → b, p) = b + (a − b)·(1 + cos πp)/2:
///
/// - constant: rate.
/// - inverse_time: rate/(1 + decay·t), such that Σ η_t = ∞ and Σ η_t² < ∞, with which stochastic gradient
///   descent converges [Robbins & Monro 1951; Bottou 2004, "Stochastic Learning"].
/// - step: rate·factor^⌊t/every⌋.
/// - exponential: rate·factor^(t/every).
/// - cosine: rate·ramp(1 → final_share, p) [Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with
///   Warm Restarts", without restarts].
/// - one_cycle: rate·ramp(1/25 → 1, p/warm_share), then
///   rate·ramp(1 → final_share, (p − warm_share)/(1 − warm_share)) [Smith & Topin 2018, "Super-Convergence"].
struct ScheduleSpec {
  enum class Kind : uint8_t { constant, inverse_time, step, exponential, cosine, one_cycle };
  Kind kind = Kind::constant;
  double rate = 0.1;                       // the highest; above 0
  double decay = 0;                        // at least 0
  double factor = 0.1;                     // in (0, 1]
  int64_t every = 1;                       // steps, at least 1
  std::optional<double> final_share = {};  // in [0, 1]; 0.01 for cosine and 1e-4 for one_cycle when absent
  double warm_share = 0.3;                 // in (0, 1)
  /// Steps before the first of the schedule, over which the rate rises in equal parts to that first one
  /// [Goyal et al. 2017, "Accurate, Large Minibatch SGD", section 2.2]. T is what is left after them.
  int64_t warmup = 0;
};

/// "constant", "1/t", "step", "exponential", "cosine", "one-cycle".
std::string_view to_string(ScheduleSpec::Kind kind);
/// All of them, in the order of the enumeration.
std::span<const ScheduleSpec::Kind> schedules();
/// Throws Error that lists the choices.
ScheduleSpec::Kind parse_schedule(std::string_view name);

class Schedule {
 public:
  /// `total_steps`: the length of training, warm-up included; 0 if unknown. Throws Error for a setting out of
  /// range, and where cosine or one_cycle lack the number of steps or have none left after the warm-up.
  explicit Schedule(const ScheduleSpec& spec, int64_t total_steps = 0);
  /// Constant when decay is 0; else inverse_time.
  explicit Schedule(double initial, double decay = 0);

  double initial() const { return spec_.rate; }
  double decay() const { return spec_.decay; }
  /// Above 0 or, at the end of a schedule with the final share 0, 0. From the last step on it stays as it is.
  double at(int64_t step) const;

 private:
  double after_warmup(int64_t step) const;

  ScheduleSpec spec_;
  double final_share_;
  int64_t last_step_;  // T − 1
};

}  // namespace kette
