// What is explained: a graph for one row, the numbers of its leaves, what it says and what was expected.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/model/model.h"

namespace kette {

/// A model or a graph text, with N = 1: no shape holds a symbolic dim, so that every value and every gradient
/// is one row's. The nodes are those that training compiles.
struct Subject {
  std::string source;  // for messages
  std::unique_ptr<Graph> graph;
  bool is_model = false;
  Schema schema;               // of a model
  Parameters parameters;       // of every parameter node that has a value
  std::vector<Value> trained;  // the parameters that descent changes
  Value features;              // a model's input; the rest of the inputs follows from it
  Value prepared;              // what a model's first layer sees
  Value scores;                // of a model
  Value result;                // what it says
  Value expected;              // the input of what was expected; empty without a loss, and for graph texts
  Value loss;                  // one number; empty when there is none
  Bindings inputs;             // values of inputs, by name
  std::optional<data::Table> row = {};  // of a model: where they are from
  std::string row_name = {};            // for people: "iris.csv:8", "the words"
  int backward_from = -1;               // the first node of the backward pass; −1: there is none yet
};

/// The losses that a model can be shown with: those of training, where a regression's is of the prediction in
/// its own units, and "negative-log-likelihood", −log of the expected class's probability, step by step as
/// in textbooks [Goldberg 2015, section 6].
std::vector<std::string> losses_shown();

/// `loss`: one of losses_shown(), "" for the task's default, "none". Throws Error when it does not fit the
/// task.
Subject subject_of(Model model, std::string source, std::string_view loss = "");

/// `result`: the name of a node, or "" for the last. It is the loss, too, when it is one number. Throws Error
/// as parse() does.
Subject subject_of_text(std::string_view text, std::string source, std::string_view result = "");

/// The row with what was expected: a label, or numbers separated by commas where there are several targets.
/// Throws Error for what is none.
void expect(Subject& model, data::Table& row, std::string_view expected);

/// Whether the loss can be computed: what was expected is bound, or the loss does not ask for it.
bool is_expected_known(const Subject& subject);

/// Sets the inputs from a table of one row, and what was expected if the table says so; throws Error when a
/// column is missing or a field does not fit.
void bind_row(Subject& model, data::Table row);

/// `name=value`: sets a column of a model's row, or an input or parameter, whole or one element of it,
/// counted from 1: `age=40`, `a=2`, `x=[0.5, -1]`, `W1[1,3]=0.3`. Throws Error that lists the names there
/// are.
void set_value(Subject& subject, std::string_view assignment);

/// Inputs or parameters have no value.
class MissingValue : public Error {
 public:
  using Error::Error;
};

/// Throws MissingValue that lists the inputs and parameters without a value.
void expect_bound(const Subject& subject, std::span<const int> needed);

}  // namespace kette
