#include "kette/model/safetensors.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "kette/base/error.h"

namespace kette::safetensors_test {
namespace {

/// A file with this header and so many bytes of data, in the plainest way.
std::string file_of(const std::string& header, size_t data) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return bytes + header + std::string(data, '\x01');
}

std::string error_of(const std::string& bytes) {
  try {
    from_safetensors(bytes, "x.safetensors");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Safetensors sample() {
  Safetensors file;
  file.tensors.add("W", Tensor(Shape({2, 2}), {1.f, -2.f, 3.f, 4.f}));
  file.tensors.add("steps", Tensor(Shape({}, DType::f64), {0.1}));
  file.tensors.add("none", Tensor(Shape({0, 3})));
  file.tensors.add("i \"ü\"", Tensor(Shape({2}, DType::i64), {int64_t{-1}, INT64_MAX}));
  file.metadata = {{"a", "1"}, {"lines", "x\ny"}};
  return file;
}

TEST(Safetensors, bytes_are_those_of_the_format) {
  Safetensors file;
  file.tensors.add("b", Tensor(Shape({1, 2}), {1.f, 2.f}));
  file.tensors.add("a", Tensor(Shape({}, DType::f64), {3.0}));
  const std::string header =
      R"({"b":{"dtype":"F32","shape":[1,2],"data_offsets":[8,16]},"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  const char data[] = "\0\0\0\0\0\0\x08\x40\0\0\x80\x3f\0\0\0\x40";
  EXPECT_EQ(to_safetensors(file), file_of(padded, 0) + std::string(data, 16));
}

TEST(Safetensors, what_is_written_is_read_back) {
  const Safetensors file = sample();
  const std::string bytes = to_safetensors(file);
  const Safetensors again = from_safetensors(bytes);
  EXPECT_EQ(again.tensors, file.tensors);
  EXPECT_EQ(again.metadata, file.metadata);
  EXPECT_EQ(to_safetensors(again), bytes);
}

TEST(Safetensors, a_file_is_saved_and_loaded) {
  const std::string path = testing::TempDir() + "kette_safetensors_test.safetensors";
  save_safetensors(sample(), path);
  EXPECT_EQ(load_safetensors(path).tensors, sample().tensors);
  std::filesystem::remove(path);
  EXPECT_THROW(load_safetensors(path), Error);
}

TEST(Safetensors, every_shorter_and_longer_file_is_an_error) {
  const std::string bytes = to_safetensors(sample());
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_NE(error_of(bytes.substr(0, n)), "") << n << " bytes";
  EXPECT_NE(error_of(bytes + "x").find("the file holds"), std::string::npos);
}

TEST(Safetensors, half_precision_becomes_float) {
  const std::string header =
      R"({"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}, "b": {"dtype": "BF16", "shape": [1], )"
      R"("data_offsets": [4, 6]}})";
  std::string bytes = file_of(header, 0);
  for (const uint16_t bits : {0x3C00, 0xC000, 0x3F80})
    bytes.append({static_cast<char>(bits & 0xFF), static_cast<char>(bits >> 8)});
  const Safetensors file = from_safetensors(bytes);
  EXPECT_EQ(file.tensors.at("a"), Tensor(Shape({2}), {1.0f, -2.0f}));
  EXPECT_EQ(file.tensors.at("b"), Tensor(Shape({1}), {1.0f}));
}

TEST(Safetensors, defects_are_told_in_one_line) {
  const auto tensor = [](std::string_view dtype, std::string_view shape, std::string_view offsets) {
    return fmt::format(R"({{"W": {{"dtype": "{}", "shape": {}, "data_offsets": {}}}}})", dtype, shape,
                       offsets);
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {file_of("[]", 0), "the header is not a JSON object"},
      {file_of("{\"a\"", 0), "the header is not JSON"},
      {file_of("{} x", 0), "the header is not JSON"},
      {file_of("{\"\xff\": 1}", 0), "the header is not JSON"},
      {file_of("{\"W\": 1}", 0), "\"W\" is not an object"},
      {file_of("{\"W\": {}}", 0), "\"W\" has no dtype"},
      {file_of(tensor("U8", "[1]", "[0, 1]"), 1), "the element type U8 is not supported"},
      {file_of(tensor("F32", "[1.0]", "[0, 4]"), 4), "not a whole number"},
      {file_of(tensor("F32", "[-1]", "[0, 4]"), 4), "not a whole number"},
      {file_of(tensor("F32", "[1,1,1,1,1,1,1,1,1]", "[0, 4]"), 4), "9 dims; expected at most 8"},
      {file_of(tensor("F32", "[4611686018427387904, 4]", "[0, 4]"), 4), "\"W\": "},
      {file_of(tensor("F32", "[2]", "[0, 4]"), 4), "8 bytes, but stands at [0, 4]"},
      {file_of(tensor("F32", "[1]", "[4, 0]"), 4), "but stands at [4, 0]"},
      {file_of(tensor("F32", "[1]", "[0]"), 4), "no data_offsets"},
      {file_of(tensor("F32", "[1]", "[4, 8]"), 8), "begins at byte 4 of the data; expected 0"},
      {file_of(tensor("F32", "[1]", "[0, 4]"), 8), "the tensors take 4 bytes; the file holds 8"},
      {file_of(tensor("F32", "[1000]", "[0, 4000]"), 8), "the tensors take 4000 bytes; the file holds 8"},
      {file_of(R"({"__metadata__": {"a": 1}})", 0), "\"a\" in __metadata__ is not a text"},
      {file_of(R"({"__metadata__": {"a": "1", "a": "2"}})", 0), "\"a\" stands twice"},
      {file_of(R"({"W": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]},
                   "W": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}})",
               0),
       "\"W\" stands twice"},
      {file_of(R"({"V": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                   "W": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}})",
               4),
       "\"W\" begins at byte 0 of the data; expected 4"},
      {std::string(7, '\xff'), "7 bytes; expected at least 8"},
      {std::string(8, '\xff'), "a header of 18446744073709551615 bytes"},
  };
  for (const auto& [bytes, expected] : cases) {
    const std::string error = error_of(bytes);
    EXPECT_TRUE(error.starts_with("x.safetensors: ")) << expected;
    EXPECT_NE(error.find(expected), std::string::npos) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST(Safetensors, deep_nesting_is_an_error_not_a_crash) {
  EXPECT_NE(error_of(file_of("{\"W\": " + std::string(1000000, '['), 0)), "");
}

TEST(Safetensors, names_that_cannot_be_written_are_errors) {
  Safetensors bad;
  bad.tensors.add("\xff", Tensor(Shape({1})));
  EXPECT_THROW(to_safetensors(bad), Error);
  Safetensors reserved;
  reserved.tensors.add("__metadata__", Tensor(Shape({1})));
  EXPECT_THROW(to_safetensors(reserved), Error);
}

}  // namespace
}  // namespace kette::safetensors_test
