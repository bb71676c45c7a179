// What kind of file a table stands in.
#pragma once

#include <string>
#include <string_view>

#include "kette/data/byte_source.h"
#include "kette/data/read_options.h"

namespace kette::data {

/// `head`: the unpacked beginning of the file, some kilobytes where there are as many; the ending of `name`
/// decides what the content leaves open. Throws Error that names a known format which is no table here (a zip
/// archive, an Excel workbook, …).
Format find_format(std::string_view head, std::string_view name);

/// As find_format for what can be opened more than once, unless options.format says it.
Format format_of(Input& input, const ReadOptions& options);
/// The first bytes, unpacked.
std::string head_of(Input& input, const ReadOptions& options);

/// `delimited text`, `LibSVM`, …
std::string_view to_string(Format format);

}  // namespace kette::data
