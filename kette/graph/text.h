// The readable text form of a graph: one node a line, operands before those that use them.
//
//     input x: f32[N,3]
//     parameter W1: f32[3,4]                  # a comment
//     constant half: f32[] = 0.5
//     constant %3: f32[2,2] = [1, 2, 3, 4]    # a node without a name is %number
//     z: f32[N,4] = matmul(x, W1)             # the result's shape may be left out when writing by hand
//     "my node": f32[N,4] = leaky_relu(z, slope=0.5)
//
// Names other than [A-Za-z_][A-Za-z0-9_.]* stand in quotes, with the escapes of in_quotes() (literal.h).
// Attributes are written as by to_string(Attribute); those at their default are left out. A constant's
// elements are in row-major order. Any NaN that is neither `nan` nor `-nan` is written as its bits,
// 0x7fc00001.
#pragma once

#include <string>
#include <string_view>

namespace kette {

class Graph;
struct OpDef;

/// Parsing this into an empty graph gives the same nodes with the same ids, and so the same text again.
std::string print(const Graph& graph);

/// Appends the nodes of `text` to `into`; operands are nodes defined above in the text, or named nodes of
/// `into`.
/// `%numbers` are labels within the text only. `find_op` gives the operation of a name, or null.
/// Throws Error `source:line:column: …` at the first defect; the nodes above it are then in `into`.
/// Time and memory are linear in the length of the text.
void parse(std::string_view text, Graph& into, const OpDef* (*find_op)(std::string_view),
           std::string_view source = "graph");

}  // namespace kette
