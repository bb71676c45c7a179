#include "kette/judge/temperature.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"

namespace kette {
namespace {

constexpr int64_t kRowsOfTemperatureTile = 1024;
constexpr int kMostTemperatureSteps = 100;

/// The scores of one row as those of two or more classes.
class ScoreRows {
 public:
  explicit ScoreRows(const Tensor& scores)
      : values_(scores.values<float>()), width_(static_cast<size_t>(scores.shape()[1])) {}
  size_t classes() const { return std::max<size_t>(width_, 2); }
  /// Of the row, less the largest of them; `into` as long as there are classes.
  void read(size_t row, std::span<double> into) const {
    if (width_ == 1) {
      into[0] = 0;
      into[1] = values_[row];
    } else {
      std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(row * width_), width_, into.begin());
    }
    const double largest = std::ranges::max(into);
    for (double& score : into) score -= largest;
  }

 private:
  std::span<const float> values_;
  size_t width_;
};

/// First and second derivative of the summed cross-entropy by β = 1/T: with p = softmax(β s),
/// Σ (E_p[s] − s of the expected class) and Σ Var_p[s].
struct Slope {
  double first = 0, second = 0;
};

Slope slope_at(double beta, const ScoreRows& scores, const Tensor& classes, std::span<const int64_t> rows,
               Threads* threads) {
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t tiles = (count + kRowsOfTemperatureTile - 1) / kRowsOfTemperatureTile;
  std::vector<Slope> parts(static_cast<size_t>(tiles));
  for_each_tile(threads, tiles, [&](int64_t tile, int) {
    std::vector<double> row(scores.classes());
    Slope sum;
    const int64_t end = std::min(count, (tile + 1) * kRowsOfTemperatureTile);
    for (int64_t i = tile * kRowsOfTemperatureTile; i < end; ++i) {
      const auto index = static_cast<size_t>(rows[static_cast<size_t>(i)]);
      scores.read(index, row);
      double total = 0, weighted = 0, squares = 0;
      for (const double score : row) {
        const double p = std::exp(beta * score);
        total += p;
        weighted += p * score;
        squares += p * score * score;
      }
      const double mean = weighted / total;
      sum.first += mean - row[static_cast<size_t>(classes.values<int64_t>()[index])];
      sum.second += std::max(0.0, squares / total - mean * mean);
    }
    parts[static_cast<size_t>(tile)] = sum;
  });
  Slope sum;
  for (const Slope& part : parts) sum.first += part.first, sum.second += part.second;
  return sum;
}

}  // namespace

double best_temperature(const Tensor& scores, const Tensor& classes, std::span<const int64_t> rows,
                        Threads* threads, double start) {
  if (rows.empty()) fail("[temperature] there are no rows to fit it to");
  const ScoreRows source(scores);
  constexpr double kLeastBeta = 1 / kMostTemperature, kMostBeta = 1 / kLeastTemperature;
  const auto slope = [&](double beta) { return slope_at(beta, source, classes, rows, threads); };
  double beta = std::clamp(1 / start, kLeastBeta, kMostBeta);
  Slope now = slope(beta);  // grows with β
  if (now.first > 0 && slope(kLeastBeta).first >= 0) return kMostTemperature;
  if (now.first < 0 && slope(kMostBeta).first <= 0) return kLeastTemperature;
  double low = kLeastBeta, high = kMostBeta, before = std::log(high / low);  // the step before, in log β
  for (int step = 0; step < kMostTemperatureSteps && now.first != 0; ++step) {
    (now.first > 0 ? high : low) = beta;
    double next = beta - now.first / now.second;
    // Where the slope fades like an exponential, Newton's steps do not shrink.
    const bool is_good = next > low && next < high && std::abs(std::log(next / beta)) <= before / 2;
    if (!is_good) next = std::sqrt(low * high);
    before = std::abs(std::log(next / beta));
    beta = next;
    if (before <= 1e-11) break;  // the next step would be its square
    now = slope(beta);
  }
  return 1 / beta;
}

Tempered temper(const Tensor& scores, const Tensor& classes, std::span<const double> temperatures,
                Threads* threads) {
  const ScoreRows source(scores);
  const size_t width = source.classes(), rows = temperatures.size();
  Tempered result{std::vector<double>(rows), std::vector<double>(rows * width)};
  const int64_t tiles = (static_cast<int64_t>(rows) + kRowsOfTemperatureTile - 1) / kRowsOfTemperatureTile;
  for_each_tile(threads, tiles, [&](int64_t tile, int) {
    const auto first = static_cast<size_t>(tile * kRowsOfTemperatureTile);
    const size_t end = std::min(rows, first + static_cast<size_t>(kRowsOfTemperatureTile));
    for (size_t i = first; i < end; ++i) {
      const std::span<double> row = std::span(result.probabilities).subspan(i * width, width);
      source.read(i, row);
      double total = 0;
      const double expected = row[static_cast<size_t>(classes.values<int64_t>()[i])] / temperatures[i];
      for (double& value : row) total += value = std::exp(value / temperatures[i]);
      for (double& value : row) value /= total;
      result.losses[i] = std::log(total) - expected;
    }
  });
  return result;
}

std::vector<double> cross_fitted_temperatures(const Tensor& scores, const Tensor& classes,
                                              std::span<const uint8_t> is_second, Threads* threads,
                                              double start) {
  std::vector<int64_t> first, second;
  for (size_t i = 0; i < is_second.size(); ++i)
    (is_second[i] != 0 ? second : first).push_back(static_cast<int64_t>(i));
  const double of_first = best_temperature(scores, classes, first, threads, start);
  const double of_second = best_temperature(scores, classes, second, threads, start);
  std::vector<double> temperatures;
  for (const uint8_t second_side : is_second) temperatures.push_back(second_side != 0 ? of_first : of_second);
  return temperatures;
}

}  // namespace kette
