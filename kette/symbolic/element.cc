#include "kette/symbolic/element.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "kette/autodiff/interpret.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/infix.h"

namespace kette {
namespace {

constexpr int kDeepest = 16;  // operands written out within each other

/// Formulas as nodes of a graph of scalars, whose inputs stand for elements of nodes of the other one.
class Elements {
 public:
  Elements(const Graph& graph, const ElementOptions& options) : graph_(graph), options_(options) {}

  /// The element as a sum.
  std::optional<std::vector<Value>> terms(int id, int64_t element, int depth = 0) {
    const Node& node = graph_.node(id);
    if (node.kind != NodeKind::operation) return std::nullopt;
    const OpDef& op = *node.op;
    if (op.is_elementwise()) {
      std::vector<Value> operands;
      for (const int input : node.inputs)
        operands.push_back(
            operand(input, broadcast_element(graph_.node(input).shape, node.shape, element), depth));
      return std::vector{scalars_.apply(op, operands, node.attributes)};
    }
    std::vector<Shape> shapes;
    for (const int input : node.inputs) shapes.push_back(graph_.node(input).shape);
    if (op.moves && (is_float(node.shape.dtype()) || !is_float(shapes[0].dtype()))) {
      const auto source = source_of(node, shapes, element);
      return std::vector{source ? operand(source->first, source->second, depth) : number(0)};
    }
    if (!op.terms) return std::nullopt;
    const ElementCall call{
        .inputs = shapes,
        .attributes = node.attributes,
        .element = element,
        .at = [&](size_t i, int64_t at) { return operand(node.inputs[i], at, depth); },
        .index = [&](size_t i, int64_t at) { return static_cast<int64_t>(value_of(node.inputs[i], at)); }};
    std::vector<Value> terms = op.terms(call);
    if (terms.empty()) terms.push_back(number(0));
    return terms;
  }

  std::vector<double> numbers(std::span<const Value> formulas) const {
    const std::vector<Reference> values = interpret(scalars_, formulas, bindings_);
    std::vector<double> numbers;
    for (const Value formula : formulas) numbers.push_back(values[static_cast<size_t>(formula.id)].values[0]);
    return numbers;
  }

  std::string text(Value formula, bool with_numbers) {
    InfixOptions options{.style = options_.style, .digits = options_.digits};
    options.stands_for = [&](Value node) -> std::optional<Infix> {
      const auto place = places_.find(node.id);
      if (node.graph != &scalars_ || place == places_.end()) return std::nullopt;
      const auto [id, element] = place->second;
      if (!with_numbers) return Infix{options_.name(id, element)};
      return infix_number(value_of(id, element), options_.style, options_.digits);
    };
    // What is printed itself is not asked for.
    if (const std::optional<Infix> alone = options.stands_for(formula)) return alone->text;
    return infix(formula, options);
  }

 private:
  Value number(double value) { return scalars_.constant(value, DType::f64); }

  double value_of(int id, int64_t element) const {
    const Node& node = graph_.node(id);
    return node.kind == NodeKind::constant ? node.value->at(element) : options_.value(id, element);
  }

  Value operand(int id, int64_t element, int depth) {
    if (graph_.node(id).kind == NodeKind::constant) return number(value_of(id, element));
    if (depth < kDeepest && options_.is_written_out && options_.is_written_out(id)) {
      if (const auto inner = terms(id, element, depth + 1)) {
        Value sum = inner->front();
        for (size_t i = 1; i < inner->size(); ++i) sum = sum + (*inner)[i];
        return sum;
      }
    }
    const auto [found, is_new] = elements_.try_emplace({id, element});
    if (is_new) {
      found->second = scalars_.input(fmt::format("{}:{}", id, element), Shape({}, DType::f64));
      places_[found->second.id] = {id, element};
      if (options_.value)
        bindings_.emplace(found->second.name(), Tensor(Shape({}, DType::f64), {value_of(id, element)}));
    }
    return found->second;
  }

  /// Which operand's element a result is that is only moved there: the operation itself is given the places
  /// instead of the numbers. Nothing: 0.
  std::optional<std::pair<int, int64_t>> source_of(const Node& node, const std::vector<Shape>& shapes,
                                                   int64_t element) const {
    if (node.op == &kLookup) {  // a table may be large
      const int64_t units = shapes[0][1];
      const auto row = static_cast<int64_t>(value_of(node.inputs[1], element / units));
      return std::pair(node.inputs[0], row * units + element % units);
    }
    const auto is_moved = [&](size_t i) { return is_float(shapes[i].dtype()) || shapes.size() == 1; };
    std::vector<Reference> operands;
    int64_t next = 1;  // 0 is no place
    for (size_t i = 0; i < shapes.size(); ++i) {
      Reference& operand = operands.emplace_back(Reference{shapes[i], {}});
      for (int64_t j = 0; j < shapes[i].size(); ++j)
        operand.values.push_back(is_moved(i) ? static_cast<double>(next++) : value_of(node.inputs[i], j));
    }
    std::vector<const Reference*> pointers;
    for (const Reference& operand : operands) pointers.push_back(&operand);
    Reference result{node.shape, std::vector<double>(static_cast<size_t>(node.shape.size()))};
    interpret_node(node, pointers, result);
    int64_t place = static_cast<int64_t>(result.values[static_cast<size_t>(element)]) - 1;
    for (size_t i = 0; place >= 0 && i < shapes.size(); ++i) {
      if (!is_moved(i)) continue;
      if (place < shapes[i].size()) return std::pair(node.inputs[i], place);
      place -= shapes[i].size();
    }
    return std::nullopt;
  }

  const Graph& graph_;
  const ElementOptions& options_;
  Graph scalars_;
  Bindings bindings_;
  std::map<std::pair<int, int64_t>, Value> elements_;
  std::map<int, std::pair<int, int64_t>> places_;  // of the scalars
};

/// The places of the terms that are shown: where there are values those of the largest, else the first.
std::vector<size_t> chosen(const std::vector<double>& numbers, size_t count, size_t most) {
  std::vector<size_t> places(count);
  for (size_t i = 0; i < count; ++i) places[i] = i;
  if (count <= most) return places;
  if (!numbers.empty())
    std::ranges::stable_sort(places, std::ranges::greater{}, [&](size_t i) { return std::abs(numbers[i]); });
  places.resize(most - 1);
  std::ranges::sort(places);
  return places;
}

/// Appends a term to a sum.
void add(std::string& sum, std::string_view term) {
  constexpr std::string_view kMinus = "−";
  const bool is_negative = term.starts_with(kMinus);
  if (!sum.empty()) sum += is_negative ? " − " : " + ";
  sum += !sum.empty() && is_negative ? term.substr(kMinus.size()) : term;
}

}  // namespace

int64_t broadcast_element(const Shape& from, const Shape& to, int64_t element) {
  int64_t at = 0, stride = 1;
  for (int back = 1; back <= from.rank(); ++back) {
    const int64_t dim = from[from.rank() - back], place = element % to[to.rank() - back];
    element /= to[to.rank() - back];
    if (dim > 1) at += place * stride;
    stride *= dim;
  }
  return at;
}

std::optional<ElementFormula> element_formula(const Graph& graph, int node, int64_t element,
                                              const ElementOptions& options) {
  Elements elements(graph, options);
  const auto terms = elements.terms(node, element);
  if (!terms) return std::nullopt;
  ElementFormula formula;
  std::vector<double> numbers;
  if (options.value) numbers = elements.numbers(*terms);
  for (const double number : numbers) formula.value += number;
  double rest = formula.value;
  const std::vector<size_t> shown = chosen(numbers, terms->size(), options.most_terms);
  for (const size_t i : shown) {
    add(formula.symbols, elements.text((*terms)[i], false));
    if (numbers.empty()) continue;
    add(formula.numbers, elements.text((*terms)[i], true));
    rest -= numbers[i];
  }
  if (const size_t left = terms->size() - shown.size(); left > 0) {
    formula.symbols +=
        fmt::format(" + {} ({} more)", options.style == FormulaStyle::latex ? "\\dots" : "…", left);
    if (!numbers.empty()) {
      add(formula.numbers, infix_number(rest, options.style, options.digits).text);
      formula.numbers += fmt::format(" ({} more)", left);
    }
  }
  return formula;
}

}  // namespace kette
