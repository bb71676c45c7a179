// Graph text from anyone: parsing gives an Error or a sound graph that prints and parses back to the same
// text.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "kette/base/error.h"
#include "kette/graph/text.h"
#include "kette/graph/verify.h"
#include "kette/ops/ops.h"

KETTE_FUZZ(graph_text) {
  kette::Graph graph;
  try {
    kette::parse({reinterpret_cast<const char*>(data), size}, graph, kette::find_op);
  } catch (const kette::Error& error) {
    // The message is one line. What stands above the defect is a graph as well.
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  kette::verify(graph);
  const std::string text = kette::print(graph);
  kette::Graph again;
  kette::parse(text, again, kette::find_op);
  kette::verify(again);
  if (kette::print(again) != text) {
    std::fprintf(stderr, "printed:\n%s\nparsed and printed again:\n%s\n", text.c_str(),
                 kette::print(again).c_str());
    std::abort();
  }
  return 0;
}
