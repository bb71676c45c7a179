#include "kette/explain/subject.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/feature.h"
#include "kette/data/parse_number.h"
#include "kette/explain/assignment.h"
#include "kette/explain/needed.h"
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

std::vector<std::string> columns_of(const Schema& schema) {
  std::vector<std::string> names = data::names_of(schema.features);
  names.insert(names.end(), schema.targets.begin(), schema.targets.end());
  return names;
}

/// Inputs and parameters that what is shown reads; of a model with a row also its columns.
std::vector<std::string> names_to_set(const Subject& subject) {
  std::vector<std::string> names;
  if (subject.row) names = columns_of(subject.schema);
  const std::vector<bool> needed =
      needed_by(*subject.graph, std::vector{subject.result, subject.loss ? subject.loss : subject.result});
  for (size_t id = 0; id < needed.size(); ++id) {
    const Node& node = subject.graph->node(static_cast<int>(id));
    if (needed[id] && (node.kind == NodeKind::input || node.kind == NodeKind::parameter))
      names.push_back(node.name);
  }
  return names;
}

/// Of a number, or of a class: told before the row is encoded, whose places are those of a file.
void check_field(const Schema& schema, const std::string& column, const std::string& field) {
  const bool is_target = std::ranges::find(schema.targets, column) != schema.targets.end();
  const auto feature = std::ranges::find(schema.features, column, &data::Feature::name);
  const bool is_number =
      is_target ? schema.task == data::Task::regression
                : feature != schema.features.end() && feature->kind == data::Feature::Kind::number;
  if (is_number && !field.empty()) {
    const auto number = data::parse_number(field);
    if (!number || !std::isfinite(*number))
      fail("{}: expected a number, found {}", column, data::quote(field));
  }
  if (!is_target || is_number || field.empty()) return;
  if (std::ranges::find(schema.labels, field) != schema.labels.end()) return;
  std::string labels;
  for (size_t i = 0; i < std::min<size_t>(schema.labels.size(), 20); ++i)
    labels += (i == 0 ? "" : ", ") + schema.labels[i];
  fail("{}: {} is none of the classes {}{}", column, data::quote(field), labels,
       schema.labels.size() > 20 ? ", …" : "");
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
  row = with_types(row, model.schema);
  const bool has_targets = std::ranges::all_of(model.schema.targets, [&](const std::string& name) {
    return row.contains(name) && !row.is_missing(0, row.find(name));
  });
  const std::string& features = model.features.name();
  if (model.expected) model.inputs.erase(model.expected.name());
  if (model.expected && has_targets) {
    Labelled labelled = labelled_samples(model.schema, row);
    model.inputs.insert_or_assign(features, labelled.samples.features.unpacked());
    model.inputs.insert_or_assign(model.expected.name(), std::move(labelled.samples.targets));
  } else {
    model.inputs.insert_or_assign(features, data::encode(row, model.schema.features).matrix.unpacked());
  }
  model.row = std::move(row);
}

void expect(Subject& model, data::Table& row, std::string_view expected) {
  const std::vector<std::string>& targets = model.schema.targets;
  const std::vector<std::string> fields =
      targets.size() == 1 ? std::vector<std::string>{std::string(expected)} : split(expected, ',');
  if (fields.size() != targets.size())
    fail("expected {} numbers, for {}; found {}", targets.size(), model.schema.target_names(),
         data::quote(expected));
  for (size_t i = 0; i < fields.size(); ++i) {
    check_field(model.schema, targets[i], fields[i]);
    row = with_field(row, targets[i], fields[i]);
  }
}

bool is_expected_known(const Subject& subject) {
  return !subject.expected || subject.inputs.contains(subject.expected.name());
}

void set_value(Subject& subject, std::string_view text) {
  const Assignment assignment = parse_assignment(text);
  const std::string& name = assignment.name;
  if (subject.is_model && assignment.indices.empty()) {
    const std::vector<std::string> columns = columns_of(subject.schema);
    if (std::ranges::find(columns, name) != columns.end()) {
      if (!subject.row) fail("{} is a column; it has a value only in a row", name);
      check_field(subject.schema, name, assignment.value);
      return bind_row(subject, with_field(*subject.row, name, assignment.value));
    }
  }
  const std::vector<std::string> names = names_to_set(subject);
  if (std::ranges::find(names, name) == names.end()) {
    std::string list;
    for (size_t i = 0; i < std::min<size_t>(names.size(), 30); ++i) list += (i == 0 ? "" : ", ") + names[i];
    fail("{}: there is no input or parameter {}; there are {}{}", subject.source, data::quote(name), list,
         names.size() > 30 ? ", …" : "");
  }
  const Value leaf = subject.graph->find(name);
  const bool is_input = subject.graph->node(leaf).kind == NodeKind::input;
  const auto bound = subject.inputs.find(name);
  Tensor* const known =
      is_input ? (bound == subject.inputs.end() ? nullptr : &bound->second) : subject.parameters.find(name);
  if (assignment.indices.empty()) {
    Tensor tensor = parse_tensor(name, leaf.shape(), assignment.value);
    if (is_input)
      subject.inputs.insert_or_assign(name, std::move(tensor));
    else if (known)
      std::copy_n(tensor.bytes(), tensor.shape().bytes(), known->bytes());
    else
      subject.parameters.add(name, std::move(tensor));
    return;
  }
  const int64_t element = element_at(assignment, leaf.shape());
  if (!known) fail("{} has no value yet: give it whole, {}=[…]", name, name);
  known->set(element, parse_tensor(name, Shape({}, leaf.dtype()), assignment.value).at(0));
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
  if (!names.empty()) throw MissingValue(fmt::format("{}: no value for {}", subject.source, names));
}

}  // namespace kette
