// A trained network and what is needed to use it: its graph, its parameters, and what its columns mean.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kette/data/dataset.h"
#include "kette/graph/graph.h"
#include "kette/nn/parameters.h"

namespace kette {

/// What goes in and what comes out.
struct Schema {
  data::Task task = data::Task::regression;
  std::vector<data::Feature> features;  // the columns, in the order of the input matrix
  std::vector<std::string> targets;     // the columns predicted; several for regression only
  std::vector<std::string> labels;      // of the classes; empty for regression
  /// The columns have no names, as in files of other tools: those here only tell their order, see
  /// take_column_names().
  bool by_position = false;

  /// "price", or "width, height"
  std::string target_names() const;
};

/// One graph from raw features to the decoded prediction; preprocessing is part of it, but for what numbers
/// cannot hold: texts become codes by the schema (data::encode). Training appends its nodes (loss, gradient,
/// update) to the same graph.
struct Model {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Parameters parameters;
  Schema schema;
  std::map<std::string, std::string> metadata;  // configuration, measures: for people and later tools

  Value features;    // input "features", f32 [N, columns]: as data::encode gives it
  Value prepared;    // f32 [N, width]: what the first layer sees; computed from features alone, untouched by
                     // training
  Value scores;      // node "scores": what the loss compares. [N, k]; [N, 1] for a single sigmoid
  Value prediction;  // regression: "prediction" [N, targets] in their units; classes: "probabilities" [N,
                     // classes]
};

}  // namespace kette
