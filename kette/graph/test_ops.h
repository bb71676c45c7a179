// Two small operations for the tests of this floor, which knows no catalogue.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "kette/base/error.h"
#include "kette/graph/op_def.h"

namespace kette::testing_ops {

/// Element-wise, with a real attribute.
inline const OpDef kWave{
    .name = "wave",
    .formula = "y = sin(frequency·x)",
    .attributes = {{"frequency", 1.0}},
    .infer = infer_elementwise,
};

/// Any number of operands of one shape; an attribute of every other type, one of them required.
inline const OpDef kJoin{
    .name = "join",
    .formula = "y = the first operand",
    .min_inputs = 1,
    .max_inputs = std::numeric_limits<int>::max(),
    .attributes = {{"axis", int64_t{0}, true},
                   {"mode", std::string("plain")},
                   {"sizes", std::vector<int64_t>{}}},
    .infer =
        [](const OpCall& call) {
          for (const Shape& shape : call.inputs)
            if (shape != call.inputs.front())
              fail("[join] operands differ: {} and {}", to_string(call.inputs.front()), to_string(shape));
          return call.inputs.front();
        },
};

inline const OpDef* find(std::string_view name) {
  for (const OpDef* op : {&kWave, &kJoin})
    if (op->name == name) return op;
  return nullptr;
}

/// The message of the Error that `f` throws, or "" when it throws none.
template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace kette::testing_ops
