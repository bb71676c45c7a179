#include "kette/symbolic/infix.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "kette/graph/literal.h"
#include "kette/symbolic/formula_tokens.h"

namespace kette {
namespace {

/// What is still to be written: a text, or a node that binds at least as tightly, or stands in brackets.
struct Pending {
  std::string text;
  Value node = {};
  Binding at_least = Binding::relation;
};

constexpr size_t kManyPending = 4000;

constexpr std::string_view kLooser = "?-+*^!";  // in the order of Binding

std::string_view opening(const Binding binding, FormulaStyle style) {
  const bool relation = binding == Binding::relation;
  if (style == FormulaStyle::latex) return relation ? "\\left[" : "\\left(";
  return relation ? "[" : "(";
}
std::string_view closing(const Binding binding, FormulaStyle style) {
  const bool relation = binding == Binding::relation;
  if (style == FormulaStyle::latex) return relation ? "\\right]" : "\\right)";
  return relation ? "]" : ")";
}

/// The text of an operation, with places.
std::string template_of(const Node& node, FormulaStyle style) {
  const Notation& notation = node.op->notation;
  if (notation.write) return notation.write(node.attributes, node.inputs.size(), style);
  if (style == FormulaStyle::latex && !notation.latex.text.empty()) return std::string(notation.latex.text);
  if (!notation.plain.text.empty()) return std::string(notation.plain.text);
  return std::string(node.op->name) + "({,})";
}

Binding binding_of(const Node& node, FormulaStyle style) {
  const Notation& notation = node.op->notation;
  return style == FormulaStyle::latex && !notation.latex.text.empty() ? notation.latex.binding
                                                                      : notation.plain.binding;
}

class Writer {
 public:
  Writer(const Graph& graph, const InfixOptions& options) : graph_(graph), options_(options) {}

  Infix write(Value root) {
    Infix result = piece(root, true);
    while (!pending_.empty()) {
      const Pending one = std::move(pending_.back());
      pending_.pop_back();
      if (one.node)
        write_operand(one);
      else
        write_text(one.text);
    }
    result.text += text_;
    return result;
  }

 private:
  std::string_view ellipsis() const { return options_.style == FormulaStyle::latex ? "\\dots{}" : "…"; }
  bool is_full() const { return text_.size() > options_.most; }
  /// Is it an operation inside so many others that it is left out?
  bool is_too_deep(Value operand) const {
    return pending_.size() > std::max(options_.most, kManyPending) &&
           graph_.node(operand).kind == NodeKind::operation;
  }

  void write_operand(const Pending& operand) {
    if (is_full() || is_too_deep(operand.node)) {
      if (!text_.ends_with(ellipsis())) text_ += ellipsis();
      return;
    }
    const size_t below = pending_.size();
    const Infix inside = piece(operand.node, false);
    if (inside.binding >= operand.at_least) {
      text_ += inside.text;
      return;
    }
    text_ += opening(inside.binding, options_.style);
    text_ += inside.text;
    pending_.insert(pending_.begin() + static_cast<std::ptrdiff_t>(below),
                    Pending{std::string(closing(inside.binding, options_.style))});
  }

  /// What stands between operands that are left out is left out with them, unless it closes brackets.
  void write_text(const std::string& text) {
    const bool is_between =
        !pending_.empty() && pending_.back().node && text.find_first_of("()[]{}|") == std::string::npos;
    if (!is_full() || !is_between || !text_.ends_with(ellipsis())) text_ += text;
  }

  /// A node's text, or, of an operation, nothing: what it is made of is then pending.
  Infix piece(Value value, bool is_root) {
    if (!is_root && options_.stands_for)
      if (auto given = options_.stands_for(value)) return *std::move(given);
    const Node& node = graph_.node(value);
    if (node.kind == NodeKind::operation) {
      push(node, value);
      return {"", binding_of(node, options_.style)};
    }
    if (node.kind != NodeKind::constant) return {infix_name(node.name, options_.style)};
    return constant(node);
  }

  Infix constant(const Node& node) const {
    if (node.shape.size() != 1)
      return {node.name.empty() ? (options_.style == FormulaStyle::latex ? "\\mathrm{const}" : "const")
                                : infix_name(node.name, options_.style)};
    double number = node.value->at(0);
    if (node.shape.dtype() == DType::f32)  // 0.1f is written 0.1
      number = read_literal<double>(literal(static_cast<float>(number))).value_or(number);
    const bool latex = options_.style == FormulaStyle::latex;
    // A variable may have the name of a number.
    if (number == std::numbers::pi && !graph_.find("π") && !graph_.find("pi")) return {latex ? "\\pi" : "π"};
    if (number == std::numbers::e && !graph_.find("e")) return {"e"};
    return infix_number(number, options_.style, options_.digits);
  }

  /// Cuts the operation's text at its places.
  void push(const Node& node, Value value) {
    const std::string text = template_of(node, options_.style);
    std::vector<Pending> parts;
    const auto operand = [&](size_t i, Binding at_least) {
      parts.push_back({"", value.graph->value(node.inputs[i]), at_least});
    };
    std::string plain;
    for (size_t at = 0; at < text.size(); ++at) {
      const size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
      std::string_view place =
          end == std::string::npos ? "" : std::string_view(text).substr(at + 1, end - at - 1);
      Binding at_least = Binding::negation;
      const bool is_operand = !place.empty() && (is_digit(place[0]) || place == ",");
      if (place.size() == 2 && is_operand) at_least = static_cast<Binding>(kLooser.find(place[1]));
      if (!is_operand && (place.empty() || !node.op->attribute(place))) {
        plain += text[at];
        continue;
      }
      if (!is_operand) {
        plain += attribute(node, place, plain);
      } else {
        if (!plain.empty()) parts.push_back({std::exchange(plain, {})});
        if (place != ",") operand(static_cast<size_t>(place[0] - '0'), at_least);
        for (size_t i = 0; place == "," && i < node.inputs.size(); ++i) {
          if (i > 0) parts.push_back({", "});
          operand(i, at_least);
        }
      }
      at = end;
    }
    if (!plain.empty()) parts.push_back({plain});
    for (size_t i = parts.size(); i-- > 0;) pending_.push_back(std::move(parts[i]));
  }

  /// A negative number behind ^ stands in brackets in plain text.
  std::string attribute(const Node& node, std::string_view name, std::string_view before) const {
    const Attribute& attribute = *node.attributes.find(name);
    if (const auto* text = std::get_if<std::string>(&attribute)) return *text;
    const auto* whole = std::get_if<int64_t>(&attribute);
    if (!whole && !std::get_if<double>(&attribute)) return to_string(attribute);
    const Infix number = infix_number(whole ? static_cast<double>(*whole) : std::get<double>(attribute),
                                      options_.style, options_.digits);
    return before.ends_with('^') ? bracketed(number, Binding::atom, options_.style) : number.text;
  }

  const Graph& graph_;
  const InfixOptions& options_;
  std::vector<Pending> pending_;  // the last comes first
  std::string text_;
};

constexpr std::pair<std::string_view, std::string_view> kGreek[] = {
    {"α", "\\alpha"},  {"β", "\\beta"},   {"γ", "\\gamma"}, {"δ", "\\delta"},   {"ε", "\\varepsilon"},
    {"ζ", "\\zeta"},   {"η", "\\eta"},    {"θ", "\\theta"}, {"ι", "\\iota"},    {"κ", "\\kappa"},
    {"λ", "\\lambda"}, {"μ", "\\mu"},     {"ν", "\\nu"},    {"ξ", "\\xi"},      {"π", "\\pi"},
    {"ρ", "\\rho"},    {"σ", "\\sigma"},  {"τ", "\\tau"},   {"υ", "\\upsilon"}, {"φ", "\\varphi"},
    {"χ", "\\chi"},    {"ψ", "\\psi"},    {"ω", "\\omega"}, {"Γ", "\\Gamma"},   {"Δ", "\\Delta"},
    {"Θ", "\\Theta"},  {"Λ", "\\Lambda"}, {"Ξ", "\\Xi"},    {"Π", "\\Pi"},      {"Σ", "\\Sigma"},
    {"Φ", "\\Phi"},    {"Ψ", "\\Psi"},    {"Ω", "\\Omega"}};

/// ₀ … ₉ as digits.
std::string with_plain_digits(std::string_view name) {
  std::string result;
  for (size_t at = 0; at < name.size(); ++at) {
    const bool is_subscript = name.substr(at).starts_with("\xE2\x82") && at + 2 < name.size() &&
                              static_cast<unsigned char>(name[at + 2]) <= 0x89;
    if (is_subscript)
      result += static_cast<char>('0' + (static_cast<unsigned char>(name[at + 2]) - 0x80));
    else
      result += name[at];
    if (is_subscript) at += 2;
  }
  return result;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '~' || c == '^') {
      result += c == '\\' ? "\\textbackslash{}" : c == '~' ? "\\textasciitilde{}" : "\\textasciicircum{}";
      continue;
    }
    if (std::string_view("#$%&_{}").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string latex_symbol(std::string_view text) {
  for (const auto& [letter, command] : kGreek)
    if (text == letter) return std::string(command);
  if (character_length(text) == text.size() && is_letter(text[0]) && text != "_") return std::string(text);
  return fmt::format("\\mathit{{{}}}", escaped(text));
}

}  // namespace

std::string bracketed(const Infix& piece, Binding at_least, FormulaStyle style) {
  if (piece.binding >= at_least) return piece.text;
  return fmt::format("{}{}{}", opening(piece.binding, style), piece.text, closing(piece.binding, style));
}

Infix infix_piece(Value value, const InfixOptions& options) {
  return Writer(*value.graph, options).write(value);
}

std::string infix(Value value, const InfixOptions& options) {
  return bracketed(infix_piece(value, options), Binding::negation, options.style);
}

std::optional<Infix> by_name(Value value, FormulaStyle style) {
  const Node& node = value.graph->node(value);
  if (!node.name.empty()) return Infix{infix_name(node.name, style)};
  if (node.kind == NodeKind::constant && node.shape.size() == 1) return std::nullopt;
  return Infix{style == FormulaStyle::latex ? fmt::format("v_{{{}}}", value.id)
                                            : fmt::format("%{}", value.id)};
}

Infix infix_number(double value, FormulaStyle style, int digits) {
  const bool latex = style == FormulaStyle::latex;
  if (std::isnan(value)) return {latex ? "\\mathrm{nan}" : "nan"};
  const std::string_view sign = !std::signbit(value) ? "" : latex ? "-" : "−";
  Infix result{std::string(sign), sign.empty() ? Binding::atom : Binding::negation};
  const double size = std::abs(value);
  if (std::isinf(size)) {
    result.text += latex ? "\\infty" : "inf";
    return result;
  }
  const std::string number = digits > 0 ? fmt::format("{:.{}g}", size, digits) : fmt::format("{}", size);
  const size_t exponent = number.find('e');
  if (!latex || exponent == std::string::npos) {
    result.text += number;
    return result;
  }
  result.text +=
      fmt::format("{} \\cdot 10^{{{}}}", number.substr(0, exponent), std::stoi(number.substr(exponent + 1)));
  if (sign.empty()) result.binding = Binding::product;
  return result;
}

std::string infix_name(std::string_view name, FormulaStyle style) {
  if (style == FormulaStyle::plain) return std::string(name);
  const std::string plain = with_plain_digits(name);
  size_t end = plain.size();
  while (end > 0 && is_digit(plain[end - 1])) --end;
  const size_t line = plain.find('_');
  if (line != std::string::npos && line > 0 && line + 1 < plain.size())
    return fmt::format("{}_{{{}}}", latex_symbol(plain.substr(0, line)), escaped(plain.substr(line + 1)));
  if (end > 0 && end < plain.size())
    return fmt::format("{}_{{{}}}", latex_symbol(plain.substr(0, end)), plain.substr(end));
  return latex_symbol(plain);
}

}  // namespace kette
