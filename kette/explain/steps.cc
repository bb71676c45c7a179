#include "kette/explain/steps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "kette/explain/caption.h"
#include "kette/explain/needed.h"
#include "kette/explain/trace.h"
#include "kette/figure/label.h"
#include "kette/ops/ops.h"
#include "kette/symbolic/element.h"
#include "kette/symbolic/infix.h"

namespace kette {
namespace {

/// "y = tanh x;  y' = 1 − y²" → definition and derivative.
std::pair<std::string, std::string> split_formula(std::string_view formula) {
  const size_t semicolon = formula.find(';');
  if (semicolon == formula.npos) return {std::string(formula), ""};
  const size_t next = formula.find_first_not_of(' ', semicolon + 1);
  return {std::string(formula.substr(0, semicolon)),
          std::string(formula.substr(std::min(next, formula.size())))};
}

class Writer {
 public:
  Writer(Subject& subject, const View& view, const StepsOptions& options)
      : subject_(subject), graph_(*subject.graph), view_(view), options_(options) {
    for (const int id : view.nodes) {
      shown_.push_back(id);
      const Node& node = graph_.node(id);
      shown_.insert(shown_.end(), node.inputs.begin(), node.inputs.end());
    }
    std::ranges::sort(shown_);
    shown_.erase(std::unique(shown_.begin(), shown_.end()), shown_.end());
    for (const int id : shown_) names_[id] = one_line(caption_of(subject, id));
    if (subject.loss) prepare_backward();
    evaluate();
  }

  Steps steps() {
    Steps steps{.learning_rate = options_.learning_rate};
    for (const size_t i : in_order_of_use(graph_, view_))
      steps.forward.push_back(forward(view_.nodes[i], view_.is_leaf[i]));
    if (!subject_.loss) return steps;
    for (size_t i = view_.nodes.size(); i-- > 0;)
      if (!view_.is_leaf[i] && backward_.gradient.contains(view_.nodes[i]))
        steps.backward.push_back(backward(view_.nodes[i]));
    return steps;
  }

  /// The element's name, formula and numbers.
  Formula formula(const std::string& name, int id, bool is_given) const {
    Formula formula{.name = name, .shape = graph_.node(id).shape};
    // A node that was met before, under another name.
    const bool is_alias = has_name(id) && this->name(id) != name &&
                          (id == incoming_ || (id < first_ && graph_.node(id).kind == NodeKind::operation));
    if (is_alias)
      formula.symbols = this->name(id);
    else if (!is_given && graph_.node(id).kind == NodeKind::operation)
      formula.symbols = symbols(id);
    for (const int64_t element : listed(values_.at(id)))
      formula.elements.push_back(line(name, id, element, is_given || is_alias));
    formula.left_out = formula.shape.size() - std::ssize(formula.elements);
    return formula;
  }

  /// The same while another node is called `symbol`.
  Formula formula_with(const std::string& symbol, int node, const std::string& name, int id) {
    const auto known = names_.find(node);
    const std::string usual = known == names_.end() ? "" : known->second;
    names_[node] = symbol;
    Formula result = formula(name, id, false);
    if (known == names_.end())
      names_.erase(node);
    else
      names_[node] = usual;
    return result;
  }

  const Backward& gradients() const { return backward_; }
  const Tensor& value(int id) const { return values_.at(id); }
  std::string name(int id) const {
    const auto known = names_.find(id);
    return known == names_.end() ? one_line(graph_.label(id)) : known->second;
  }
  std::vector<int64_t> listed(const Tensor& tensor) const {
    std::vector<int64_t> elements(static_cast<size_t>(tensor.size()));
    std::iota(elements.begin(), elements.end(), int64_t{0});
    if (tensor.size() <= options_.most_elements) return elements;
    const auto most = static_cast<size_t>(options_.most_elements);
    std::ranges::partial_sort(elements, elements.begin() + static_cast<ptrdiff_t>(most),
                              [&](int64_t a, int64_t b) {
                                const double x = std::abs(tensor.at(a)), y = std::abs(tensor.at(b));
                                return x != y ? x > y : a < b;
                              });
    elements.resize(most);
    std::ranges::sort(elements);
    return elements;
  }

 private:
  void prepare_backward() {
    backward_ = backward_of(subject_, shown_);
    first_ = subject_.backward_from;
    for (const auto& [id, gradient] : backward_.gradient)
      if (gradient.id >= first_) names_.try_emplace(gradient.id, "∂L/∂" + name(id));
    for (const auto& [id, parts] : backward_.parts) {
      const Node& node = graph_.node(id);
      if (!node.op->is_elementwise() || !node.op->partials) continue;
      const std::vector<int> inputs = node.inputs;
      const Attributes attributes = node.attributes;
      std::vector<Value> x;
      for (const int input : inputs) x.push_back(graph_.value(input));
      partials_[id] = node.op->partials({x, graph_.value(id), attributes});
    }
  }

  /// One program for all nodes that any line speaks of.
  void evaluate() {
    std::vector<Value> wanted;
    const auto want = [&](Value value) {
      if (value) wanted.push_back(value);
    };
    for (const auto& [id, gradient] : backward_.gradient) want(gradient);
    for (const auto& [id, parts] : backward_.parts) std::ranges::for_each(parts, want);
    for (const auto& [id, partials] : partials_) std::ranges::for_each(partials, want);
    const std::vector<bool> needed = needed_by(graph_, wanted);
    std::vector<int> nodes = shown_;
    for (int id = first_; id < graph_.size(); ++id)
      if (needed[static_cast<size_t>(id)]) nodes.push_back(id);
    for (const Value& value : wanted) nodes.push_back(value.id);
    for (int id = first_; id < graph_.size(); ++id)
      if (needed[static_cast<size_t>(id)])
        nodes.insert(nodes.end(), graph_.node(id).inputs.begin(), graph_.node(id).inputs.end());
    values_ = values_of(subject_, nodes);
  }

  bool has_name(int id) const { return names_.contains(id); }

  const int* rearranged(int id) const {
    const Node& node = graph_.node(id);
    const bool is_plain = node.op == &kReshape || node.op == &kBroadcast;
    return is_plain && graph_.node(node.inputs[0]).kind != NodeKind::constant ? &node.inputs[0] : nullptr;
  }

  std::string symbols(int id) const {
    // Numbers that only lie otherwise need no word.
    const int asked = id;
    while (const int* operand = id >= first_ ? rearranged(id) : nullptr) id = *operand;
    if (id != asked && has_name(id)) return name(id);
    return infix(graph_.value(id),
                 {.stands_for = [&](Value node) -> std::optional<Infix> {
                    if (has_name(node.id) && graph_.node(node.id).kind != NodeKind::constant)
                      return Infix{name(node.id)};
                    return std::nullopt;
                  },
                  .digits = options_.digits});
  }

  ElementLine line(const std::string& name_of_it, int id, int64_t element, bool is_given) const {
    ElementLine line{.name = element_name(name_of_it, graph_.node(id).shape, element),
                     .value = values_.at(id).at(element)};
    if (is_given) return line;
    const ElementOptions options{
        .name = [&](int node, int64_t at) { return element_name(name(node), graph_.node(node).shape, at); },
        .value = [&](int node, int64_t at) { return values_.at(node).at(at); },
        .is_written_out = [&](int node) { return !has_name(node); },
        .most_terms = options_.most_terms,
        .digits = options_.digits};
    if (const auto formula = element_formula(graph_, id, element, options)) {
      line.symbols = formula->symbols;
      line.numbers = formula->numbers;
    }
    return line;
  }

  ForwardStep forward(int id, bool is_leaf) const {
    const Node& node = graph_.node(id);
    ForwardStep step{.node = id};
    if (node.kind == NodeKind::operation && !is_leaf) {
      step.operation = node.op->name;
      // What is written with signs of its own says it already.
      if (node.op->notation.plain.binding == Binding::atom)
        step.definition = split_formula(node.op->formula).first;
    } else {
      step.operation = node.kind == NodeKind::input || node.kind == NodeKind::operation ? "input"
                       : node.kind == NodeKind::parameter                               ? "parameter"
                                                                                        : "constant";
    }
    step.formula = formula(name(id), id, is_leaf);
    return step;
  }

  /// Where an element-wise operation stands on its kink, which of max and min is where operands are equal.
  std::string subgradient(int id) const {
    const Node& node = graph_.node(id);
    const auto told = [&](const std::string& where) {
      return fmt::format("{}: {} has no derivative there; taken: {}", where, node.op->name,
                         split_formula(node.op->formula).second);
    };
    if (node.op == &kMax || node.op == &kMin)
      for (int64_t element = 0; element < node.shape.size(); ++element) {
        const Tensor &a = values_.at(node.inputs[0]), &b = values_.at(node.inputs[1]);
        const int64_t i = broadcast_element(a.shape(), node.shape, element),
                      j = broadcast_element(b.shape(), node.shape, element);
        if (node.inputs[0] != node.inputs[1] && a.at(i) == b.at(j))
          return told(fmt::format("{} = {}", element_name(name(node.inputs[0]), a.shape(), i),
                                  element_name(name(node.inputs[1]), b.shape(), j)));
      }
    for (size_t i = 0; i < node.inputs.size() && i < node.op->domains.size(); ++i) {
      const Tensor& x = values_.at(node.inputs[i]);
      for (const double kink : node.op->domains[i].kinks)
        for (int64_t element = 0; element < x.size(); ++element)
          if (x.at(element) == kink)
            return told(
                fmt::format("{} = {:g}", element_name(name(node.inputs[i]), x.shape(), element), kink));
    }
    return "";
  }

  BackwardStep backward(int id) {
    const Node& node = graph_.node(id);
    BackwardStep step{.node = id, .operation = std::string(node.op->name)};
    step.rule = split_formula(node.op->formula).second;
    step.rule_name = node.op->notation.rule;
    const std::string loss = "∂L/∂";
    // Several gradients may be one node; here it is this one.
    incoming_ = backward_.gradient.at(id).id;
    if (incoming_ >= first_) names_[incoming_] = loss + name(id);
    step.incoming = formula(loss + name(id), backward_.gradient.at(id).id, true);
    const auto parts = backward_.parts.find(id);
    if (parts == backward_.parts.end()) return step;
    const auto partials = partials_.find(id);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const int input = node.inputs[i];
      const Value part = parts->second[i];
      if (!part || !backward_.gradient.contains(input)) continue;
      BackwardPart passed;
      if (partials != partials_.end() && partials->second[i])
        passed.local = formula("∂" + name(id) + "/∂" + name(input), partials->second[i].id, false);
      passed.is_part = backward_.gradient.at(input) != part;
      passed.outgoing = formula(loss + name(input), part.id, false);
      step.parts.push_back(std::move(passed));
    }
    if (!step.parts.empty()) step.parts.front().subgradient = subgradient(id);
    return step;
  }

  Subject& subject_;
  Graph& graph_;
  const View& view_;
  const StepsOptions& options_;
  int first_ = std::numeric_limits<int>::max();  // nodes from here on are of the backward pass
  int incoming_ = -1;                            // the gradient of the step that is written
  std::vector<int> shown_;
  std::map<int, std::string> names_;  // of nodes that formulas speak of by name
  Backward backward_;
  std::map<int, std::vector<Value>> partials_;
  std::map<int, Tensor> values_;
};

/// Products of the layer's input with its weights: out·W.
struct Product {
  int node, out, weights;
};

std::vector<Product> products_of(const Subject& subject, const View& view) {
  const Graph& graph = *subject.graph;
  std::vector<Product> products;
  for (size_t i = 0; i < view.nodes.size(); ++i) {
    const Node& node = graph.node(view.nodes[i]);
    if (view.is_leaf[i] || node.op != &kMatmul || node.attributes.integer("transpose_a") != 0) continue;
    const bool is_trained =
        std::ranges::any_of(subject.trained, [&](Value v) { return v.id == node.inputs[1]; });
    if (is_trained && node.attributes.integer("transpose_b") == 0)
      products.push_back({view.nodes[i], node.inputs[0], node.inputs[1]});
  }
  return products;
}

/// Δ = −η·(what stands in `lines`), with the values before and after.
ParameterChange change_of(const Writer& writer, const Subject& subject, int parameter, Formula slope,
                          const Tensor& part, const Parameters& updated, const StepsOptions& options) {
  const Tensor& before = writer.value(parameter);
  const Tensor& after = updated.at(subject.graph->node(parameter).name);
  ParameterChange change{.parameter = writer.name(parameter)};
  change.change = {
      .name = "Δ" + change.parameter, .symbols = "−η·(" + slope.symbols + ")", .shape = part.shape()};
  const auto times = [](const std::string& factor, const std::string& terms) {
    if (terms.empty()) return std::string();
    const bool is_sum = terms.find(" + ") != terms.npos || terms.find(" − ") != terms.npos;
    return "−" + factor + "·" + (is_sum || terms.starts_with("−") ? "(" + terms + ")" : terms);
  };
  const std::string rate = infix_number(options.learning_rate, FormulaStyle::plain, options.digits).text;
  const std::vector<int64_t> listed = writer.listed(part);
  for (size_t i = 0; i < listed.size(); ++i) {
    const ElementLine& line = slope.elements[i];
    const std::string symbols = line.symbols.empty() ? line.name : line.symbols;
    const std::string numbers = line.numbers.empty()
                                    ? infix_number(line.value, FormulaStyle::plain, options.digits).text
                                    : line.numbers;
    change.change.elements.push_back({element_name(change.change.name, part.shape(), listed[i]),
                                      times("η", symbols), times(rate, numbers),
                                      -options.learning_rate * part.at(listed[i])});
    change.before.push_back(before.at(listed[i]));
    change.after.push_back(after.at(listed[i]));
  }
  change.change.left_out = part.size() - std::ssize(listed);
  return change;
}

LayerDeltas deltas_of(Writer& writer, const Subject& subject, const Product& product, int layer,
                      const Parameters& updated, const StepsOptions& options) {
  const Backward& backward = writer.gradients();
  const int delta = backward.gradient.at(product.node).id;
  const Value part = backward.parts.at(product.node)[1];
  LayerDeltas deltas{.layer = layer};
  deltas.out = writer.formula(writer.name(product.out), product.out, true);
  deltas.delta = writer.formula("δ", delta, true);
  deltas.delta.symbols = "∂L/∂" + writer.name(product.node);
  const Formula slope = writer.formula_with("δ", delta, "∂L/∂" + writer.name(product.weights), part.id);
  deltas.weights =
      change_of(writer, subject, product.weights, slope, writer.value(part.id), updated, options);
  deltas.weights.is_part = backward.gradient.at(product.weights) != part;
  return deltas;
}

}  // namespace

std::string element_name(const std::string& tensor, const Shape& shape, int64_t element) {
  std::string indices;
  int64_t rest = element;
  bool is_alone = true;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    const int64_t dim = shape[axis];
    if (!(axis == 0 && dim == 1)) {
      indices.insert(0, std::to_string(rest % dim + 1) + (indices.empty() ? "" : ","));
      is_alone = is_alone && dim == 1;
    }
    rest /= dim;
  }
  return is_alone ? tensor : tensor + "[" + indices + "]";
}

Steps steps_of(Subject& subject, const View& view, const StepsOptions& options) {
  Writer writer(subject, view, options);
  Steps steps = writer.steps();
  if (!subject.loss || subject.trained.empty()) return steps;
  const std::vector<int> layers = layers_of(subject);
  const Descent descent = descend(subject, options.learning_rate);
  steps.loss_before = descent.loss_before;
  steps.loss_after = descent.loss_after;
  std::vector<int> weights;
  for (const Product& product : products_of(subject, view)) {
    if (!writer.gradients().gradient.contains(product.node)) continue;
    weights.push_back(product.weights);
    steps.layers.push_back(deltas_of(writer, subject, product, layers[static_cast<size_t>(product.node)],
                                     descent.parameters, options));
  }
  for (const int id : view.nodes) {
    const bool is_trained = std::ranges::find(subject.trained, id, &Value::id) != subject.trained.end();
    const auto gradient = writer.gradients().gradient.find(id);
    if (!is_trained || gradient == writer.gradients().gradient.end() ||
        std::ranges::find(weights, id) != weights.end())
      continue;
    Formula slope = writer.formula("∂L/∂" + writer.name(id), gradient->second.id, true);
    slope.symbols = slope.name;
    steps.others.push_back(change_of(writer, subject, id, std::move(slope), writer.value(gradient->second.id),
                                     descent.parameters, options));
  }
  return steps;
}

}  // namespace kette
