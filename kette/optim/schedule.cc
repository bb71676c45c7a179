#include "kette/optim/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>

#include "kette/base/error.h"

namespace kette {
namespace {

using Kind = ScheduleSpec::Kind;

constexpr std::array kKinds = {Kind::constant,    Kind::inverse_time, Kind::step,
                               Kind::exponential, Kind::cosine,       Kind::one_cycle};
constexpr std::array<std::string_view, kKinds.size()> kNames = {"constant",    "1/t",    "step",
                                                                "exponential", "cosine", "one-cycle"};
constexpr double kFirstShare = 1.0 / 25;  // of one_cycle

bool has_end(Kind kind) { return kind == Kind::cosine || kind == Kind::one_cycle; }

/// From exactly a at p = 0 to exactly b at p = 1, level at both ends.
double ramp(double a, double b, double p) {
  const double share = (1 + std::cos(std::numbers::pi * p)) / 2;
  return a * share + b * (1 - share);
}

void check(const ScheduleSpec& spec, double final_share, int64_t total_steps) {
  if (!(spec.rate > 0) || !std::isfinite(spec.rate))
    fail("[learning rate] is {}; expected a finite number above 0", spec.rate);
  if (!(spec.decay >= 0) || !std::isfinite(spec.decay))
    fail("[learning rate] decay is {}; expected a finite number of at least 0", spec.decay);
  if (!(spec.factor > 0 && spec.factor <= 1))
    fail("[learning rate] factor is {}; expected a number in (0, 1]", spec.factor);
  if (spec.every < 1) fail("[learning rate] falls every {} steps; expected at least 1", spec.every);
  if (!(final_share >= 0 && final_share <= 1))
    fail("[learning rate] final share is {}; expected a number in [0, 1]", final_share);
  if (!(spec.warm_share > 0 && spec.warm_share < 1))
    fail("[learning rate] warm share is {}; expected a number in (0, 1)", spec.warm_share);
  if (spec.warmup < 0) fail("[learning rate] {} steps of warm-up; expected at least 0", spec.warmup);
  if (!has_end(spec.kind)) return;
  if (total_steps < 1)
    fail("[learning rate] the schedule \"{}\" needs a number of epochs or steps", to_string(spec.kind));
  if (spec.warmup >= total_steps)
    fail("[learning rate] {} steps of warm-up leave none of {} for the schedule \"{}\"", spec.warmup,
         total_steps, to_string(spec.kind));
}

}  // namespace

std::string_view to_string(Kind kind) { return kNames[static_cast<size_t>(kind)]; }

std::span<const Kind> schedules() { return kKinds; }

Kind parse_schedule(std::string_view name) {
  std::string choices;
  for (const Kind kind : kKinds) {
    if (to_string(kind) == name) return kind;
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", to_string(kind));
  }
  fail("[learning rate] the schedule \"{}\" is unknown; expected one of {}", name, choices);
}

Schedule::Schedule(const ScheduleSpec& spec, int64_t total_steps)
    : spec_(spec),
      final_share_(spec.final_share.value_or(spec.kind == Kind::one_cycle ? 1e-4 : 0.01)),
      last_step_(std::max<int64_t>(total_steps - spec.warmup - 1, 0)) {
  check(spec, final_share_, total_steps);
}

Schedule::Schedule(double initial, double decay)
    : Schedule(ScheduleSpec{
          .kind = decay == 0 ? Kind::constant : Kind::inverse_time, .rate = initial, .decay = decay}) {}

double Schedule::at(int64_t step) const {
  if (step >= spec_.warmup) return after_warmup(step - spec_.warmup);
  return after_warmup(0) * static_cast<double>(step + 1) / static_cast<double>(spec_.warmup + 1);
}

double Schedule::after_warmup(int64_t step) const {
  const auto t = static_cast<double>(step), every = static_cast<double>(spec_.every);
  const double p = last_step_ == 0 ? 0 : std::min(1.0, t / static_cast<double>(last_step_));
  const double warm = spec_.warm_share;
  switch (spec_.kind) {
    case Kind::constant:
      return spec_.rate;
    case Kind::inverse_time:
      return spec_.rate / (1 + spec_.decay * t);
    case Kind::step:
      return spec_.rate * std::pow(spec_.factor, std::floor(t / every));
    case Kind::exponential:
      return spec_.rate * std::pow(spec_.factor, t / every);
    case Kind::cosine:
      return spec_.rate * ramp(1, final_share_, p);
    case Kind::one_cycle:
      return spec_.rate *
             (p < warm ? ramp(kFirstShare, 1, p / warm) : ramp(1, final_share_, (p - warm) / (1 - warm)));
  }
  fail("[learning rate] unknown schedule");
}

}  // namespace kette
