// Arrays as NumPy writes them: NPY, and NPZ, which is a zip archive of them.
#pragma once

#include <string>
#include <string_view>

#include "kette/data/table.h"

namespace kette::data {

/// An array of 1 or 2 dims, [rows] or [rows, columns]: whole or floating point numbers of 1 to 8 bytes or
/// truth values (0, 1), in either byte order, by rows or by columns. The columns are "column_1", "column_2",
/// …. Throws Error `source: …` for other arrays and damaged bytes.
Table parse_npy(std::string_view bytes, std::string source);

/// The arrays of an archive, stored or deflated, side by side: one of 1 dim is a column of its own name, one
/// of 2 dims the columns "name_1", "name_2", …. Throws Error when their rows differ in number. Unpacks `most`
/// bytes in all.
Table parse_npz(std::string_view bytes, std::string source, uint64_t most);

}  // namespace kette::data
