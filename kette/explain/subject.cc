#include "kette/explain/subject.h"

#include <algorithm>

#include "kette/base/error.h"
#include "kette/data/feature.h"
#include "kette/data/parse_number.h"
#include "kette/explain/one_row.h"
#include "kette/explain/row.h"
#include "kette/graph/text.h"
#include "kette/nn/losses.h"
#include "kette/ops/ops.h"
#include "kette/train/build.h"
#include "kette/train/labelled.h"
#include "kette/train/objective.h"

namespace kette {
namespace {

constexpr std::string_view kNegativeLogLikelihood = "negative-log-likelihood";

struct Ending {
  Value expected, loss;
};

/// Takes away what a training run has added, such as its loss.
void leave_prediction_alone(Model& model) {
  auto graph = std::make_unique<Graph>();
  Value* const values[] = {&model.features, &model.prepared, &model.scores, &model.prediction};
  std::vector<Value> wanted;
  for (const Value* value : values) wanted.push_back(*value);
  const std::vector<Value> copies = copy_needed(*model.graph, wanted, *graph, kBatch);
  for (Value* value : values)
    if (*value) *value = copies[static_cast<size_t>(value->id)];
  model.graph = std::move(graph);
}

/// Appends the loss to the model's graph.
Ending add_loss(Model& model, std::string_view name) {
  Graph& graph = *model.graph;
  const bool is_regression = model.schema.task == data::Task::regression;
  if (name == kNegativeLogLikelihood) {
    if (is_regression) fail("the loss {} is for classes; the model predicts numbers", name);
    const Value expected = graph.input("target", Shape({kBatch}, DType::i64));
    return {expected, graph.name(neg(log(pick(model.prediction, expected))), "loss")};
  }
  const Loss loss = name.empty() ? default_loss(model.schema.task) : parse_loss(name);
  const bool is_class_loss = loss == Loss::cross_entropy || loss == Loss::hinge;
  const bool is_number_loss = !is_class_loss && loss != Loss::squared_error;
  if (is_regression ? is_class_loss : is_number_loss)
    fail("the loss {} is for {}", to_string(loss),
         is_regression ? "classes; the model predicts numbers" : "numbers; the model predicts classes");
  const Answer answer = is_regression ? Answer{model.prediction} : Answer{model.scores, model.prediction};
  const Objective objective = add_objective(answer, answer, {.loss = loss});
  return {objective.target, objective.loss};
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> columns_of(const Schema& schema) {
  std::vector<std::string> names = data::names_of(schema.features);
  names.insert(names.end(), schema.targets.begin(), schema.targets.end());
  return names;
}

/// Numbers separated by commas or blanks, in brackets or not.
std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  const std::string_view marks = " ,[]";
  for (size_t begin = text.find_first_not_of(marks); begin < text.size();) {
    const size_t end = std::min(text.find_first_of(marks, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const auto number = data::parse_number(word);
    if (!number) fail("expected a number, found {}", data::quote(word));
    numbers.push_back(*number);
    begin = text.find_first_not_of(marks, end);
  }
  return numbers;
}

void fill(const std::string& name, Tensor& tensor, std::span<const double> numbers) {
  if (static_cast<int64_t>(numbers.size()) != tensor.size())
    fail("{} is {}: expected {} number{}, found {}", name, to_string(tensor.shape()), tensor.size(),
         tensor.size() == 1 ? "" : "s", numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) tensor.set(static_cast<int64_t>(i), numbers[i]);
}

/// `[2,1]` → the element's position; a row vector of one row may be counted with one number.
int64_t element_of(const std::string& name, const Shape& shape, std::string_view indices) {
  const std::vector<double> numbers = numbers_of(indices);
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  if (dims.size() == numbers.size() + 1 && dims.front() == 1) dims.erase(dims.begin());
  bool fits = dims.size() == numbers.size();
  int64_t element = 0;
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    fits = numbers[i] >= 1 && numbers[i] <= static_cast<double>(dims[i]);
    element = element * dims[i] + static_cast<int64_t>(numbers[i]) - 1;
  }
  if (!fits) fail("{} is {}: there is no element {}", name, to_string(shape), indices);
  return element;
}

/// Where the value of an input or parameter lies; zeros at first.
Tensor* value_of(Subject& subject, const std::string& name) {
  const Value leaf = subject.graph->find(name);
  const NodeKind kind = leaf ? subject.graph->node(leaf).kind : NodeKind::operation;
  if (kind == NodeKind::input) return &subject.inputs.try_emplace(name, leaf.shape()).first->second;
  if (kind == NodeKind::parameter) {
    Tensor* found = subject.parameters.find(name);
    return found ? found : &subject.parameters.add(name, Tensor(leaf.shape()));
  }
  std::vector<std::string> names;
  if (subject.row) names = columns_of(subject.schema);
  for (const Node& node : subject.graph->nodes())
    if (node.kind == NodeKind::input || node.kind == NodeKind::parameter) names.push_back(node.name);
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  fail("{}: there is no input or parameter {}; there are {}", subject.source, data::quote(name), list);
}

}  // namespace

std::vector<std::string> losses_shown() {
  std::vector<std::string> names;
  for (const Loss loss : losses()) names.emplace_back(to_string(loss));
  names.emplace_back(kNegativeLogLikelihood);
  return names;
}

Subject subject_of(Model model, std::string source, std::string_view loss) {
  leave_prediction_alone(model);
  const Ending ending = loss == "none" ? Ending{} : add_loss(model, loss);
  Subject subject{.source = std::move(source), .graph = std::make_unique<Graph>(), .is_model = true};
  std::vector<Value> wanted = {model.features, model.prepared, model.scores, model.prediction};
  if (ending.loss) wanted.push_back(ending.loss);
  const std::vector<Value> copies = copy_needed(*model.graph, wanted, *subject.graph, 1);
  const auto copy_of = [&](Value value) { return value ? copies[static_cast<size_t>(value.id)] : Value{}; };
  subject.features = copy_of(model.features);
  subject.prepared = copy_of(model.prepared);
  subject.scores = copy_of(model.scores);
  subject.result = copy_of(model.prediction);
  subject.expected = copy_of(ending.expected);
  subject.loss = copy_of(ending.loss);
  for (const auto& [name, tensor] : model.parameters)
    if (const Value parameter = subject.graph->find(name); parameter && is_trained(model, name))
      subject.trained.push_back(parameter);
  subject.schema = std::move(model.schema);
  subject.parameters = std::move(model.parameters);
  return subject;
}

Subject subject_of_text(std::string_view text, std::string source, std::string_view result) {
  Graph graph;
  parse(text, graph, find_op, source);
  if (graph.size() == 0) fail("{}: holds no node", source);
  const Value last = result.empty() ? graph.value(graph.size() - 1) : graph.find(result);
  if (!last) fail("{}: there is no node \"{}\"", source, result);
  Subject subject{.source = std::move(source), .graph = std::make_unique<Graph>()};
  const std::vector<Value> copies = copy_needed(graph, std::vector{last}, *subject.graph, 1);
  subject.result = copies[static_cast<size_t>(last.id)];
  if (subject.result.shape().size() == 1 && is_float(subject.result.dtype())) subject.loss = subject.result;
  for (int id = 0; id < subject.graph->size(); ++id)
    if (subject.graph->node(id).kind == NodeKind::parameter)
      subject.trained.push_back(subject.graph->value(id));
  return subject;
}

void bind_row(Subject& model, data::Table row) {
  const bool has_targets = std::ranges::all_of(model.schema.targets, [&](const std::string& name) {
    return row.contains(name) && !row.is_missing(0, row.find(name));
  });
  const std::string& features = model.features.name();
  if (model.expected && has_targets) {
    Labelled labelled = labelled_samples(model.schema, row);
    model.inputs.insert_or_assign(features, labelled.samples.features.unpacked());
    model.inputs.insert_or_assign(model.expected.name(), std::move(labelled.samples.targets));
  } else {
    model.inputs.insert_or_assign(features, data::encode(row, model.schema.features).matrix.unpacked());
  }
  model.row = std::move(row);
}

void set_value(Subject& subject, std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == assignment.npos) fail("{}: expected name=value", data::quote(assignment));
  const std::string_view left = trim(assignment.substr(0, equals)),
                         right = trim(assignment.substr(equals + 1));
  if (subject.row) {
    const std::vector<std::string> names = columns_of(subject.schema);
    if (std::ranges::find(names, left) != names.end())
      return bind_row(subject, with_field(*subject.row, left, right));
  }
  const size_t bracket = std::min(left.find('['), left.size());
  const std::string name(trim(left.substr(0, bracket)));
  Tensor* tensor = value_of(subject, name);
  if (bracket == left.size()) {
    fill(name, *tensor, numbers_of(right));
  } else {
    const std::vector<double> numbers = numbers_of(right);
    if (numbers.size() != 1) fail("{}: expected one number, found {}", left, numbers.size());
    tensor->set(element_of(name, tensor->shape(), left.substr(bracket)), numbers.front());
  }
}

void expect_bound(const Subject& subject, std::span<const int> needed) {
  std::string names;
  for (const int id : needed) {
    const Node& node = subject.graph->node(id);
    const bool is_unbound =
        (node.kind == NodeKind::input && !subject.inputs.contains(node.name)) ||
        (node.kind == NodeKind::parameter && subject.parameters.find(node.name) == nullptr);
    if (is_unbound) names += (names.empty() ? "" : ", ") + node.name;
  }
  if (!names.empty()) fail("{}: no value for {}", subject.source, names);
}

}  // namespace kette
