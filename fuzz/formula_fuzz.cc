// Any bytes are a formula, or a FormulaError of one line whose place is in the text. What was read is
// written, read again and written the same, and cut with its braces closed; its derivative is found and
// simplified without a crash.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/graph/verify.h"
#include "kette/symbolic/derivation.h"
#include "kette/symbolic/formula.h"
#include "kette/symbolic/infix.h"
#include "kette/symbolic/point.h"

namespace {

using kette::Graph;
using kette::Value;

void differ(const std::string& first, const std::string& second) {
  std::fprintf(stderr, "written:\n%s\nread and written again:\n%s\n", first.c_str(), second.c_str());
  std::abort();
}

/// The same text after it is read again: but names are not known then, so that numbers may be written
/// otherwise.
void check_text(Value value) {
  const std::string text = kette::infix(value);
  if (text.find("…") != std::string::npos) return;
  Graph once, twice;
  std::string second, third;
  try {
    second = kette::infix(kette::parse_formula(text, once));
    third = kette::infix(kette::parse_formula(second, twice));
  } catch (const kette::FormulaError& error) {
    // What was nested 200 deep may be deeper with the brackets that are written.
    if (std::string_view(error.what()).find("nested more than") == std::string_view::npos)
      differ(text, error.what());
    return;
  }
  if (second != third) differ(second, third);
}

/// Cut anywhere, all braces are closed.
void check_cut(Value value) {
  for (const size_t most : {size_t{0}, size_t{10}, size_t{60}}) {
    const std::string text = kette::infix(value, {.style = kette::FormulaStyle::latex, .most = most});
    if (std::ranges::count(text, '{') != std::ranges::count(text, '}')) differ(text, "unbalanced");
  }
}

void derive_once(Value value) {
  const std::vector<Value> variables = kette::variables_of(value);
  if (variables.empty()) return;
  const kette::Derivation derivation = kette::derive(value, variables.front());
  kette::Point point;
  for (const Value& variable : variables) point.emplace(variable.name(), 0.5);
  kette::value_at(derivation.result, point);
  kette::value_at(derivation.simplified, point);
  kette::derivatives_at(value, variables, point);
  for (const kette::DerivationStep& step : derivation.steps) {
    kette::text_of(derivation, step, kette::FormulaStyle::plain, false);
    kette::text_of(derivation, step, kette::FormulaStyle::latex, true);
  }
  kette::kinks_at(value, variables.front(), point);
}

}  // namespace

KETTE_FUZZ(formula) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Graph graph;
  try {
    const Value value = kette::parse_formula(text, graph);
    kette::verify(graph);
    check_text(value);
    check_cut(value);
    if (graph.size() < 300) derive_once(value);
  } catch (const kette::FormulaError& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
    if (error.at() > size) std::abort();
    kette::with_caret(text, error.at());
    kette::verify(graph);
  }
  return 0;
}
