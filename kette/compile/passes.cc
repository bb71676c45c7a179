#include "kette/compile/passes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "kette/base/error.h"

namespace kette {

std::span<const Pass> passes() {
  static constexpr std::array kPasses{
      Pass{"broadcasts", "an element-wise operation repeats its operands itself"},
      Pass{"constants", "what depends on constants alone is computed now"},
      Pass{"arithmetic", "x+0 → x, x·1 → x, x^2 → square, log of softmax in one stable operation …"},
      Pass{"factors", "(x·c)·d → x·(c·d) for numbers known before the program runs"},
      Pass{"bias", "x·W + b is one operation"},
      Pass{"layout", "reshapes join, a matrix product takes transposes itself"},
      Pass{"fuse", "element-wise operations run behind the operation that they follow"},
      Pass{"pair", "one loop does what several did, where a result is read by the next only"},
      Pass{"descend", "w − η·(A·B) is finished in the registers of the product"},
      Pass{"overwrite", "an update is written over its parameter where nobody reads the old value later"},
      Pass{"share", "results that are not needed at the same time share memory"},
  };
  return kPasses;
}

size_t PassLog::index(std::string_view pass) {
  const auto all = passes();
  const auto at = std::ranges::find(all, pass, &Pass::name);
  if (at == all.end()) {
    std::vector<std::string_view> names;
    for (const Pass& each : all) names.push_back(each.name);
    fail("[compile] there is no pass \"{}\"; expected {}", pass, fmt::join(names, ", "));
  }
  return static_cast<size_t>(at - all.begin());
}

PassLog::PassLog(std::span<const std::string> without) : records_(passes().size()) {
  for (const std::string& name : without) record(name).on = false;
}

std::string PassLog::to_string() const {
  std::string text;
  for (size_t i = 0; i < records_.size(); ++i) {
    const auto& [name, what] = passes()[i];
    const Record& record = records_[i];
    if (record.on)
      text += fmt::format("{:<10}  {:5} changes  {:8.1f} µs  {}\n", name, record.changes,
                          static_cast<double>(record.time.count()) / 1e3, what);
    else
      text += fmt::format("{:<10}  left out\n", name);
  }
  return text;
}

}  // namespace kette
