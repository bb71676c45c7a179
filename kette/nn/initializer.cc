#include "kette/nn/initializer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "kette/base/error.h"

namespace kette {
namespace {

using Kind = Initializer::Kind;

struct NamedInitializer {
  Kind kind;
  std::string_view name;
  bool has_value = false;
};

constexpr std::array kNamedInitializers = {
    NamedInitializer{Kind::zeros, "zeros"},
    NamedInitializer{Kind::constant, "constant", true},
    NamedInitializer{Kind::uniform, "uniform", true},
    NamedInitializer{Kind::normal, "normal", true},
    NamedInitializer{Kind::glorot_uniform, "glorot_uniform"},
    NamedInitializer{Kind::glorot_normal, "glorot_normal"},
    NamedInitializer{Kind::he_uniform, "he_uniform"},
    NamedInitializer{Kind::he_normal, "he_normal"},
    NamedInitializer{Kind::lecun_uniform, "lecun_uniform"},
    NamedInitializer{Kind::lecun_normal, "lecun_normal"},
};
static_assert(
    [] {
      for (size_t i = 0; i < kNamedInitializers.size(); ++i)
        if (static_cast<size_t>(kNamedInitializers[i].kind) != i) return false;
      return true;
    }(),
    "in the order of the enumeration");

const NamedInitializer& named(Kind kind) { return kNamedInitializers[static_cast<size_t>(kind)]; }

/// The variance that a distribution of this kind has.
double variance(const Initializer& initializer, double fan_in, double fan_out) {
  switch (initializer.kind) {
    case Kind::glorot_uniform:
    case Kind::glorot_normal:
      return 2 / (fan_in + fan_out);
    case Kind::he_uniform:
    case Kind::he_normal:
      return 2 / fan_in;
    case Kind::lecun_uniform:
    case Kind::lecun_normal:
      return 1 / fan_in;
    case Kind::uniform:
      return initializer.value * initializer.value / 3;
    case Kind::normal:
      return initializer.value * initializer.value;
    case Kind::zeros:
    case Kind::constant:
      break;
  }
  return 0;
}

bool is_uniform(Kind kind) {
  return kind == Kind::uniform || kind == Kind::glorot_uniform || kind == Kind::he_uniform ||
         kind == Kind::lecun_uniform;
}

}  // namespace

std::string to_string(const Initializer& initializer) {
  const NamedInitializer& e = named(initializer.kind);
  return e.has_value ? fmt::format("{}({})", e.name, initializer.value) : std::string(e.name);
}

std::vector<std::string> initializer_forms() {
  std::vector<std::string> forms;
  for (const NamedInitializer& e : kNamedInitializers)
    forms.push_back(std::string(e.name) + (e.has_value ? "(VALUE)" : ""));
  return forms;
}

Initializer parse_initializer(std::string_view text) {
  const size_t open = text.find('(');
  const auto found = std::ranges::find(kNamedInitializers, text.substr(0, open), &NamedInitializer::name);
  if (found == kNamedInitializers.end() || found->has_value != (open != text.npos))
    fail("[initializer] \"{}\" is unknown; expected one of {}", text, fmt::join(initializer_forms(), ", "));
  if (!found->has_value) return {found->kind};

  Initializer result{found->kind};
  const std::string_view number = text.substr(open + 1);
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, result.value);
  if (error != std::errc{} || std::string_view(stop, static_cast<size_t>(end - stop)) != ")" ||
      !std::isfinite(result.value))
    fail("[initializer] \"{}\": expected a finite number in parentheses, as in {}(0.1)", text, found->name);
  if (result.value < 0 && result.kind != Kind::constant)
    fail("[initializer] \"{}\": the value must not be negative", text);
  return result;
}

void initialize(Tensor& tensor, const Initializer& initializer, const Random& random) {
  const Shape& shape = tensor.shape();
  if (!is_float(shape.dtype()))
    fail("[initializer] parameters must be f32 or f64, found {}", to_string(shape));
  const int last = std::max(shape.rank() - 1, 0);
  const auto fan_in = static_cast<double>(shape.product(0, last));
  const auto fan_out = static_cast<double>(shape.product(last, shape.rank()));
  const double deviation = std::sqrt(variance(initializer, fan_in, fan_out));
  const double limit =
      std::sqrt(3.0) * deviation;  // a uniform distribution in ±limit has the variance limit²/3
  const int64_t size = tensor.size();
  for (int64_t i = 0; i < size; ++i) {
    const auto position = static_cast<uint64_t>(i);
    if (initializer.kind == Kind::zeros)
      tensor.set(i, 0);
    else if (initializer.kind == Kind::constant)
      tensor.set(i, initializer.value);
    else if (is_uniform(initializer.kind))
      tensor.set(i, limit * (2 * random.uniform(position) - 1));
    else
      tensor.set(i, deviation * random.normal(position));
  }
}

}  // namespace kette
