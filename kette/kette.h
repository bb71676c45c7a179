// Everything a user needs. Describe a graph, differentiate it, run it:
//
//     ops/ops.h              operations on values: matmul(x, W) + b, tanh(z), sum(x), …
//     graph/                 the graph itself; print and parse, JSON, verify
//     autodiff/              gradient, jvp; the float64 interpreter; the gradient check
//     symbolic/              formulas as graphs, graphs as formulas, derivatives rule by rule
//     figure/                the graph as a picture, with values and gradients: SVG, PNG, TikZ, Graphviz, text
//     compile/program.h      a graph as a fast program
//     plot/picture.h         charts as SVG, PNG, or a sketch in characters
//
// and, built on these, learn from data:
//
//     data/                  tables from files of many formats, what they hold, columns as features, splits
//     nn/, optim/            layers, losses, initialisers; optimisers that write the training step
//     model/, onnx/          models, and their files
//     source/                models as C and C++
//     judge/                 how good predictions are: measures, curves, calibration, intervals
//     train/                 networks for a data set, training, checkpoints, search, importance of features
//     explain/               one row of a model: its graph with every number, step by step, and attributions
//     report/                a run or a judgement as one page of HTML
#pragma once

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/gradient_check.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/base/threads.h"
#include "kette/compile/program.h"
#include "kette/data/batches.h"
#include "kette/data/column_profile.h"
#include "kette/data/csv.h"
#include "kette/data/dataset.h"
#include "kette/data/feature.h"
#include "kette/data/findings.h"
#include "kette/data/folds.h"
#include "kette/data/generators.h"
#include "kette/data/preparation.h"
#include "kette/data/read.h"
#include "kette/data/split.h"
#include "kette/data/standardize.h"
#include "kette/data/table.h"
#include "kette/data/target.h"
#include "kette/data/windows.h"
#include "kette/explain/attribution.h"
#include "kette/explain/row.h"
#include "kette/explain/scene.h"
#include "kette/explain/steps.h"
#include "kette/explain/subject.h"
#include "kette/explain/trace.h"
#include "kette/explain/view.h"
#include "kette/figure/figure.h"
#include "kette/figure/render.h"
#include "kette/graph/graph.h"
#include "kette/graph/json.h"
#include "kette/graph/text.h"
#include "kette/graph/update.h"
#include "kette/graph/verify.h"
#include "kette/judge/bootstrap.h"
#include "kette/judge/judgement.h"
#include "kette/judge/measures.h"
#include "kette/judge/temperature.h"
#include "kette/model/model.h"
#include "kette/model/safetensors.h"
#include "kette/model/verify.h"
#include "kette/nn/activation.h"
#include "kette/nn/initializer.h"
#include "kette/nn/losses.h"
#include "kette/nn/mlp.h"
#include "kette/nn/parameters.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"
#include "kette/ops/ops.h"
#include "kette/optim/lbfgs.h"
#include "kette/optim/optimizer.h"
#include "kette/optim/plateau.h"
#include "kette/optim/schedule.h"
#include "kette/plot/picture.h"
#include "kette/report/report.h"
#include "kette/source/export.h"
#include "kette/symbolic/derivation.h"
#include "kette/symbolic/element.h"
#include "kette/symbolic/formula.h"
#include "kette/symbolic/infix.h"
#include "kette/symbolic/modes.h"
#include "kette/symbolic/point.h"
#include "kette/symbolic/simplify.h"
#include "kette/tensor/shape.h"
#include "kette/tensor/tensor.h"
#include "kette/train/build.h"
#include "kette/train/checkpoint.h"
#include "kette/train/doctor.h"
#include "kette/train/importance.h"
#include "kette/train/labelled.h"
#include "kette/train/learning_rate_finder.h"
#include "kette/train/objective.h"
#include "kette/train/prediction_table.h"
#include "kette/train/predictor.h"
#include "kette/train/prepared.h"
#include "kette/train/search.h"
#include "kette/train/stopping.h"
#include "kette/train/stream.h"
#include "kette/train/target_scaling.h"
#include "kette/train/trainer.h"
