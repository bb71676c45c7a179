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
  std::vector<std::string> features;  // the columns, in the order of the input matrix
  std::string target;                 // the column predicted
  std::vector<std::string> labels;    // of the classes; empty for regression
};

/// One graph from raw features to the decoded prediction; preprocessing is part of it. Training appends its
/// nodes (loss, gradient, update) to the same graph.
struct Model {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  Parameters parameters;
  Schema schema;
  std::map<std::string, std::string> metadata;  // configuration, measures: for people and later tools

  Value features;  // input "features", f32 [N, columns]: raw, as in the table
  Value prepared;  // f32 [N, width]: what the first layer sees; computed from features alone, untouched by training
  Value scores;  // node "scores": what the loss compares. [N, k]; [N, 1] for regression and a single sigmoid
  Value prediction;  // regression: "prediction" [N, 1] in the target's units; classes: "probabilities" [N,
                     // classes]
};

}  // namespace kette
