// What the leaves of a view are called for people.
#pragma once

#include <string>

#include "kette/explain/subject.h"

namespace kette {

/// A code of a model's feature, such as a word's, is called by the field of the row, `the`, or where no row
/// is bound by the column, `word`; what was expected by the label or the target's name; a part of "prepared"
/// by its place there. Else the node's name or `%id`. May hold any bytes.
std::string caption_of(const Subject& subject, int id);

}  // namespace kette
