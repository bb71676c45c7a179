// What `kette derive` finds, as text, LaTeX and JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kette/symbolic/derivation.h"
#include "kette/symbolic/modes.h"

namespace kette::cli {

struct DerivativeAt {
  double derivative = 0, difference = 0;
  std::vector<Kink> kinks;

  /// Of the larger of the two; absolute where both are next to 0.
  double relative_difference() const;
};

struct FormulaAt {
  Point point;
  double value = 0;
  std::vector<DerivativeAt> derivatives;  // by each variable
  std::vector<ModesRow> modes;            // where asked for
  bool has_modes = false;
};

/// A formula and its derivatives by each variable.
struct DerivedFormula {
  Value function;
  std::string name;  // "f", or the last assigned
  bool is_partial = false;
  std::vector<Derivation> derivations;
  std::optional<FormulaAt> at;
};

/// Steps that are written of a derivation: a formula of thousands of terms has many thousands.
inline constexpr size_t kMostSteps = 300;
std::span<const DerivationStep> written_steps(const Derivation& derivation);
inline size_t steps_left_out(const Derivation& derivation) {
  return derivation.steps.size() - written_steps(derivation).size();
}

std::string to_text(const DerivedFormula& formula);
std::string to_latex(const DerivedFormula& formula);
/// One line.
std::string to_json(const DerivedFormula& formula);

}  // namespace kette::cli
