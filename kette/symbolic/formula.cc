#include "kette/symbolic/formula.h"

#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <optional>
#include <set>

#include "kette/graph/literal.h"
#include "kette/symbolic/formula_functions.h"
#include "kette/symbolic/formula_tokens.h"

namespace kette {
namespace {

constexpr int kMostDepth = 200;

/// What a part of a formula means: a node, and its number where no variable is in it.
struct Term {
  Value value;
  std::optional<double> number;
};

std::optional<double> named_number(std::string_view name) {
  if (name == "pi" || name == "π") return std::numbers::pi;
  if (name == "e") return std::numbers::e;
  if (name == "inf") return std::numeric_limits<double>::infinity();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

class Parser {
 public:
  Parser(std::string_view text, Graph& graph) : graph_(graph), scanner_(text) {}

  Value formula() {
    if (next().kind == FormulaTokenKind::end) throw FormulaError("the formula is empty", 0);
    Term last;
    do {
      last = statement();
    } while (scanner_.accept(';') && next().kind != FormulaTokenKind::end);
    if (next().kind != FormulaTokenKind::end) unexpected_end_of_part();
    return last.value;
  }

 private:
  const FormulaToken& next() const { return scanner_.next(); }

  // Rules ---------------------------------------------------------------------------------------------------

  /// name = comparison | comparison
  Term statement() {
    if (!next().is_name()) return comparison();
    // A name alone may be either: what comes behind it tells.
    FormulaScanner ahead = scanner_;
    const FormulaToken name = ahead.take();
    if (!ahead.next().is('=') || ahead.next().text != "=") return comparison();
    scanner_ = ahead;
    scanner_.take();
    check_assignable(name);
    const Term term = comparison();
    check_assignable(name);  // not used in its own formula either
    const Node& node = graph_.node(term.value);
    if (node.kind == NodeKind::operation && node.name.empty()) graph_.name(term.value, name.text);
    assigned_.emplace(name.text, term);
    return term;
  }

  void check_assignable(const FormulaToken& name) const {
    const auto refuse = [&](std::string_view why) {
      throw FormulaError(fmt::format("{} {}", name.text, why), name.at);
    };
    if (find_formula_function(name.text) || base_of_logarithm(name.text))
      refuse("is a function, not a name for a result");
    if (assigned_.contains(name.text)) refuse("is assigned twice");
    if (used_.contains(name.text)) refuse("is used before it is assigned");
    if (name.text != "e" && named_number(name.text)) refuse("is a number, not a name for a result");
    if (graph_.find(name.text)) refuse("is a variable, not a name for a result");
  }

  /// sum | sum < sum, …
  Term comparison() {
    const Term left = sum();
    const OpDef* op = next().is('<')   ? &kLess
                      : next().is('>') ? &kGreater
                      : next().is('l') ? &kLessEqual
                      : next().is('g') ? &kGreaterEqual
                      : next().is('=') ? &kEqual
                                       : nullptr;
    if (!op) return left;
    if (op == &kEqual && depth_ == 0 && next().text == "=")
      throw FormulaError("before = a single name is expected (== compares)", next().at);
    scanner_.take();
    return apply(*op, {left, sum()});
  }

  Term sum() {
    Term total = signed_term();
    while (next().is('+') || next().is('-')) {
      const OpDef& op = scanner_.take().symbol == '+' ? kAdd : kSub;
      total = apply(op, {total, signed_term()});
    }
    return total;
  }

  /// A sign before a product is that of the whole product.
  Term signed_term() {
    const int signs = this->signs();
    Term term = product();
    for (int i = 0; i < signs; ++i) term = negative(term);
    return term;
  }

  Term product() {
    Term total = power();
    while (true) {
      if (next().is('*') || next().is('/')) {
        const OpDef& op = scanner_.take().symbol == '*' ? kMul : kDiv;
        const int signs = this->signs();
        Term factor = power();
        for (int i = 0; i < signs; ++i) factor = negative(factor);
        total = apply(op, {total, factor});
      } else if (may_multiply_ && begins_factor()) {
        total = apply(kMul, {total, power()});
      } else {
        return total;
      }
    }
  }

  /// Numbers of minus signs before what comes.
  int signs() {
    int count = 0;
    while (next().is('+') || next().is('-')) count += scanner_.take().symbol == '-';
    return count;
  }

  bool begins_factor() const {
    return next().is_name() || next().is('(') || next().is('[') || next().is('r') ||
           (next().is('|') && bars_ == 0);
  }

  /// atom, atom², atom^exponent: from the right.
  Term power() {
    Term base = atom();
    while (next().kind == FormulaTokenKind::superscript) {
      const double exponent = scanner_.take().number;
      base = raised(base, {graph_.constant(exponent, DType::f64), exponent});
      may_multiply_ = true;
    }
    if (!next().is('^')) return base;
    const Depth deeper(*this, next().at);
    scanner_.take();
    const int signs = this->signs();
    Term exponent = power();
    for (int i = 0; i < signs; ++i) exponent = negative(exponent);
    return raised(base, exponent);
  }

  Term atom() {
    const FormulaToken token = next();
    may_multiply_ = false;
    if (token.kind == FormulaTokenKind::number) {
      scanner_.take();
      may_multiply_ = true;
      return number(token.number);
    }
    if (token.is_name()) return named();
    if (token.is('r')) {
      const Depth deeper(*this, token.at);
      scanner_.take();
      return apply(kSqrt, {atom()});
    }
    if (token.is('(')) return in_brackets(')');
    if (token.is('[')) return in_brackets(']');
    if (token.is('|')) return apply(kAbs, {in_brackets('|')});
    throw FormulaError(
        token.kind == FormulaTokenKind::end
            ? "the formula ends where a number, a name or a bracket is expected"
            : fmt::format("found {} where a number, a name or a bracket is expected", token.text),
        token.at);
  }

  Term in_brackets(char closing) {
    const Depth deeper(*this, next().at);
    const int outer_bars = bars_;
    const FormulaToken open = scanner_.take();
    bars_ = closing == '|' ? bars_ + 1 : 0;
    const Term inside = comparison();
    bars_ = outer_bars;
    close(open, closing);
    may_multiply_ = true;
    return inside;
  }

  void close(const FormulaToken& open, char closing) {
    if (scanner_.accept(closing)) return;
    if (next().kind == FormulaTokenKind::end)
      throw FormulaError(fmt::format("this {} is not closed by {}", open.text, closing), open.at);
    throw FormulaError(fmt::format("found {} where an operator or {} is expected", next().text, closing),
                       next().at);
  }

  Term named() {
    const FormulaToken name = scanner_.take();
    if (const auto base = base_of_logarithm(name.text)) {
      const Term argument = arguments(name, 1, 1).front();
      return logarithm(argument, base_of(name, *base), name.at);
    }
    if (const FormulaFunction* function = find_formula_function(name.text)) return call(name, *function);
    if (next().is('(')) {
      if (is_known(name.text))
        throw FormulaError(fmt::format("{} is no function; a product is written {}·(", name.text, name.text),
                           next().at);
      throw FormulaError(fmt::format("there is no function {}; there are {}", name.text,
                                     fmt::join(formula_functions(), ", ")),
                         name.at);
    }
    return variable(name);
  }

  bool is_known(std::string_view name) const {
    return assigned_.contains(name) || used_.contains(name) || graph_.find(name) || named_number(name) ||
           name.size() <= character_length(name);
  }

  // Meanings ------------------------------------------------------------------------------------------------

  Term number(double value) { return {graph_.constant(value, DType::f64), value}; }

  Term variable(const FormulaToken& name) {
    if (const auto found = assigned_.find(name.text); found != assigned_.end()) return found->second;
    used_.emplace(name.text);
    if (const Value known = graph_.find(name.text)) {
      if (known.shape() != Shape({}, DType::f64))
        throw FormulaError(
            fmt::format("{} is {}; expected a scalar f64", name.text, to_string(known.shape())), name.at);
      return {known, std::nullopt};
    }
    if (const auto value = named_number(name.text)) return number(*value);
    return {graph_.input(name.text, Shape({}, DType::f64)), std::nullopt};
  }

  Term call(const FormulaToken& name, const FormulaFunction& function) {
    // The logarithm may be told its base.
    const size_t most = function.most_arguments() + (function.op == &kLog ? 1 : 0);
    std::vector<Term> given = arguments(name, function.least_arguments(), most);
    if (function.op == &kLog && given.size() == 2) return logarithm(given[0], given[1], name.at);
    Attributes attributes;
    for (size_t i = function.least_arguments(); i < given.size(); ++i) {
      const AttributeSpec& spec = function.op->attributes[i - function.least_arguments()];
      if (!given[i].number)
        throw FormulaError(fmt::format("the {} of {} must be a number", spec.name, name.text), name.at);
      attributes.set(spec.name, *given[i].number);
    }
    given.resize(function.least_arguments());
    try {
      return apply(*function.op, given, attributes);
    } catch (const Error& error) {  // attributes that the operation refuses
      throw FormulaError(error.what(), name.at);
    }
  }

  std::vector<Term> arguments(const FormulaToken& name, size_t least, size_t most) {
    if (!next().is('('))
      throw FormulaError(fmt::format("behind the function {} a ( is expected", name.text), next().at);
    const Depth deeper(*this, next().at);
    const int outer_bars = bars_;
    bars_ = 0;
    const FormulaToken open = scanner_.take();
    std::vector<Term> given;
    if (!next().is(')')) do {
        given.push_back(comparison());
      } while (scanner_.accept(','));
    close(open, ')');
    bars_ = outer_bars;
    may_multiply_ = true;
    if (given.size() < least || given.size() > most)
      throw FormulaError(
          fmt::format("{} takes {} argument{}, found {}", name.text,
                      least == most ? std::to_string(least) : fmt::format("{} to {}", least, most),
                      most == 1 ? "" : "s", given.size()),
          name.at);
    return given;
  }

  Term base_of(const FormulaToken& name, std::string_view base) {
    if (const auto known = read_literal<double>(base)) return number(*known);
    const size_t at = name.at + name.text.size() - base.size();
    if (!is_letter(base[0]) && character_length(base) < 2)
      throw FormulaError("the base of a logarithm is a number or a name", at);
    return variable({.kind = FormulaTokenKind::name, .text = base, .at = at});
  }

  Term logarithm(const Term& x, const Term& base, size_t at) {
    if (base.number && (!(*base.number > 0) || *base.number == 1))
      throw FormulaError(
          fmt::format("the base of a logarithm must be positive and not 1, found {}", *base.number), at);
    return apply(kDiv, {apply(kLog, {x}), apply(kLog, {base})});
  }

  Term raised(const Term& base, const Term& exponent) {
    if (base.number && *base.number == std::numbers::e && !exponent.number) return apply(kExp, {exponent});
    if (!exponent.number) return apply(kPow, {base, exponent});
    const double n = *exponent.number;
    if (n == 1) return base;
    if (n == 2) return apply(kSquare, {base});
    if (n == 3) return apply(kCube, {base});
    return apply(kPower, {base}, {{"exponent", n}});
  }

  Term negative(const Term& x) { return apply(kNeg, {x}); }

  Term apply(const OpDef& op, const std::vector<Term>& operands, const Attributes& attributes = {}) {
    std::vector<Value> x;
    std::array<double, 4> numbers{};
    bool known = true;
    for (size_t i = 0; i < operands.size(); ++i) {
      x.push_back(operands[i].value);
      known = known && operands[i].number;
      if (known) numbers.at(i) = *operands[i].number;
    }
    Term result{graph_.apply(op, x, attributes), std::nullopt};
    if (known)
      result.number =
          op.scalar(numbers.data(), real_attributes(op, graph_.node(result.value).attributes).data());
    return result;
  }

  // Limits and messages -------------------------------------------------------------------------------------

  struct Depth {
    Depth(Parser& of, size_t at) : parser(of) {
      if (++parser.depth_ > kMostDepth)
        throw FormulaError(fmt::format("brackets and powers are nested more than {} deep here", kMostDepth),
                           at);
    }
    ~Depth() { --parser.depth_; }
    Depth(const Depth&) = delete;
    Parser& parser;
  };

  [[noreturn]] void unexpected_end_of_part() const {
    const FormulaToken& token = next();
    if (token.is(')') || token.is(']'))
      throw FormulaError(fmt::format("this {} closes no bracket", token.text), token.at);
    throw FormulaError(fmt::format("found {} where an operator is expected{}", token.text,
                                   token.is_name() || token.is('(') ? "; a product is written with ·" : ""),
                       token.at);
  }

  Graph& graph_;
  FormulaScanner scanner_;
  std::map<std::string, Term, std::less<>> assigned_;
  std::set<std::string, std::less<>> used_;
  int depth_ = 0, bars_ = 0;
  bool may_multiply_ = false;  // what was read last is a number or ends with a bracket: a factor may follow
};

}  // namespace

Value parse_formula(std::string_view text, Graph& graph) { return Parser(text, graph).formula(); }

bool is_formula_name(std::string_view text) {
  try {
    FormulaScanner scanner(text);
    const FormulaToken name = scanner.take();
    return name.is_name() && name.text == text && !find_formula_function(text) && !base_of_logarithm(text);
  } catch (const FormulaError&) {
    return false;
  }
}

std::vector<Value> variables_of(Value value) {
  Graph& graph = *value.graph;
  std::vector<bool> needed(static_cast<size_t>(value.id) + 1, false);
  needed.back() = true;
  for (int id = value.id; id >= 0; --id)
    if (needed[static_cast<size_t>(id)])
      for (int input : graph.node(id).inputs) needed[static_cast<size_t>(input)] = true;
  std::vector<Value> result;
  for (int id = 0; id <= value.id; ++id)
    if (needed[static_cast<size_t>(id)] && graph.node(id).kind == NodeKind::input)
      result.push_back(graph.value(id));
  return result;
}

}  // namespace kette
