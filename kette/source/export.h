// A model as source code that needs nothing else: raw columns in, decoded prediction out.
#pragma once

#include <string>
#include <string_view>

#include "kette/model/model.h"

namespace kette {

enum class SourceLanguage : uint8_t {
  c,    // C99: one header; its functions are compiled where NAME_IMPLEMENTATION is defined before it is
        // included
  cpp,  // C++11: one header
};

struct SourceOptions {
  SourceLanguage language = SourceLanguage::c;
  std::string name;  // what functions begin with, or the namespace: see source_name
  std::string file;  // as the example in the header includes it
};

/// The file. It allocates nothing, writes to no global, and includes only <math.h>, <stdint.h> and
/// <string.h>; arithmetic is in the types of the graph. Equal models give equal text. Throws Error when the
/// model is not as verify(model) demands, the name is no identifier, or operations without a C form are used,
/// all of which it lists.
std::string to_source(const Model& model, const SourceOptions& options);

/// A name made of the name of a model's file: "new houses.onnx" → new_houses.
std::string source_name(std::string_view path);

}  // namespace kette
