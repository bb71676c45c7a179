#include "kette/model/columns.h"

#include <algorithm>
#include <string>
#include <vector>

#include "kette/base/error.h"

namespace kette {
namespace {

std::vector<std::string> parts_of(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

bool holds_all(const data::Table& table, const std::vector<std::string>& names) {
  return std::ranges::all_of(names, [&](const std::string& name) { return table.find(name) >= 0; });
}

}  // namespace

void take_column_names(Schema& schema, const data::Table& table, std::string_view target,
                       bool needs_targets) {
  if (!schema.by_position) return;
  std::vector<std::string> targets = target.empty() ? schema.targets : parts_of(target);
  if (!target.empty()) {
    if (table.find(std::string(target)) >= 0) targets = {std::string(target)};
    if (targets.size() != schema.targets.size())
      fail("{} targets are named; the model has {}", targets.size(), schema.targets.size());
    if (!holds_all(table, targets) && needs_targets)
      fail("{}: has no column {}", table.source(), data::quote(target));
  }
  const size_t features = schema.features.size();
  if (holds_all(table, data::names_of(schema.features)) && (!needs_targets || holds_all(table, targets))) {
    schema.targets = targets;
    return;
  }
  std::vector<std::string> names = table.names();
  if (target.empty() && needs_targets && !holds_all(table, targets)) {  // the last ones
    if (names.size() < targets.size() + features) targets.clear();
    std::copy(names.end() - static_cast<int64_t>(targets.size()), names.end(), targets.begin());
  }
  std::erase_if(names,
                [&](const std::string& name) { return std::ranges::find(targets, name) != targets.end(); });
  if (!needs_targets && names.size() > features) names.resize(features);  // what follows may be the target
  if (names.size() != features)
    fail("{}: has {} columns for the model's {} inputs{}; they are taken by position{}", table.source(),
         names.size(), features, needs_targets ? fmt::format(" besides {} to predict", targets.size()) : "",
         targets.size() > 1 ? " (a classifier? kette import --task tells)" : "");
  for (size_t i = 0; i < features; ++i) schema.features[i].name = names[i];
  if (!targets.empty()) schema.targets = targets;
}

}  // namespace kette
