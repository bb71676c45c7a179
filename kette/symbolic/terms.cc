#include "kette/symbolic/terms.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "kette/ops/ops.h"

namespace kette {
namespace {

constexpr double kLargestWhole = 0x1p53;

bool is_whole(double x) { return std::abs(x) <= kLargestWhole && x == std::trunc(x); }

Value number(Graph& graph, double value) { return graph.constant(value, DType::f64); }

/// The operands of an operation without a name: one with a name is a symbol.
std::vector<Value> parts_of(Value x) {
  const Node& node = x.graph->node(x);
  std::vector<Value> parts;
  for (int input : node.inputs) parts.push_back(x.graph->value(input));
  return parts;
}
const OpDef* op_of(Value x) {
  const Node& node = x.graph->node(x);
  return node.name.empty() ? node.op : nullptr;
}

Value power_node(Value base, double n) {
  return n == 1 ? base : n == 2 ? square(base) : n == 3 ? cube(base) : pow(base, n);
}

/// Numbers, then variables, then operations, each in the order in which they came.
bool comes_before(const Product::Power& a, const Product::Power& b) {
  const auto rank = [](Value x) {
    const NodeKind kind = x.graph->node(x).kind;
    return kind == NodeKind::constant ? 0 : kind == NodeKind::operation ? 2 : 1;
  };
  return rank(a.base) < rank(b.base);
}

Fraction reduced(double over, double under, bool is_decimal) {
  if (!is_whole(over) || !is_whole(under) || under == 0) return {over / under, 1, false};
  const auto divisor = static_cast<double>(std::gcd(static_cast<int64_t>(over), static_cast<int64_t>(under)));
  const double shared = under < 0 ? -divisor : divisor;
  return {over / shared, under / shared, is_decimal};
}

Fraction inverse(Fraction a) { return reduced(a.under, a.over, a.is_decimal); }

/// Numerator and denominator as they are written.
std::pair<double, double> written(Fraction factor) {
  if (factor.is_decimal && std::fmod(1e9, factor.under) == 0) return {factor.over / factor.under, 1};
  return {factor.over, factor.under};
}

Value joined(Value product, Value factor) { return product ? mul(product, factor) : factor; }

}  // namespace

Fraction fraction_of(double number) {
  if (is_whole(number)) return {number};
  for (double power = 10; power <= 1e9; power *= 10) {
    const double over = std::round(number * power);
    if (is_whole(over) && over / power == number) return reduced(over, power, true);
  }
  return {number};
}
Fraction operator*(Fraction a, Fraction b) {
  return reduced(a.over * b.over, a.under * b.under, a.is_decimal || b.is_decimal);
}
Fraction operator+(Fraction a, Fraction b) {
  return reduced(a.over * b.under + b.over * a.under, a.under * b.under, a.is_decimal || b.is_decimal);
}

std::optional<double> plain_number_of(Value x) {
  const Node& node = x.graph->node(x);
  if (node.kind != NodeKind::constant || node.shape.size() != 1) return std::nullopt;
  const double number = node.value->at(0);
  if (number == std::numbers::pi || number == std::numbers::e) return std::nullopt;
  return number;
}

Product product_of(Value value) {
  Product result;
  if (const auto known = plain_number_of(value)) {
    result.factor = fraction_of(*known);
    return result;
  }
  const OpDef* op = op_of(value);
  if (op == &kMul || op == &kDiv) {
    const std::vector<Value> x = parts_of(value);
    const Product second = product_of(x[1]);
    if (op == &kMul) return multiply(product_of(x[0]), second);
    if (const auto inverse = second.factor.over != 0 ? raised(second, -1) : std::nullopt)
      return multiply(product_of(x[0]), *inverse);
  } else if (op == &kNeg) {
    result = product_of(parts_of(value)[0]);
    result.factor = result.factor * Fraction{-1};
    return result;
  } else if (op == &kSquare || op == &kCube || op == &kPower) {
    const double n = op == &kSquare ? 2
                     : op == &kCube ? 3
                                    : value.graph->node(value).attributes.real("exponent");
    const Product base = product_of(parts_of(value)[0]);
    if (base.factor.over != 0 || n > 0)
      if (const auto power = raised(base, n)) return *power;
  }
  result.powers.push_back({value, 1});
  return result;
}

Product multiply(const Product& a, const Product& b) {
  Product result = a;
  result.factor = a.factor * b.factor;
  for (const Product::Power& power : b.powers) {
    const auto same = std::ranges::find(result.powers, power.base, &Product::Power::base);
    if (same == result.powers.end())
      result.powers.push_back(power);
    else if ((same->exponent += power.exponent) == 0)
      result.powers.erase(same);
  }
  return result;
}

std::optional<Product> raised(const Product& product, double n) {
  if (!is_whole(n) || std::abs(n) > 1000) return std::nullopt;
  Product result = product;
  const double over = std::pow(product.factor.over, std::abs(n)),
               under = std::pow(product.factor.under, std::abs(n));
  if (!std::isfinite(over) || !std::isfinite(under) || over == 0 || under == 0) return std::nullopt;
  result.factor = reduced(over, under, product.factor.is_decimal);
  if (n < 0) result.factor = inverse(result.factor);
  for (Product::Power& power : result.powers) power.exponent *= n;
  if (n == 0) result.powers.clear();
  return result;
}

Value node_of(Graph& graph, const Product& product) {
  const Fraction factor = product.factor;
  if (factor.over == 0) return number(graph, 0);
  std::vector<Product::Power> powers = product.powers;
  std::ranges::stable_sort(powers, comes_before);
  Value above, below;
  const auto [signed_over, under] = written(factor);
  const double over = std::abs(signed_over);
  if (over != 1) above = number(graph, over);
  if (under != 1) below = number(graph, under);
  for (const Product::Power& power : powers) {
    Value& part = power.exponent > 0 ? above : below;
    part = joined(part, power_node(power.base, std::abs(power.exponent)));
  }
  if (!above) above = number(graph, 1);
  if (factor.over < 0 && !below && plain_number_of(above)) return number(graph, -*plain_number_of(above));
  const Value result = below ? div(above, below) : above;
  return factor.over < 0 ? neg(result) : result;
}

Sum sum_of(Value value) {
  const OpDef* op = op_of(value);
  if (op == &kAdd || op == &kSub) {
    const std::vector<Value> x = parts_of(value);
    return add(sum_of(x[0]), sum_of(x[1]), op == &kAdd ? 1 : -1);
  }
  if (op == &kNeg) return add({}, sum_of(parts_of(value)[0]), -1);
  Product product = product_of(value);
  const Fraction factor = std::exchange(product.factor, Fraction{1});
  if (factor.over == 0) return {};
  // −(a + b) and 2·(a + b)/2: a factor of 1 or −1 goes into the sum.
  if (product.powers.size() == 1 && product.powers[0].exponent == 1 && std::abs(factor.over) == 1 &&
      factor.under == 1) {
    const Value inner = product.powers[0].base;
    if (inner != value && (op_of(inner) == &kAdd || op_of(inner) == &kSub))
      return add({}, sum_of(inner), factor.over);
  }
  return {{{factor, product.powers.empty() ? Value{} : node_of(*value.graph, product)}}};
}

Sum add(const Sum& a, const Sum& b, double sign) {
  Sum result = a;
  for (Sum::Part part : b.parts) {
    part.factor = part.factor * Fraction{sign};
    const auto same = std::ranges::find(result.parts, part.core, &Sum::Part::core);
    if (same == result.parts.end())
      result.parts.push_back(part);
    else if ((same->factor = same->factor + part.factor).over == 0)
      result.parts.erase(same);
  }
  return result;
}

Value node_of(Graph& graph, const Sum& sum) {
  std::vector<Sum::Part> parts = sum.parts;
  std::stable_partition(parts.begin(), parts.end(),
                        [](const Sum::Part& part) { return static_cast<bool>(part.core); });
  const auto positive =
      std::ranges::find_if(parts, [](const Sum::Part& part) { return part.factor.over > 0; });
  if (positive != parts.end()) std::rotate(parts.begin(), positive, positive + 1);
  Value total;
  for (const Sum::Part& part : parts) {
    Product product = part.core ? product_of(part.core) : Product{};
    product.factor = product.factor * part.factor;
    const bool subtract = total && product.factor.over < 0;
    if (subtract) product.factor.over = -product.factor.over;
    const Value term = node_of(graph, product);
    total = !total ? term : subtract ? sub(total, term) : add(total, term);
  }
  return total ? total : number(graph, 0);
}

}  // namespace kette
