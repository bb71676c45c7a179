// A model's schema as it stands in the metadata of a model file:
//
//     {"version": 3, "task": "binary",
//      "features": [{"name": "age", "kind": "number"},
//                   {"name": "class", "kind": "category", "categories": ["1", "2", "3"], "kept": 3},
//                   {"name": "day", "kind": "date", "format": "YYYY-MM-DD"}],
//      "targets": ["survived"], "labels": ["no", "yes"]}
//
// and "by_position": true where the columns have no names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kette/model/model.h"

namespace kette {

/// Raised when an older kette would misread a file.
inline constexpr int kSchemaVersion = 3;
/// Files from this version on are read. Up to 2 the matrix "features" was an input whatever the columns were.
inline constexpr int kOldestSchemaVersion = 2;

/// The texts must be UTF-8; throws Error otherwise.
std::string schema_to_json(const Schema& schema);
/// Throws Error when it is not such an object, or of a later version. `writer` is the version of kette that
/// wrote it.
Schema schema_from_json(std::string_view json, std::string_view writer);

/// A list of texts.
std::string texts_to_json(const std::vector<std::string>& texts);
/// Throws Error, saying `what` it was to be.
std::vector<std::string> texts_from_json(std::string_view json, std::string_view what);

}  // namespace kette
