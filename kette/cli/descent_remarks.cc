#include "kette/cli/descent_remarks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kette/base/error.h"
#include "kette/cli/text.h"

namespace kette::cli {
namespace {

using data::Descent;

std::string loss_text(double loss) { return measure_text("loss", loss); }

/// Null when it diverged.
const DescentRun* whole_run(std::span<const DescentRun> runs, Descent descent) {
  for (const DescentRun& run : runs)
    if (run.descent == descent && run.is_whole()) return &run;
  return nullptr;
}

int64_t epochs_of(const DescentRun& run) { return static_cast<int64_t>(run.losses.size()) - 1; }

/// Epochs in [first, last] after which the loss was higher than before them, and the mean share it rose by.
struct Rises {
  int64_t count = 0;
  double mean = 0;
};
Rises rises(const DescentRun& run, int64_t first, int64_t last) {
  Rises found;
  for (int64_t e = first; e <= last; ++e) {
    const double before = run.losses[static_cast<size_t>(e - 1)], after = run.losses[static_cast<size_t>(e)];
    if (after <= before) continue;
    ++found.count;
    found.mean += (after - before) / std::max(std::abs(before), 1e-300);
  }
  if (found.count > 0) found.mean /= static_cast<double>(found.count);
  return found;
}

Rises rises(const DescentRun& run) { return rises(run, 1, epochs_of(run)); }

std::string redundancy(std::span<const DescentRun> runs, int64_t rows) {
  const DescentRun* batch = whole_run(runs, Descent::batch);
  if (!batch) return "";
  const std::string start = fmt::format("batch looked at all {} before each of its {} and came from {} to {}",
                                        counted(rows, "row"), counted(batch->updates, "update"),
                                        loss_text(batch->losses.front()), loss_text(batch->final_loss()));
  if (batch->final_loss() >= batch->losses.front()) return start + ": it has learned nothing yet";
  const DescentRun* first = nullptr;
  int64_t after = 0;
  for (const DescentRun& run : runs) {
    if (&run == batch || !run.is_whole()) continue;
    const auto there =
        std::ranges::find_if(run.losses, [&](double loss) { return loss <= batch->final_loss(); });
    const int64_t epoch = there - run.losses.begin();
    if (there != run.losses.end() && (!first || epoch < after)) {
      first = &run;
      after = epoch;
    }
  }
  if (!first) return start + "; no other variant came as low";
  const std::string there = fmt::format("{}; {} was there after {} of {}", start, to_string(first->descent),
                                        after, counted(epochs_of(*first), "epoch"));
  return 2 * after <= epochs_of(*batch) ? there + ": many rows say the same, so a few are enough for a step"
                                        : there + ": on this table looking at all rows costs little";
}

std::string variance(std::span<const DescentRun> runs) {
  const DescentRun* sgd = whole_run(runs, Descent::sgd);
  if (!sgd) return "";
  std::string others;
  int64_t most = 0;
  double largest = 0;
  for (const DescentRun& run : runs) {
    if (&run == sgd || !run.is_whole()) continue;
    const Rises found = rises(run);
    others += fmt::format("{}{} {}", others.empty() ? "" : ", ", to_string(run.descent), found.count);
    if (run.descent == Descent::sgd_shuffle) continue;
    most = std::max(most, found.count);
    largest = std::max(largest, found.mean);
  }
  const Rises own = rises(*sgd);
  std::string line = fmt::format("sgd ended {} of its {} with a higher loss than before", grouped(own.count),
                                 counted(epochs_of(*sgd), "epoch"));
  if (own.count > 0) line += fmt::format(", by {:.2g} % on average", 100 * own.mean);
  if (!others.empty()) line += fmt::format(" ({})", others);
  if (own.count > most) return line + ": the gradient of one row points here and there";
  return own.count > 0 && own.mean > largest ? line + ": its steps vary more than those of many rows"
                                             : line + ": at this rate its noise does no visible harm";
}

std::string falling_rate(std::span<const DescentRun> runs) {
  std::string line;
  int64_t early = 0, late = 0;
  double early_sum = 0, late_sum = 0;
  const DescentRun* any = nullptr;
  for (const DescentRun& run : runs) {
    if (!run.is_whole() || run.descent == Descent::batch || epochs_of(run) < 4) continue;
    any = &run;
    const int64_t half = epochs_of(run) / 2;
    const Rises first = rises(run, 1, half), second = rises(run, half + 1, epochs_of(run));
    early += first.count;
    late += second.count;
    early_sum += first.mean * static_cast<double>(first.count);
    late_sum += second.mean * static_cast<double>(second.count);
  }
  if (!any || any->last_rate >= any->first_rate || early + late == 0) return "";
  line = fmt::format(
      "η fell to {:.2g} of its first value: in the first half of the epochs the four stochastic variants "
      "together rose {} by {:.2g} % in sum, in the second {} by {:.2g} %",
      any->last_rate / any->first_rate, counted(early, "time"), 100 * early_sum, counted(late, "time"),
      100 * late_sum);
  return late_sum < early_sum ? line + ": they settle" : line + ": it falls too slowly for them to settle";
}

std::string minibatches(std::span<const DescentRun> runs) {
  const DescentRun *mini = whole_run(runs, Descent::minibatch_shuffle),
                   *sgd = whole_run(runs, Descent::sgd_shuffle);
  if (!mini || !sgd) return "";
  return fmt::format(
      "minibatch-shuffle of {} did {} of the updates of sgd-shuffle and passed {:.2g} times as many rows a "
      "second; it ended {} at {}, sgd-shuffle at {}",
      counted(mini->batch_size, "row"),
      fmt::format("1/{:.0f}", static_cast<double>(sgd->updates) / static_cast<double>(mini->updates)),
      mini->rows_per_second / std::max(sgd->rows_per_second, 1e-9),
      mini->final_loss() < sgd->final_loss() ? "lower," : "no lower,", loss_text(mini->final_loss()),
      loss_text(sgd->final_loss()));
}

std::string shuffling(std::span<const DescentRun> runs) {
  std::string line;
  for (const auto& [drawn, shuffled] : {std::pair{Descent::sgd, Descent::sgd_shuffle},
                                        std::pair{Descent::minibatch, Descent::minibatch_shuffle}}) {
    const DescentRun *a = whole_run(runs, drawn), *b = whole_run(runs, shuffled);
    if (!a || !b) continue;
    int64_t lower = 0;
    for (size_t e = 1; e < a->losses.size(); ++e)
      if (b->losses[e] < a->losses[e]) ++lower;
    line += line.empty() ? fmt::format(
                               "drawing rows with replacement left {:.0f} % of them out of an epoch; "
                               "shuffling meets each once. With it the loss was lower after {} of {} ({})",
                               100 * a->unseen, lower, counted(epochs_of(*a), "epoch"), to_string(drawn))
                         : fmt::format(", {} of {} ({})", lower, epochs_of(*a), to_string(drawn));
  }
  return line;
}

std::string winner(std::span<const DescentRun> runs) {
  const DescentRun *best = nullptr, *on_test = nullptr;
  for (const DescentRun& run : runs) {
    if (!run.is_whole()) continue;
    if (!best || run.final_loss() < best->final_loss()) best = &run;
    if (run.measures.empty()) continue;
    const auto& [name, value] = run.measures.front();
    if (!on_test || (name == "accuracy" ? value > on_test->measures.front().second
                                        : value < on_test->measures.front().second))
      on_test = &run;
  }
  if (!best) return "";
  std::string line =
      fmt::format("lowest training loss: {} ({})", to_string(best->descent), loss_text(best->final_loss()));
  if (on_test)
    line += fmt::format(" · best on the test rows: {} ({} {})", to_string(on_test->descent),
                        on_test->measures.front().first,
                        measure_text(on_test->measures.front().first, on_test->measures.front().second));
  return line;
}

}  // namespace

std::string sparkline(std::span<const double> losses, double lowest, double highest, size_t width) {
  constexpr std::array<const char*, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const bool is_log = lowest > 0 && highest > 0;
  const auto height = [&](double loss) {
    const double range = is_log ? std::log(highest / lowest) : highest - lowest;
    const double up = is_log ? std::log(std::max(loss, lowest) / lowest) : loss - lowest;
    return range > 0 ? std::clamp(up / range, 0.0, 1.0) : 0.0;
  };
  const size_t count = std::min(width, losses.size());
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    const double loss = losses[count == 1 ? 0 : i * (losses.size() - 1) / (count - 1)];
    text += std::isfinite(loss) ? kBars.at(static_cast<size_t>(std::lround(7 * height(loss)))) : "!";
  }
  return text;
}

std::vector<std::string> descent_remarks(std::span<const DescentRun> runs, int64_t rows) {
  std::vector<std::string> lines;
  for (const DescentRun& run : runs)
    if (!run.is_whole()) lines.push_back(fmt::format("{}: {}", to_string(run.descent), run.divergence));
  for (std::string& line : std::array{redundancy(runs, rows), variance(runs), falling_rate(runs),
                                      minibatches(runs), shuffling(runs), winner(runs)})
    if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace kette::cli
