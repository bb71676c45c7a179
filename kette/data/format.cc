#include "kette/data/format.h"

#include <array>
#include <utility>

#include "kette/base/error.h"
#include "kette/data/idx.h"
#include "kette/data/libsvm.h"
#include "kette/data/table.h"

namespace kette::data {
namespace {

struct Foreign {
  std::string_view start, what;
};
using std::string_view_literals::operator""sv;
constexpr std::array kForeign = {
    Foreign{"\xD0\xCF\x11\xE0"sv, "an Excel workbook (xls); save its sheet as CSV"},
    Foreign{"PAR1"sv, "a Parquet file; convert it to CSV or NPZ"},
    Foreign{"ARROW1"sv, "an Arrow file; convert it to CSV or NPZ"},
    Foreign{"FEA1"sv, "a Feather file; convert it to CSV or NPZ"},
    Foreign{"\x89HDF"sv, "an HDF5 file; convert it to CSV or NPZ"},
    Foreign{"\x42ZhX"sv, "packed with bzip2; unpack it first"},
    Foreign{"\xFD\x37zXZ"sv, "packed with xz; unpack it first"},
    Foreign{"\x28\xB5\x2F\xFD"sv, "packed with zstd; unpack it first"},
    Foreign{"SQLite format 3"sv, "an SQLite database; export the table as CSV"},
    Foreign{"%PDF-"sv, "a PDF document"},
    Foreign{"\x89PNG"sv, "a PNG image"},
    Foreign{"\x7F\x45LF"sv, "a program"},
};

bool is_bzip2(std::string_view head) {
  return head.size() > 4 && head.starts_with("BZh") && head[3] >= '1' && head[3] <= '9' && head[4] == '1';
}

constexpr size_t kHead = 4096;

}  // namespace

Format find_format(std::string_view head, std::string_view name) {
  if (name.ends_with(".gz")) name.remove_suffix(3);
  for (const Foreign& foreign : kForeign)
    if (head.starts_with(foreign.start)) fail("{}: is {}", name, foreign.what);
  if (is_bzip2(head)) fail("{}: is packed with bzip2; unpack it first", name);
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) {
    if (name.ends_with(".npz") || head.substr(0, 512).find(".npy") != head.npos) return Format::npz;
    const bool excel = name.ends_with(".xlsx") || head.find("[Content_Types].xml") != head.npos;
    fail("{}: is {}", name,
         excel ? "an Excel workbook (xlsx); save its sheet as CSV" : "a zip archive; unpack it first");
  }
  if (head.starts_with("\x93NUMPY")) return Format::npy;
  if (is_idx(head)) return Format::idx;
  if (name.ends_with(".libsvm") || name.ends_with(".svmlight") || name.ends_with(".svm") || is_libsvm(head))
    return Format::libsvm;
  return Format::csv;
}

std::string head_of(Input& input, const ReadOptions& options) {
  const std::unique_ptr<ByteSource> bytes = input.open(options.most_unpacked_bytes);
  std::string head(kHead, '\0');
  head.resize(read_up_to(*bytes, head.data(), head.size()));
  return head;
}

Format format_of(Input& input, const ReadOptions& options) {
  return options.format ? *options.format : find_format(head_of(input, options), input.name());
}

std::string_view to_string(Format format) {
  switch (format) {
    case Format::csv:
      return "delimited text";
    case Format::libsvm:
      return "LibSVM";
    case Format::npy:
      return "NPY";
    case Format::npz:
      return "NPZ";
    case Format::idx:
      return "IDX";
  }
  return "";
}

}  // namespace kette::data
