#include "kette/data/preparation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "kette/base/choice.h"

namespace kette::data {
namespace {

constexpr std::array<std::string_view, 6> kScalings = {"none",   "standard",        "min-max",
                                                       "robust", "quantile-normal", "log"};
constexpr std::array<std::string_view, 4> kImputes = {"mean", "median", "constant", "most-frequent"};
constexpr auto kAllScalings = choices_of<Scaling>(kScalings);
constexpr auto kAllImputes = choices_of<Impute>(kImputes);
constexpr size_t kRowsForQuantiles = 1000;
constexpr size_t kMostKnots = 65;
constexpr size_t kPixelColumns = 32;
constexpr size_t kMostSorted = 50000;  // rows that quantiles are taken from

/// What one pass over the rows tells of a column.
struct Range {
  float low = INFINITY, high = -INFINITY;
  bool is_whole = true, has_missing = false;

  bool is_empty() const { return low > high; }
  void join(const Range& other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    is_whole &= other.is_whole;
    has_missing |= other.has_missing;
  }
};

/// Of the given rows; a plain loop over each figure, which the compiler turns into one over vectors.
std::vector<Range> ranges_of(const Tensor& x, std::span<const int64_t> rows) {
  constexpr float kUnit = 1 << 23;  // from there on every float is whole; ±kUnit rounds the smaller ones
  const auto width = static_cast<size_t>(x.shape()[1]);
  const std::span<const float> values = x.values<float>();
  std::vector<float> low(width, INFINITY), high(width, -INFINITY);
  std::vector<uint32_t> has_part(width), has_missing(width);
  for (const int64_t row : rows) {
    const float* numbers = values.data() + static_cast<size_t>(row) * width;
    for (size_t c = 0; c < width; ++c) low[c] = numbers[c] < low[c] ? numbers[c] : low[c];
    for (size_t c = 0; c < width; ++c) high[c] = numbers[c] > high[c] ? numbers[c] : high[c];
    for (size_t c = 0; c < width; ++c) has_missing[c] |= numbers[c] != numbers[c] ? 1u : 0u;
    for (size_t c = 0; c < width; ++c) {
      const float size = std::abs(numbers[c]);
      has_part[c] |= size < kUnit && (size + kUnit) - kUnit != size ? 1u : 0u;
    }
  }
  std::vector<Range> ranges;
  for (size_t c = 0; c < width; ++c)
    ranges.push_back({low[c], high[c], has_part[c] == 0, has_missing[c] != 0});
  return ranges;
}

/// Calls of_part(rows) for parts of the rows, on all threads; the results in order.
template <class OfPart>
auto by_parts(std::span<const int64_t> rows, Threads* threads, const OfPart& of_part) {
  constexpr size_t kPart = 4096;  // rows
  std::vector<decltype(of_part(rows))> parts((rows.size() + kPart - 1) / kPart);
  for_each_tile(threads, std::ssize(parts), [&](int64_t part, int) {
    const size_t first = static_cast<size_t>(part) * kPart;
    parts[static_cast<size_t>(part)] = of_part(rows.subspan(first, std::min(kPart, rows.size() - first)));
  });
  return parts;
}

/// The least and the largest code of each column, where all codes between them mean whole numbers that ascend
/// with the codes, as those of a table's bytes do; otherwise nothing.
std::optional<std::vector<Range>> ranges_of_codes(const Matrix& x, std::span<const int64_t> rows,
                                                  Threads* threads) {
  const auto width = static_cast<size_t>(x.shape()[1]);
  struct Codes {
    std::vector<uint8_t> least, largest;
  };
  const auto parts = by_parts(rows, threads, [&](std::span<const int64_t> part) {
    Codes found{std::vector<uint8_t>(width, 255), std::vector<uint8_t>(width, 0)};
    // Bytes might be part of anything: only in variables of its own the compiler knows what they leave alone.
    uint8_t *const least = found.least.data(), *const largest = found.largest.data();
    for (const size_t count = width; const int64_t row : part) {
      const uint8_t* const codes = x.codes().get() + static_cast<size_t>(row) * count;
      for (size_t c = 0; c < count; ++c) least[c] = std::min(least[c], codes[c]);
      for (size_t c = 0; c < count; ++c) largest[c] = std::max(largest[c], codes[c]);
    }
    return found;
  });
  const Tensor meaning = x.meaning();
  const auto number = [&](size_t code, size_t c) { return meaning.values<float>()[code * width + c]; };
  std::vector<Range> ranges(width);
  for (size_t c = 0; c < width; ++c) {
    size_t least = 255, largest = 0;
    for (const Codes& part : parts) {
      least = std::min<size_t>(least, part.least[c]);
      largest = std::max<size_t>(largest, part.largest[c]);
    }
    for (size_t code = least; code <= largest; ++code)
      if (number(code, c) != std::floor(number(code, c)) ||
          (code > least && !(number(code, c) > number(code - 1, c))))
        return std::nullopt;
    ranges[c] = {number(least, c), number(largest, c), true, false};
  }
  return ranges;
}

std::vector<Range> ranges_of(const Matrix& x, std::span<const int64_t> rows, Threads* threads) {
  if (x.is_packed()) {
    std::optional<std::vector<Range>> ranges = ranges_of_codes(x, rows, threads);
    return ranges ? std::move(*ranges) : ranges_of(Matrix(x.unpacked()), rows, threads);
  }
  auto parts =
      by_parts(rows, threads, [&](std::span<const int64_t> part) { return ranges_of(x.dense(), part); });
  for (size_t part = 1; part < parts.size(); ++part)
    for (size_t c = 0; c < parts[0].size(); ++c) parts[0][c].join(parts[part][c]);
  return std::move(parts[0]);
}

/// The numbers of a column that are present in the training rows, ascending; of a sample where there are
/// many.
std::vector<float> sorted_numbers(const Matrix& x, int64_t column, std::span<const int64_t> rows) {
  const size_t stride = (rows.size() + kMostSorted - 1) / kMostSorted;
  std::vector<float> numbers;
  const auto take = [&](size_t first, size_t step) {
    for (size_t i = first; i < rows.size(); i += step) {
      const float value = x.at(rows[i], column);
      if (!std::isnan(value)) numbers.push_back(value);
    }
  };
  take(0, stride);
  if (numbers.empty()) take(0, 1);
  std::ranges::sort(numbers);
  return numbers;
}

double quantile(std::span<const float> sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<size_t>(place);
  if (i + 1 >= sorted.size()) return sorted.back();
  const double part = place - static_cast<double>(i);
  return sorted[i] * (1 - part) + sorted[i + 1] * part;
}

struct Moments {
  double mean = 0, deviation = 0, skew = 0;
};

template <class Map>
Moments moments_of(std::span<const float> numbers, Map map) {
  Moments m;
  const auto n = static_cast<double>(numbers.size());
  for (const float v : numbers) m.mean += map(v) / n;
  double square = 0, cube = 0;
  for (const float v : numbers) {
    const double d = map(v) - m.mean;
    square += d * d / n;
    cube += d * d * d / n;
  }
  m.deviation = std::sqrt(square);
  m.skew = m.deviation > 0 ? cube / (square * m.deviation) : 0;
  return m;
}

float most_frequent(std::span<const float> sorted) {
  float best = sorted.front();
  size_t most = 0;
  for (size_t i = 0; i < sorted.size();) {
    size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    if (end - i > most) most = end - i, best = sorted[i];
    i = end;
  }
  return best;
}

void set_scale(Preparation& p, double shift, double scale, bool varies) {
  p.shift = static_cast<float>(shift);
  const auto rounded = static_cast<float>(scale);
  p.scale = varies && std::isfinite(rounded) && rounded > 0 ? rounded : 1;
}

/// Knots at equal steps of the quantile, equal ones as one knot at the middle of their levels.
void set_knots(Preparation& p, std::span<const float> sorted) {
  const size_t count = std::clamp<size_t>(sorted.size() / 8, 9, kMostKnots);
  const double least = 1 / (2.0 * static_cast<double>(std::max<size_t>(sorted.size(), 2)));
  for (size_t i = 0; i < count;) {
    const auto knot =
        static_cast<float>(quantile(sorted, static_cast<double>(i) / static_cast<double>(count - 1)));
    size_t end = i + 1;
    while (end < count && static_cast<float>(quantile(
                              sorted, static_cast<double>(end) / static_cast<double>(count - 1))) == knot)
      ++end;
    const double middle = static_cast<double>(i + end - 1) / (2.0 * static_cast<double>(count - 1));
    p.knots.push_back(knot);
    p.levels.push_back(static_cast<float>(normal_quantile(std::clamp(middle, least, 1 - least))));
    i = end;
  }
}

void fit_scaling(Preparation& p, std::span<const float> sorted) {
  const bool varies = sorted.front() != sorted.back();
  const auto plain = [](float v) { return double{v}; };
  switch (p.scaling) {
    case Scaling::none:
      return;
    case Scaling::min_max:
      return set_scale(p, sorted.front(), double{sorted.back()} - sorted.front(), varies);
    case Scaling::robust: {
      const double range = quantile(sorted, 0.75) - quantile(sorted, 0.25);
      return set_scale(p, quantile(sorted, 0.5), range > 0 ? range : moments_of(sorted, plain).deviation,
                       varies);
    }
    case Scaling::log: {
      p.origin = sorted.front();
      const Moments m = moments_of(sorted, [&](float v) { return std::log1p(double{v} - p.origin); });
      return set_scale(p, m.mean, m.deviation, varies);
    }
    case Scaling::quantile_normal:
      if (varies) set_knots(p, sorted);
      if (p.knots.size() >= 2) return;
      p.scaling = Scaling::standard;
      p.knots.clear();
      p.levels.clear();
      [[fallthrough]];
    case Scaling::standard: {
      const Moments m = moments_of(sorted, plain);
      return set_scale(p, m.mean, m.deviation, varies);
    }
  }
}

/// The common end of the range of all number columns when they look like the pixels of an image, else 0.
float pixel_range(std::span<const Feature> features, std::span<const Range> ranges) {
  float end = 0;
  size_t count = 0, full = 0, column = 0;
  const auto each_number = [&](auto look) {
    column = 0;
    for (const Feature& feature : features) {
      if (feature.kind == Feature::Kind::number && !ranges[column].is_empty()) look(ranges[column]);
      column += static_cast<size_t>(feature.width());
    }
  };
  bool are_whole = true;
  each_number([&](const Range& range) {
    ++count;
    are_whole &= range.is_whole && range.low >= 0;
    end = std::max(end, range.high);
  });
  each_number([&](const Range& range) { full += range.high >= 0.9f * end ? 1 : 0; });
  return are_whole && count >= kPixelColumns && 3 * full >= count ? end : 0;
}

Scaling automatic_scaling(std::span<const float> sorted, size_t rows) {
  if (rows >= kRowsForQuantiles) return Scaling::quantile_normal;
  const bool is_positive = sorted.front() >= 0 && sorted.back() > 20 * quantile(sorted, 0.5);
  if (is_positive && moments_of(sorted, [](float v) { return double{v}; }).skew > 3) return Scaling::log;
  return Scaling::standard;
}

/// What the fit of one column sees.
struct ColumnView {
  const Matrix& x;
  int64_t column;
  std::span<const int64_t> rows;
  const Range& range;
};

Preparation fit_number(const std::string& name, const ColumnView& view, float pixels,
                       const PreparationOptions& options) {
  Preparation p;
  if (view.range.is_empty()) {
    p.scaling = Scaling::none;
    return p;
  }
  p.indicator = options.indicators && view.range.has_missing;
  const auto asked = options.column_scaling.find(name);
  const auto impute = options.column_impute.find(name);
  const bool is_asked = asked != options.column_scaling.end() || options.scaling;
  if (pixels > 0 && !is_asked) {
    p.scaling = Scaling::min_max;
    p.scale = pixels;
    return p;
  }
  const std::vector<float> sorted = sorted_numbers(view.x, view.column, view.rows);
  switch (impute == options.column_impute.end() ? options.impute : impute->second) {
    case Impute::mean:
      p.fill = static_cast<float>(moments_of(sorted, [](float v) { return double{v}; }).mean);
      break;
    case Impute::median:
      p.fill = static_cast<float>(quantile(sorted, 0.5));
      break;
    case Impute::constant:
      p.fill = static_cast<float>(options.constant);
      break;
    case Impute::most_frequent:
      p.fill = most_frequent(sorted);
      break;
  }
  p.scaling = asked != options.column_scaling.end() ? asked->second
              : options.scaling                     ? *options.scaling
                                                    : automatic_scaling(sorted, view.rows.size());
  fit_scaling(p, sorted);
  return p;
}

Preparation fit_category(const Feature& feature, const ColumnView& view, const PreparationOptions& options) {
  Preparation p;
  p.codes = feature.kept + 2;
  for (const int64_t row : view.rows) {
    const auto code = static_cast<int64_t>(view.x.at(row, view.column));
    p.knows_other |= code == feature.kept;
    p.knows_missing |= code == feature.kept + 1;
  }
  if (feature.shared || feature.kept > options.most_one_hot) {
    p.kind = Preparation::Kind::embedding;
    p.shared = feature.shared;
    const double width = std::ceil(1.6 * std::pow(static_cast<double>(feature.kept), 0.56));
    p.columns = options.embedding_width.value_or(std::min<int64_t>(24, static_cast<int64_t>(width)));
    return p;
  }
  p.kind = Preparation::Kind::one_hot;
  if (feature.kept == 2 && !p.knows_other && !p.knows_missing) {
    p.columns = 1;
    p.table = {0, 1, 0.5f, 0.5f};
    return p;
  }
  p.columns = feature.kept + (p.knows_other ? 1 : 0) + (p.knows_missing ? 1 : 0);
  p.columns = std::max<int64_t>(1, p.columns);
  p.table.assign(static_cast<size_t>(p.codes * p.columns), 0);
  const auto set = [&](int64_t code, int64_t place) {
    p.table[static_cast<size_t>(code * p.columns + place)] = 1;
  };
  for (int64_t code = 0; code < feature.kept; ++code) set(code, code);
  if (p.knows_other) set(feature.kept, feature.kept);
  if (p.knows_missing)
    set(feature.kept + 1, p.columns - 1);
  else if (p.knows_other)
    set(feature.kept + 1, feature.kept);
  return p;
}

/// What one column of a shared embedding has seen, the table has seen.
void join_shared(std::span<Preparation> all) {
  bool knows_other = false, knows_missing = false;
  for (const Preparation& p : all) {
    knows_other |= p.shared && p.knows_other;
    knows_missing |= p.shared && p.knows_missing;
  }
  for (Preparation& p : all) {
    if (!p.shared) continue;
    p.knows_other = knows_other;
    p.knows_missing = knows_missing;
  }
}

/// Sine and cosine of the place on a circle of so many parts; the code behind them (missing) is its middle.
Preparation circle(int64_t parts) {
  Preparation p{.kind = Preparation::Kind::one_hot, .codes = parts + 1, .columns = 2};
  for (int64_t i = 0; i < parts; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(parts);
    p.table.push_back(static_cast<float>(std::sin(angle)));
    p.table.push_back(static_cast<float>(std::cos(angle)));
  }
  p.table.insert(p.table.end(), {0, 0});
  return p;
}

void check_names(std::span<const Feature> features, const PreparationOptions& options) {
  const auto check = [&](const std::string& name) {
    const auto found = std::ranges::find(features, name, &Feature::name);
    if (found == features.end()) fail("[preprocessing] {} is not among the features", quote(name));
    if (found->kind != Feature::Kind::number)
      fail("[preprocessing] column {} is a {}; only numbers are scaled and filled in", quote(name),
           to_string(found->kind));
  };
  for (const auto& [name, scaling] : options.column_scaling) check(name);
  for (const auto& [name, impute] : options.column_impute) check(name);
}

}  // namespace

std::string_view to_string(Scaling scaling) { return kScalings[static_cast<size_t>(scaling)]; }
std::string_view to_string(Impute impute) { return kImputes[static_cast<size_t>(impute)]; }
Scaling parse_scaling(std::string_view text) { return parse_choice<Scaling>("scaling", text, kScalings); }
Impute parse_impute(std::string_view text) { return parse_choice<Impute>("impute", text, kImputes); }
std::span<const Scaling> scalings() { return kAllScalings; }
std::span<const Impute> imputes() { return kAllImputes; }

std::vector<Preparation> fit_preparation(std::span<const Feature> features, const Matrix& x,
                                         std::span<const int64_t> rows, const PreparationOptions& options,
                                         Threads* threads) {
  if (rows.empty()) fail("[preprocessing] no rows to fit it on");
  check_names(features, options);
  const std::vector<Range> ranges = ranges_of(x, rows, threads);
  const float pixels = pixel_range(features, ranges);
  std::vector<int64_t> first;  // column of each feature
  for (int64_t column = 0; const Feature& feature : features) {
    first.push_back(column);
    column += feature.width();
  }
  std::vector<Preparation> all(ranges.size());
  for_each_tile(threads, static_cast<int64_t>(features.size()), [&](int64_t i, int) {
    const Feature& feature = features[static_cast<size_t>(i)];
    const int64_t column = first[static_cast<size_t>(i)];
    const auto own = std::span(all).subspan(static_cast<size_t>(column));
    const ColumnView view{x, column, rows, ranges[static_cast<size_t>(column)]};
    switch (feature.kind) {
      case Feature::Kind::number:
        own[0] = fit_number(feature.name, view, pixels, options);
        break;
      case Feature::Kind::category:
        own[0] = fit_category(feature, view, options);
        break;
      case Feature::Kind::date:
        own[0] = fit_number(feature.name, view, 0,
                            {.scaling = Scaling::standard, .indicators = options.indicators});
        own[1] = circle(12);
        own[2] = circle(7);
        if (feature.has_time()) own[3] = circle(24);
        break;
      case Feature::Kind::words:
        std::ranges::fill(own.first(static_cast<size_t>(feature.width())),
                          Preparation{.kind = Preparation::Kind::as_is});
        break;
    }
  });
  join_shared(all);
  return all;
}

std::string describe(const Feature& feature, std::span<const Preparation> columns) {
  const Preparation& p = columns.front();
  const auto others = [&] {
    std::string text = p.knows_other ? " + any other" : "";
    return text + (p.knows_missing ? " + missing" : "");
  };
  switch (feature.kind) {
    case Feature::Kind::number: {
      std::string text(to_string(p.scaling));
      if (p.indicator) text += fmt::format(", missing → {} and an indicator", shortest(p.fill));
      return text;
    }
    case Feature::Kind::category:
      if (p.kind == Preparation::Kind::embedding)
        return fmt::format("embedding of {} categories in {} numbers{}", feature.kept, p.columns,
                           p.shared ? ", one table" : "");
      return fmt::format("one-hot of {} categories{}", feature.kept, others());
    case Feature::Kind::date:
      return feature.has_time() ? "days, and month, weekday and hour as cycles"
                                : "days, and month and weekday as cycles";
    case Feature::Kind::words:
      return fmt::format("{} words, 1 where present", feature.categories.size());
  }
  return "";
}

double normal_quantile(double p) {
  const auto rational = [](double r, const std::array<double, 8>& a, const std::array<double, 8>& b) {
    double top = 0, bottom = 0;
    for (size_t i = a.size(); i-- > 0;) top = top * r + a[i], bottom = bottom * r + b[i];
    return top / bottom;
  };
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425)
    return q * rational(0.180625 - q * q,
                        {3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3,
                         1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                         3.3430575583588128105e4, 2.5090809287301226727e3},
                        {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                         2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                         5.2264952788528545610e3});
  const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  const double z =
      r <= 5 ? rational(r - 1.6,
                        {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
                         3.64784832476320460504, 1.27045825245236838258, 2.41780725177450611770e-1,
                         2.27238449892691845833e-2, 7.74545014278341407640e-4},
                        {1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
                         1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                         1.05075007164441684324e-9})
             : rational(r - 5,
                        {6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
                         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                         2.71155556874348757815e-5, 2.01033439929228813265e-7},
                        {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                         7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                         2.04426310338993978564e-15});
  return q < 0 ? -z : z;
}

}  // namespace kette::data
