// NPY, NPZ, IDX and LibSVM: small files written here byte by byte.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/data/read.h"
#include "kette/data/test_deflate.h"

namespace kette::data::formats_test {
namespace {

template <class Function>
std::string error_of(Function f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string little(uint64_t value, size_t bytes) {
  std::string out;
  for (size_t i = 0; i < bytes; ++i) out += i < sizeof value ? static_cast<char>(value >> (8 * i)) : '\0';
  return out;
}
std::string big(uint64_t value, size_t bytes) {
  const std::string out = little(value, bytes);
  return {out.rbegin(), out.rend()};
}

std::string npy(const std::string& descr, bool by_columns, const std::string& shape, const std::string& data,
                int version = 1) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", descr,
                                   by_columns ? "True" : "False", shape);
  header.resize((header.size() + 10 + 64) / 64 * 64 - 10, ' ');
  return "\x93NUMPY" + std::string(1, static_cast<char>(version)) + std::string(1, '\0') +
         little(header.size(), version == 1 ? 2 : 4) + header + data;
}
Table read(std::string_view bytes, const std::string& name = "f.npy") {
  return parse_table(bytes, name).table;
}

TEST(Npy, every_type_and_order_is_read) {
  for (const char* order : {"<", ">"}) {
    const auto bytes = [&](uint64_t v, size_t n) { return *order == '<' ? little(v, n) : big(v, n); };
    const auto check = [&](const std::string& type, size_t n, auto bits_of) {
      std::string data;
      for (int v : {1, -2, 3, 4, 5, 6})
        data += bytes(static_cast<uint64_t>(bits_of(type[0] == 'u' ? std::abs(v) : v)), n);
      const Table rows = read(npy(order + type, false, "(2, 3)", data));
      ASSERT_EQ(rows.columns(), 3);
      EXPECT_EQ(rows.numbers(1)[0], type[0] == 'u' ? 2 : -2) << order << type;
      EXPECT_EQ(rows.numbers(0)[1], 4);
      const Table columns = read(npy(order + type, true, "(2, 3)", data, 2));
      EXPECT_EQ(columns.numbers(1)[0], 3);
      EXPECT_EQ(columns.numbers(0)[1], type[0] == 'u' ? 2 : -2);
      EXPECT_EQ(read(npy(order + type, false, "(6,)", data, 3)).numbers(0)[5], 6);
    };
    const auto whole = [](int v) { return static_cast<int64_t>(v); };
    for (size_t n : {1u, 2u, 4u, 8u}) {
      check(fmt::format("i{}", n), n, whole);
      check(fmt::format("u{}", n), n, whole);
    }
    check("f4", 4, [](int v) { return std::bit_cast<uint32_t>(static_cast<float>(v)); });
    check("f8", 8, [](int v) { return std::bit_cast<uint64_t>(static_cast<double>(v)); });
  }
  EXPECT_EQ(read(npy("|b1", false, "(2,)", std::string("\1\0", 2))).numbers(0)[0], 1);
  EXPECT_EQ(read(npy("<f8", false, "(1, 2)", std::string(16, '\0'))).names(),
            (std::vector<std::string>{"column_1", "column_2"}));
}

TEST(Npy, broken_arrays_are_refused_in_one_line) {
  const std::string good = npy("<f8", false, "(2,)", std::string(16, '\0'));
  EXPECT_EQ(error_of([&] { read(good.substr(0, good.size() - 1)); }),
            "f.npy: 15 bytes of elements; expected 2 × 1 of 8 bytes; was the file truncated?");
  EXPECT_NE(error_of([&] { read(npy("<f8", false, "(4611686018427387904, 8)", "")); }), "");
  EXPECT_EQ(error_of([&] { read(npy("<c16", false, "(2,)", "")); }),
            "f.npy: elements of type \"'<c16'\"; expected f4, f8, i1 to i8, u1 to u8 or b1");
  EXPECT_EQ(error_of([&] { read(npy("<f8", false, "(2, 2, 2)", "")); }),
            "f.npy: an array of 3 dims; expected 1 (a column) or 2 (rows and columns)");
  for (size_t size = 0; size < good.size(); ++size) {  // no prefix crashes
    const std::string error =
        error_of([&] { parse_table(good.substr(0, size), "f", {.format = Format::npy}); });
    EXPECT_FALSE(error.empty()) << size;
  }
}

std::string zip(const std::vector<std::pair<std::string, std::string>>& members, bool deflate) {
  std::string out, directory;
  for (const auto& [name, content] : members) {
    const std::string data = deflate ? raw_deflated(content) : content;
    const std::string common = little(20, 2) + little(0, 2) + little(deflate ? 8 : 0, 2) + little(0, 8) +
                               little(data.size(), 4) + little(content.size(), 4) + little(name.size(), 2);
    directory +=
        "PK\x01\x02" + little(20, 2) + common + little(0, 2) + little(0, 10) + little(out.size(), 4) + name;
    out += "PK\x03\x04" + common + little(0, 2) + name + data;
  }
  return out + directory + "PK\x05\x06" + little(0, 4) + little(members.size(), 2) +
         little(members.size(), 2) + little(directory.size(), 4) + little(out.size(), 4) + little(0, 2);
}

TEST(Npz, arrays_stand_side_by_side) {
  const std::string x = npy("|u1", false, "(2, 2)", "\1\2\3\4"), y = npy("|u1", false, "(2,)", "\5\6");
  for (bool deflate : {false, true}) {
    const Table table = read(zip({{"x.npy", x}, {"y.npy", y}}, deflate), "f.npz");
    EXPECT_EQ(table.names(), (std::vector<std::string>{"x_1", "x_2", "y"}));
    EXPECT_EQ(table.numbers(1)[1], 4);
    EXPECT_EQ(table.numbers(2)[1], 6);
    const std::string odd = zip({{"x.npy", x}, {"z.npy", npy("|u1", false, "(3,)", "\1\2\3")}}, deflate);
    EXPECT_EQ(error_of([&] { read(odd, "f.npz"); }),
              "f.npz: \"z.npy\": 3 rows, but \"x\" has 2; expected arrays of as many rows");
    const std::string whole = zip({{"x.npy", x}}, deflate);
    for (size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(
          error_of([&] { parse_table(whole.substr(0, size), "f", {.format = Format::npz}); }).empty());
  }
}

std::string idx(uint32_t type, const std::vector<uint32_t>& dims, const std::string& data) {
  std::string out = big((type << 8) | dims.size(), 4);
  for (uint32_t dim : dims) out += big(dim, 4);
  return out + data;
}

TEST(Idx, images_go_with_the_labels_beside_them) {
  const std::string folder = testing::TempDir() + "kette_idx/";
  std::filesystem::create_directories(folder);
  const std::string images = folder + "train-images-idx3-ubyte", labels = folder + "train-labels-idx1-ubyte";
  std::ofstream(images, std::ios::binary) << idx(8, {2, 2, 2}, "\1\2\3\4\5\6\7\xFF");
  std::ofstream(labels, std::ios::binary) << idx(8, {2}, "\3\4");
  const TableFile file = read_table(images);
  EXPECT_EQ(file.table.names(),
            (std::vector<std::string>{"pixel_1", "pixel_2", "pixel_3", "pixel_4", "label"}));
  EXPECT_EQ(file.table.numbers(3)[1], 255);
  EXPECT_EQ(file.table.numbers(4)[0], 3);
  const std::string other = folder + "y";
  std::ofstream(other, std::ios::binary) << idx(8, {2}, "\7\x8");
  const std::vector<std::string> both = {images, other};
  EXPECT_EQ(read_table(both).table.numbers(4)[1], 8);
  std::ofstream(other, std::ios::binary) << idx(8, {3}, "\7\x8\x9");
  EXPECT_EQ(error_of([&] { read_table(both); }),
            fmt::format("{}: 3 labels; expected 2, one for each image of {}", other, images));
  std::filesystem::remove_all(folder);
}

TEST(Idx, types_are_read_and_broken_files_refused) {
  EXPECT_EQ(read(idx(0x0D, {1, 1}, big(std::bit_cast<uint32_t>(-2.5f), 4)), "f").numbers(0)[0], -2.5);
  EXPECT_EQ(read(idx(0x0B, {1}, "\xFF\xFE"), "f").numbers(0)[0], -2);
  EXPECT_EQ(error_of([&] {
              read(idx(8, {2, 2}, "\1\2\3"), "f");
            }),
            "f: 3 bytes behind the IDX header; expected 2 × 2 elements of 1 bytes; was the file truncated?");
  EXPECT_NE(error_of([&] { read(idx(8, {0xFFFFFFFF, 0xFFFFFFFF}, ""), "f"); }), "");
}

TEST(Idx, many_rows_are_read_group_by_group_packed_or_not_on_any_number_of_threads) {
  constexpr uint32_t kRows = 3001, kPixels = 1000;  // several groups, the last one short
  std::string data;
  for (size_t i = 0; i < size_t{kRows} * kPixels; ++i) data += static_cast<char>(i * i % 251);
  const std::string whole = idx(8, {kRows, 10, 100}, data);
  Threads threads(2);
  for (const std::string& bytes : {whole, gzip_of(whole)}) {
    for (Threads* t : {static_cast<Threads*>(nullptr), &threads}) {
      const Table table = parse_table(bytes, "f", {.threads = t}).table;
      ASSERT_EQ(table.rows(), kRows);
      for (size_t p = 0; p < kPixels; p += 37)
        for (size_t row = 0; row < kRows; ++row)
          ASSERT_EQ(table.numbers(static_cast<int64_t>(p))[row],
                    static_cast<unsigned char>(data[row * kPixels + p]));
    }
  }
  const auto refused = [&](std::string_view held, const std::string& bytes) {
    EXPECT_EQ(
        error_of([&] { read(bytes, "f"); }),
        fmt::format("f: {} bytes behind the IDX header; expected 3001 × 1000 elements of 1 bytes; was the "
                    "file truncated?",
                    held));
  };
  const size_t header = whole.size() - data.size();
  for (const std::string& cut : {whole.substr(0, header + 700), whole.substr(0, header + 2'500'500)})
    for (const std::string& bytes : {cut, gzip_of(cut)}) refused(std::to_string(cut.size() - header), bytes);
  for (const std::string& bytes : {whole + "abc", gzip_of(whole + "abc")}) refused("3001003", bytes);
}

TEST(LibSvm, rows_become_dense_columns) {
  const Table table = read("# two rows\n+1 1:0.5 3:-2 # a remark\n\n-1 2:1e3\n", "f");
  EXPECT_EQ(table.names(), (std::vector<std::string>{"label", "x1", "x2", "x3"}));
  EXPECT_EQ(table.numbers(0)[1], -1);
  EXPECT_EQ(table.numbers(3)[0], -2);
  EXPECT_EQ(table.numbers(3)[1], 0);
  EXPECT_EQ(table.numbers(2)[1], 1000);
  EXPECT_EQ(table.line(1), 4);
}

TEST(LibSvm, anything_else_is_refused_at_its_line) {
  const auto error = [](std::string_view text) { return error_of([&] { read(text, "f.svm"); }); };
  EXPECT_EQ(error("1 1:2\n1 2:3 2:4\n"),
            "f.svm:2: expected an index above 2 and up to 16777216, found \"2:4\"");
  EXPECT_EQ(error("1 0:2\n"), "f.svm:1: expected an index above 0 and up to 16777216, found \"0:2\"");
  EXPECT_EQ(error("1 1:x\n"), "f.svm:1: expected index:value, found \"1:x\"");
  EXPECT_EQ(error("x 1:1\n"), "f.svm:1: expected a number as the label, found \"x\"");
  EXPECT_EQ(error("1 qid:3 1:1\n"),
            "f.svm:1: expected rows without query ids (ranking is not supported), found \"qid:3\"");
  EXPECT_NE(error("1 16777216:1\n"), "");
}

}  // namespace
}  // namespace kette::data::formats_test
