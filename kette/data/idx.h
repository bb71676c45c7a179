// IDX, the format of the MNIST files: numbers of one type in an array of any dims.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/byte_source.h"
#include "kette/data/table.h"

namespace kette::data {

bool is_idx(std::string_view head);

/// Whether the array has one dim: labels.
bool is_idx_labels(std::string_view head);

/// Images, an array of 2 or more dims [rows, …], as the columns "pixel_1", "pixel_2", … in the order of the
/// file; an array of 1 dim as the column "label". Throws Error `source: …` for damaged bytes.
Table parse_idx(ByteSource& bytes, std::string source, Threads* threads);

/// Where the labels that belong to a file of images would stand: `images-idx3-ubyte` → `labels-idx1-ubyte`,
/// with
/// '-' or '.' before idx; nothing for names of another kind. The first is the likeliest.
std::vector<std::string> idx_labels_beside(const std::string& images);

}  // namespace kette::data
