// Which nodes run together: the steps of a program.
#pragma once

#include <vector>

#include "kette/compile/module.h"

namespace kette {

/// One step: at most one general operation (the head) and element-wise operations (the maps) on operands of
/// the head's shape, run tile by tile behind it while the tile is in cache. Maps are in id order.
struct Group {
  int head = -1;
  std::vector<int> maps;
};

/// Groups cover every operation that computes something when the program runs: not views, and not static
/// nodes. They are in an order in which they can run, with those that overwrite parameters as late as
/// possible. Without the pass "fuse" every operation is a group of its own.
std::vector<Group> fuse(const Module& module, PassLog& log);

/// For every node: does its value depend on nothing but constants and the batch size?
std::vector<bool> static_nodes(const Graph& graph);

}  // namespace kette
