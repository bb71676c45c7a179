#include "kette/train/preparation_nodes.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

using data::Preparation;
using data::Scaling;
using Columns = std::span<const Preparation>;

/// One number for each column, as the constant [columns].
template <class Member>
Value row(Graph& graph, Columns columns, Member member) {
  Tensor tensor(Shape({static_cast<int64_t>(columns.size())}));
  for (size_t c = 0; c < columns.size(); ++c) tensor.values<float>()[c] = member(columns[c]);
  return graph.constant(std::move(tensor));
}

/// Σ_k rise_k · min(1, max(0, (x − knot_k)/(knot_{k+1} − knot_k))) from the lowest level on: linear between
/// knots, level beyond them. No term cancels another, so float32 serves whatever the numbers' size.
Value between_knots(Value x, Columns columns) {  // [N, c]
  Graph& graph = *x.graph;
  const auto c = static_cast<int64_t>(columns.size());
  size_t steps = 1;
  for (const Preparation& p : columns) steps = std::max(steps, p.knots.size() - 1);
  const Shape shape({c, static_cast<int64_t>(steps)});
  Tensor knots(shape), widths(shape), rises(shape);
  for (size_t i = 0; i < columns.size(); ++i) {
    const Preparation& p = columns[i];
    for (size_t k = 0; k < steps; ++k) {
      const bool is_there = k + 1 < p.knots.size();
      const size_t at = i * steps + k;
      knots.values<float>()[at] = is_there ? p.knots[k] : p.knots.back();
      widths.values<float>()[at] = is_there ? p.knots[k + 1] - p.knots[k] : 1;
      rises.values<float>()[at] = is_there ? p.levels[k + 1] - p.levels[k] : 0;
    }
  }
  const Value parts =
      (reshape(x, {kBatch, c, 1}) - graph.constant(std::move(knots))) / graph.constant(std::move(widths));
  const Value risen =
      sum(clip(parts, 0, 1) * graph.constant(std::move(rises)), {2});  // [N, c, steps] → [N, c]
  return risen + row(graph, columns, [](const Preparation& p) { return p.levels.front(); });
}

/// Neighbouring columns of one scaling, x [N, c] with missing ones filled in.
Value scaled(Value x, Columns columns) {
  Graph& graph = *x.graph;
  const Scaling scaling = columns.front().scaling;
  if (scaling == Scaling::none) return x;
  if (scaling == Scaling::quantile_normal) return between_knots(x, columns);
  if (scaling == Scaling::log) {
    const Value origin = row(graph, columns, [](const Preparation& p) { return p.origin; });
    x = log(max(x - origin, scalar_like(x, 0)) + 1.0);
  }
  const Value shift = row(graph, columns, [](const Preparation& p) { return p.shift; });
  const Value scale = row(graph, columns, [](const Preparation& p) { return p.scale; });
  return (x - shift) / scale;
}

/// 1 where a number is missing, for the columns that want an indicator.
Value indicators(Value is_present, Columns columns) {
  Graph& graph = *is_present.graph;
  std::vector<size_t> chosen;
  for (size_t c = 0; c < columns.size(); ++c)
    if (columns[c].indicator) chosen.push_back(c);
  if (chosen.empty()) return {};
  const auto count = static_cast<int64_t>(chosen.size());
  if (chosen.size() == columns.size()) return 1.0 - is_present;
  Tensor choice(Shape({static_cast<int64_t>(columns.size()), count}));
  for (size_t i = 0; i < chosen.size(); ++i) choice.values<float>()[chosen[i] * chosen.size() + i] = 1;
  return 1.0 - matmul(is_present, graph.constant(std::move(choice)));
}

bool belong_together(const Preparation& a, const Preparation& b) {
  return a.kind == b.kind && a.kind != Preparation::Kind::one_hot &&
         (a.kind != Preparation::Kind::number || a.scaling == b.scaling);
}

/// The columns of add_preparation for one preparation.
std::vector<Value> prepared_parts(Value features, Columns columns) {
  Graph& graph = *features.graph;
  std::vector<Value> parts, codes;
  const auto part = [&](size_t begin, size_t end) {
    if (begin == 0 && end == columns.size()) return features;
    return slice(features, 1, static_cast<int64_t>(begin), static_cast<int64_t>(end));
  };
  for (size_t begin = 0; begin < columns.size();) {
    size_t end = begin + 1;
    while (end < columns.size() && belong_together(columns[begin], columns[end])) ++end;
    const Columns run = columns.subspan(begin, end - begin);
    const Value x = part(begin, end);
    if (run.front().kind == Preparation::Kind::number) {
      const Value is_present = equal(x, x);  // NaN alone differs from itself
      const Value fill = row(graph, run, [](const Preparation& p) { return p.fill; });
      parts.push_back(scaled(where(is_present, x, fill), run));
      if (const Value missing = indicators(is_present, run)) parts.push_back(missing);
    } else if (run.front().kind == Preparation::Kind::one_hot) {
      const Preparation& p = run.front();
      Tensor table(Shape({p.codes, p.columns}), std::span<const float>(p.table));
      const Value code = reshape(cast(x, DType::i64), {kBatch});
      parts.push_back(lookup(graph.constant(std::move(table)), code));  // [N] → [N, columns]
    } else if (run.front().kind == Preparation::Kind::embedding) {
      codes.push_back(x);
    } else {
      parts.push_back(x);
    }
    begin = end;
  }
  parts.insert(parts.end(), codes.begin(), codes.end());
  return parts;
}

int64_t width_of(Columns columns) {
  int64_t width = 0;
  for (const Preparation& p : columns)
    width += p.kind == Preparation::Kind::one_hot ? p.columns : p.indicator ? 2 : 1;
  return width;
}

}  // namespace

Value add_preparation(Value features, std::span<const std::vector<Preparation>> preparations) {
  std::vector<Value> parts;
  for (const std::vector<Preparation>& columns : preparations)
    for (const Value part : prepared_parts(features, columns)) parts.push_back(part);
  const Value prepared = parts.size() == 1 ? parts.front() : concat(parts, 1);
  return prepared == features ? features : features.graph->name(prepared, "prepared");
}

Value preparation_part(Value prepared, std::span<const std::vector<Preparation>> preparations, size_t i) {
  if (preparations.size() == 1) return prepared;
  int64_t begin = 0;
  for (size_t k = 0; k < i; ++k) begin += width_of(preparations[k]);
  return slice(prepared, 1, begin, begin + width_of(preparations[i]));
}

std::vector<std::string> embedding_names(Columns columns) {
  std::vector<std::string> names;
  int number = 0;
  for (const Preparation& p : columns)
    if (p.kind == Preparation::Kind::embedding)
      names.push_back(p.shared ? "E" : fmt::format("E{}", ++number));
  return names;
}

FirstInputs first_inputs(Value prepared, std::span<const Preparation> columns, std::string_view prefix) {
  Graph& graph = *prepared.graph;
  std::vector<const Preparation*> embedded;
  for (const Preparation& p : columns)
    if (p.kind == Preparation::Kind::embedding) embedded.push_back(&p);
  if (embedded.empty()) return {prepared, {}};
  const std::vector<std::string> names = embedding_names(columns);
  const int64_t width = prepared.shape()[1], dense = width - static_cast<int64_t>(embedded.size());
  FirstInputs first;
  std::vector<Value> parts;
  if (dense > 0) parts.push_back(slice(prepared, 1, 0, dense));
  for (size_t i = 0; i < embedded.size(); ++i) {
    const int64_t place = dense + static_cast<int64_t>(i), units = embedded[i]->columns;
    const Value table =
        graph.parameter(fmt::format("{}{}", prefix, names[i]), Shape({embedded[i]->codes, units}));
    const Value code = reshape(cast(slice(prepared, 1, place, place + 1), DType::i64), {kBatch});
    parts.push_back(lookup(table, code));  // [N] → [N, units]
    const double spread = 1 / std::sqrt(static_cast<double>(units));
    if (std::ranges::find(first.embeddings, table, &Parameter::value) == first.embeddings.end())
      first.embeddings.push_back({table, {Initializer::Kind::normal, spread}});
  }
  first.inputs = parts.size() == 1 ? parts.front() : concat(parts, 1);
  const std::string name = fmt::format("{}x", prefix);
  if (dense == 0 && !graph.find(name)) graph.name(first.inputs, name);
  return first;
}

}  // namespace kette
