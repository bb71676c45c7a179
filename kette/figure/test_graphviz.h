// Whether Graphviz is here.
#pragma once

#include <gtest/gtest.h>

#include "kette/base/child_process.h"

namespace kette::test_figures {

inline bool has_graphviz() {
  try {
    run_tool({"dot", "graphviz"}, {"-Tplain"}, "digraph {}");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace kette::test_figures

#define KETTE_SKIP_WITHOUT_GRAPHVIZ() \
  if (!kette::test_figures::has_graphviz()) GTEST_SKIP() << "Graphviz (the program dot) is not installed"
