#include "kette/cli/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "kette/cli/terminal.h"
#include "kette/cli/text.h"

namespace kette::cli {
namespace {

constexpr int64_t kWidestBar = 24, kNarrowestBar = 8;

/// 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, …: about a dozen lines for a hundred epochs, two dozen for a
/// million.
bool is_printed(int64_t epoch) {
  int64_t power = 1;
  while (epoch >= 10 * power) power *= 10;
  for (const int64_t tenths : {10, 15, 20, 30, 50, 70})
    if (epoch * 10 == tenths * power) return true;
  return false;
}

std::string first_measure(const EpochReport& report, bool with_name) {
  if (!report.validation) return "";
  const auto& [name, value] = report.validation->measures.front();
  return with_name ? name + " " + measure_text(name, value) : measure_text(name, value);
}

std::string bar(double share, int64_t width) {
  const int64_t filled = std::llround(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  std::string text;
  for (int64_t i = 0; i < width; ++i) text += i < filled ? "━" : "─";
  return text;
}

}  // namespace

int terminal_width() { return has_cursor() ? static_cast<int>(terminal_columns()) : 0; }

Progress::Progress(const Stopping& stopping, int64_t steps_per_epoch, int width)
    : stopping_(stopping), steps_per_epoch_(steps_per_epoch), width_(width) {}

/// The share of the nearest limit.
double Progress::done(int64_t epoch, double share) const {
  const double epochs = static_cast<double>(epoch - 1) + share;
  double most = 0;
  if (stopping_.epochs > 0) most = std::max(most, epochs / static_cast<double>(stopping_.epochs));
  if (stopping_.steps > 0)
    most =
        std::max(most, epochs * static_cast<double>(steps_per_epoch_) / static_cast<double>(stopping_.steps));
  if (stopping_.seconds > 0) most = std::max(most, last_.seconds / stopping_.seconds);
  return most;
}

/// What fits the line: the numbers first, the bar in the room that they leave.
void Progress::draw(int64_t epoch, double share) {
  std::string head = fmt::format("epoch {}", epoch);
  if (stopping_.epochs > 0) head += fmt::format("/{}", stopping_.epochs);
  std::vector<std::string> parts;
  if (last_.epoch > 0) {
    parts.push_back(fmt::format(" loss {}", measure_text("loss", last_.loss)));
    if (last_.validation) {
      parts.push_back(fmt::format(" · validation loss {}", measure_text("loss", last_.validation->loss)));
      parts.push_back(fmt::format(" · {}", first_measure(last_, true)));
    }
    parts.push_back(fmt::format(" · {}", duration(last_.seconds)));
  }
  auto room = static_cast<int64_t>(width_) - 1 - static_cast<int64_t>(width_of(head));
  std::string numbers;
  for (const std::string& part : parts) {
    if (room < static_cast<int64_t>(width_of(part))) break;
    room -= static_cast<int64_t>(width_of(part));
    numbers += part;
  }
  const int64_t bar_width = std::min<int64_t>(kWidestBar, room - 1);
  if (bar_width >= kNarrowestBar) head += fmt::format(" {}", bar(done(epoch, share), bar_width));
  fmt::print("\r{}{}\x1b[K", head, numbers);
  std::fflush(stdout);
}

void Progress::print(const EpochReport& report) {
  if (printed_ == 0)
    fmt::print("{:>8}{:>12}{}{:>10}\n", "epoch", "loss",
               report.validation
                   ? fmt::format("{:>18}{:>12}", "validation loss", report.validation->measures.front().first)
                   : "",
               "seconds");
  fmt::print("{:>8}{:>12}{}{:>10.2f}\n", report.epoch, measure_text("loss", report.loss),
             report.validation ? fmt::format("{:>18}{:>12}", measure_text("loss", report.validation->loss),
                                             first_measure(report, false))
                               : "",
             report.seconds);
  std::fflush(stdout);
  printed_ = report.epoch;
}

void Progress::progress(int64_t epoch, double share) {
  if (width_ > 0) draw(epoch, share);
}

void Progress::epoch(const EpochReport& report) {
  last_ = report;
  if (width_ == 0) {
    if (is_printed(report.epoch)) print(report);
  } else if (report.epoch == 1 || report.seconds - drawn_at_ >= 0.05) {
    drawn_at_ = report.seconds;
    draw(report.epoch, 1);
  }
}

void Progress::finish() {
  if (last_.epoch == 0) return;
  if (width_ > 0) {
    draw(last_.epoch, 1);
    fmt::print("\n");
  } else if (printed_ != last_.epoch) {
    print(last_);
  }
}

}  // namespace kette::cli
