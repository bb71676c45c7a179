// Everything a user needs. Describe a graph, differentiate it, run it:
//
//     ops/ops.h              operations on values: matmul(x, W) + b, tanh(z), sum(x), …
//     graph/                 the graph itself; print and parse, draw (dot, JSON), verify
//     autodiff/              gradient, jvp; the float64 interpreter; the gradient check
//     compile/program.h      a graph as a fast program
//
// and, built on these, learn from data:
//
//     nn/, optim/            layers, losses, initialisers; optimisers that write the training step into the
//     graph data/                  CSV, tables, splits, generators model/, train/, onnx/  models, training
//     and evaluation, files
#pragma once

#include "kette/autodiff/gradient.h"
#include "kette/autodiff/gradient_check.h"
#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/base/threads.h"
#include "kette/compile/program.h"
#include "kette/data/batches.h"
#include "kette/data/csv.h"
#include "kette/data/dataset.h"
#include "kette/data/generators.h"
#include "kette/data/split.h"
#include "kette/data/standardize.h"
#include "kette/data/table.h"
#include "kette/graph/dot.h"
#include "kette/graph/graph.h"
#include "kette/graph/json.h"
#include "kette/graph/text.h"
#include "kette/graph/update.h"
#include "kette/graph/verify.h"
#include "kette/model/model.h"
#include "kette/model/verify.h"
#include "kette/nn/activation.h"
#include "kette/nn/initializer.h"
#include "kette/nn/losses.h"
#include "kette/nn/mlp.h"
#include "kette/nn/parameters.h"
#include "kette/onnx/read.h"
#include "kette/onnx/write.h"
#include "kette/ops/ops.h"
#include "kette/optim/optimizer.h"
#include "kette/optim/schedule.h"
#include "kette/tensor/shape.h"
#include "kette/tensor/tensor.h"
#include "kette/train/build.h"
#include "kette/train/metrics.h"
#include "kette/train/predictor.h"
#include "kette/train/prepared.h"
#include "kette/train/stopping.h"
#include "kette/train/stream.h"
#include "kette/train/trainer.h"
