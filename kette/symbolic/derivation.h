// The derivative of a formula rule by rule, as on paper: outermost operation first, one line for each part.
//
//     d/dx exp(−x²/2) = exp(−x²/2)·d/dx (−x²/2)   [exponential, chain rule]
//     d/dx (−x²/2) = −d/dx (x²/2)                  [constant multiple]
//     d/dx (x²/2) = d/dx x²/2                      [constant multiple]
//     d/dx x² = 2·x                                [power rule]
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/graph/notation.h"

namespace kette {

/// d/dx `of` = `derivative`, in which inputs in `unknowns` stand for the derivatives of its parts.
struct DerivationStep {
  Value of;
  Value derivative;
  std::string rule;  // "product rule", "exponential, chain rule"
  std::string
      convention;  // where the operation has kinks, its derivative in words: "relu'(x) = 1 if x > 0, else 0"
};

struct Derivation {
  Value function, variable;
  std::vector<DerivationStep> steps;  // outermost first; a part occurs once
  /// The unknowns' ids, and the parts whose derivatives they stand for.
  std::unordered_map<int, Value> unknowns;
  Value result;      // the rules put together
  Value simplified;  // the same, for readers
};

/// Differentiates a scalar f64 formula of element-wise operations by one of its inputs. All is appended to
/// its graph, the unknowns as inputs named "∂%id/∂x". Every local derivative is that of the operation's
/// definition (OpDef::partials), of quotients and f^g in the form that books write: in numbers this may
/// overflow earlier, so those at a point are better those of derivatives_at. Parts without the variable are
/// constants. Throws Error for an operation that is not element-wise.
Derivation derive(Value function, Value variable);

/// A step as text: left and right side of its equation. `is_partial`: ∂ instead of d.
struct DerivationText {
  std::string left, right;
};
DerivationText text_of(const Derivation& derivation, const DerivationStep& step, FormulaStyle style,
                       bool is_partial);

/// A node as the texts write it: named operations below it by their name.
std::string with_names(Value value, FormulaStyle style = FormulaStyle::plain);

/// "d/dx" or "∂/∂x", in LaTeX `\frac{d}{dx}`; of a function with a name "df/dx".
std::string derivative_sign(const std::string& variable, FormulaStyle style, bool is_partial,
                            const std::string& function = "");

}  // namespace kette
