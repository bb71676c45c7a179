// What the leaves of a view are called for people.
#pragma once

#include <string>

#include "kette/explain/subject.h"

namespace kette {

/// What was expected: the label or number of the row. A node that is one code of a model's feature, such as a
/// word's: the field of the row, `the`, or the column where no row is bound, `word`. Else the node's name or
/// `%id`.
std::string caption_of(const Subject& subject, int id);

}  // namespace kette
