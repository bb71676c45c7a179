// kette check: do the gradients agree with finite differences?
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>

#include "kette/autodiff/gradient_check.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/cli/ranges.h"
#include "kette/cli/text.h"
#include "kette/data/batches.h"
#include "kette/data/read.h"
#include "kette/explain/steps.h"
#include "kette/graph/text.h"
#include "kette/nn/losses.h"
#include "kette/onnx/read.h"
#include "kette/ops/ops.h"
#include "kette/train/labelled.h"

namespace kette::cli {
namespace {

constexpr const char* kCheckExamples = R"(Examples:
  kette check graph.txt                     leaves get random values; the last node is differentiated
  kette check graph.txt --loss L --seed 7
  kette check digits.onnx                   a model's loss on random rows
  kette check digits.onnx digits.csv        on the table's first 8 rows
  kette check digits.onnx digits.csv --row 3

Every derivative found by backpropagation is compared with a central difference, in float64 (one that steps over the kink of a
relu is taken again with a smaller step). Of each parameter the worst element is listed, with its error relative to the larger
of the two, or to a thousandth of the parameter's largest derivative where that is more. The exit code is 1 when one is beyond
the tolerance by more than the rounding of the difference. The text form of a graph has one node a line:
  input x: f32[N,3]
  parameter W: f32[3,2]
  z = matmul(x, W))";

constexpr int64_t kRowsOfGraphText = 3;  // for graphs given as text
constexpr int64_t kModelRows = 8;        // unless one row is asked for

struct CheckFlags {
  std::string graph, file, loss;
  std::optional<int64_t> row;
  uint64_t seed = 1;
  int64_t elements = 16;
  double tolerance = 1e-7;
};

struct Problem {
  std::unique_ptr<Graph> graph;
  Value loss;
  std::vector<Value> wrt;
  Bindings bindings;
};

/// Exclusive bound of what an index input may hold: the smallest that a user of it needs.
int64_t index_bound(const Graph& graph, int input) {
  int64_t bound = 1000;
  for (const Node& node : graph.nodes()) {
    if (node.kind != NodeKind::operation) continue;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != input) continue;
      const Shape& first = graph.node(node.inputs[0]).shape;
      if (node.op == &kLookup) bound = std::min(bound, first[0]);
      if (node.op == &kPick) bound = std::min(bound, first[first.rank() - 1]);
      for (const char* size : {"depth", "count", "size"})
        if (node.attributes.find(size)) bound = std::min(bound, node.attributes.integer(size));
    }
  }
  return bound;
}

Tensor random_leaf(const Graph& graph, int id, uint64_t seed) {
  const Shape shape = graph.node(id).shape.bind(kRowsOfGraphText);
  const Random random(seed, static_cast<uint64_t>(id));
  Tensor tensor(is_float(shape.dtype()) ? shape.as(DType::f64) : shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const auto at = static_cast<uint64_t>(i);
    tensor.set(i, is_float(shape.dtype())
                      ? 2 * random.uniform(at) - 1
                      : static_cast<double>(random.below(static_cast<uint64_t>(index_bound(graph, id)), at)));
  }
  return tensor;
}

Problem of_text(const CheckFlags& flags) {
  Problem problem{std::make_unique<Graph>()};
  Graph& graph = *problem.graph;
  parse(read_file(flags.graph), graph, find_op, flags.graph);
  if (graph.size() == 0) fail("{}: holds no node", flags.graph);
  problem.loss = flags.loss.empty() ? graph.value(graph.size() - 1) : graph.find(flags.loss);
  if (!problem.loss) fail("{}: there is no node \"{}\"", flags.graph, flags.loss);
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.kind != NodeKind::input && node.kind != NodeKind::parameter) continue;
    problem.bindings.emplace(node.name, random_leaf(graph, id, flags.seed));
    if (is_float(node.shape.dtype())) problem.wrt.push_back(graph.value(id));
  }
  if (problem.wrt.empty()) fail("{}: holds no input or parameter to differentiate by", flags.graph);
  return problem;
}

/// The rows asked for, as the model's features and targets.
Samples rows_of_table(const CheckFlags& flags, const Schema& schema) {
  const data::Table table = data::read_table(flags.file).table;
  if (flags.row && *flags.row > table.rows())
    fail("{}: has {} rows; there is no row {}", flags.file, table.rows(), *flags.row);
  std::vector<int64_t> rows;
  const int64_t first = flags.row ? *flags.row - 1 : 0;
  for (int64_t i = first; i < (flags.row ? first + 1 : std::min(kModelRows, table.rows())); ++i)
    rows.push_back(i);
  const Samples all = labelled_samples(schema, table).samples;
  if (all.rows() != table.rows()) fail("{}: a target is missing in a row", flags.file);
  return {data::gather_rows(all.features, rows), data::gather_rows(all.targets, rows)};
}

/// Rows that the model could be given: numbers from −2 to 2, any codes, any answers.
Samples random_rows(const CheckFlags& flags, const Model& model) {
  const Schema& schema = model.schema;
  const Random random(flags.seed);
  uint64_t at = 0;
  const auto below = [&](int64_t bound) {
    return static_cast<double>(random.below(static_cast<uint64_t>(bound), at++));
  };
  Tensor features(model.features.shape().bind(kModelRows));
  int64_t element = 0;
  for (int64_t row = 0; row < kModelRows; ++row)
    for (const data::Feature& feature : schema.features)
      for (int64_t column = 0; column < feature.width(); ++column) {
        using Kind = data::Feature::Kind;
        const bool is_code = feature.kind == Kind::category || (feature.kind == Kind::date && column > 0);
        const int64_t codes = feature.kind == Kind::date ? 7 : feature.kept + 2;
        features.set(element++, is_code                       ? below(codes)
                                : feature.kind == Kind::words ? below(2)
                                                              : 4 * random.uniform(at++) - 2);
      }
  const bool is_regression = schema.task == data::Task::regression;
  Tensor targets(is_regression ? model.prediction.shape().bind(kModelRows) : Shape({kModelRows}, DType::i64));
  for (int64_t i = 0; i < targets.size(); ++i)
    targets.set(i, is_regression ? 4 * random.uniform(at++) - 2 : below(std::ssize(schema.labels)));
  return {std::move(features), std::move(targets)};
}

Problem of_model(const CheckFlags& flags) {
  Model model = load_model(flags.graph);
  Graph& graph = *model.graph;
  Problem problem;
  const Samples rows = flags.file.empty() ? random_rows(flags, model) : rows_of_table(flags, model.schema);
  if (model.schema.task == data::Task::regression) {
    problem.loss = squared_error(model.prediction, graph.input("target", model.prediction.shape()));
  } else {
    problem.loss = add_class_objective(model, Loss::cross_entropy).loss;
  }
  problem.bindings.emplace(graph.node(model.features).name, rows.features.unpacked());
  problem.bindings.emplace("target", rows.targets);
  for (const auto& [name, tensor] : model.parameters) {
    const Value parameter = graph.find(name);
    if (!parameter) continue;
    problem.bindings.emplace(name, tensor);
    problem.wrt.push_back(parameter);
  }
  problem.graph = std::move(model.graph);
  return problem;
}

/// For every leaf the best over three steps: a wrong derivative is wrong at all of them, a kink is met by
/// large ones and rounding by small ones.
std::vector<GradientError> worst_errors(Problem& problem, const CheckFlags& flags) {
  std::vector<GradientError> best;
  for (const double h : {1e-3, 1e-4, 1e-2, 1e-5}) {
    const std::vector<GradientError> found =
        check_gradient(problem.loss, problem.wrt, problem.bindings, flags.seed, flags.elements, h);
    if (best.empty()) best = found;
    for (size_t i = 0; i < best.size(); ++i)
      if (found[i].beyond_rounding() < best[i].beyond_rounding()) best[i] = found[i];
    if (std::ranges::all_of(best,
                            [&](const GradientError& e) { return e.beyond_rounding() <= flags.tolerance; }))
      break;
  }
  // Off by far: a wrong derivative, or a kink so near that only a step finds it that is too rough for others.
  constexpr double kFar = 1e-3;
  for (const double h : {1e-6, 1e-7}) {
    const auto is_far = [](const GradientError& e) { return e.beyond_rounding() > kFar; };
    if (std::ranges::none_of(best, is_far)) break;
    const std::vector<GradientError> found =
        check_gradient(problem.loss, problem.wrt, problem.bindings, flags.seed, flags.elements, h);
    for (size_t i = 0; i < best.size(); ++i)
      if (is_far(best[i]) && !is_far(found[i])) best[i] = found[i];
  }
  return best;
}

/// What an option is for, where it would do nothing.
void refuse_unused(const CheckFlags& flags, bool is_model) {
  if (is_model && !flags.loss.empty())
    throw UsageError("--loss names a node of a graph text; a model is checked with its task's loss");
  if (!is_model && (!flags.file.empty() || flags.row))
    throw UsageError("a table is for models (.onnx); the leaves of a graph text get random values");
  if (flags.file.empty() && flags.row) throw UsageError("--row goes with a table: kette check MODEL FILE");
}

int run(const CheckFlags& flags) {
  const bool is_model = flags.graph.ends_with(".onnx");
  refuse_unused(flags, is_model);
  Problem problem = is_model ? of_model(flags) : of_text(flags);
  const std::vector<GradientError> errors = worst_errors(problem, flags);
  std::vector<std::vector<std::string>> cells = {
      {"worst element", "gradient", "difference", "relative error"}};
  int64_t beyond = 0, not_finite = 0;
  for (size_t i = 0; i < errors.size(); ++i) {
    const GradientError& e = errors[i];
    const bool is_bad = !(e.beyond_rounding() <= flags.tolerance);
    beyond += is_bad ? 1 : 0;
    not_finite += std::isfinite(e.analytic) && std::isfinite(e.numeric) ? 0 : 1;
    cells.push_back({element_name(e.name, problem.wrt[i].shape(), e.element),
                     fmt::format("{:.9g}", e.analytic), fmt::format("{:.9g}", e.numeric),
                     fmt::format("{:.1e}{}", e.relative, is_bad ? " !" : "  ")});
  }
  fmt::print("{}", table(cells));
  std::fflush(stdout);
  if (not_finite > 0)
    fail("{}: {} of no finite gradient at these values; a table, or another --seed, gives others",
         flags.graph, counted(not_finite, "value"));
  if (beyond > 0)
    fail("{}: the gradient of {} is off by more than {}", flags.graph, counted(beyond, "value"),
         flags.tolerance);
  return 0;
}

}  // namespace

const Command kCheck{
    "check", "Compare gradients with finite differences", [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<CheckFlags>();
      app.add_option("GRAPH", flags->graph, "Text form of a graph, or a model (.onnx)")
          ->required()
          ->type_name("FILE");
      app.add_option("FILE", flags->file, "For a model: table with rows to check on (default: random ones)");
      app.add_option("--loss", flags->loss, "Graph: node to differentiate (default: the last)");
      app.add_option("--row", flags->row, "Model: this row of the table, from 1 (default: the first 8)")
          ->check(positive());
      app.add_option("--tolerance", flags->tolerance, "Largest relative error")
          ->check(positive())
          ->capture_default_str();
      app.add_option("--elements", flags->elements, "At most so many elements of each value")
          ->check(positive())
          ->capture_default_str();
      app.add_option("--seed", flags->seed, "Of random values and of the choice of elements")
          ->capture_default_str();
      app.footer(kCheckExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
