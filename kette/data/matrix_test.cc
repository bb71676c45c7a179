#include "kette/data/matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/data/feature.h"

namespace kette::data::matrix_test {
namespace {

/// What a code means: code · (c + 1) in column c, the code / 255, or its square.
enum class Meaning { by_column, quotient, square };

double meant(Meaning meaning, int64_t code, int64_t column) {
  const auto x = static_cast<double>(code);
  return meaning == Meaning::by_column  ? x * static_cast<double>(column + 1)
         : meaning == Meaning::quotient ? static_cast<double>(static_cast<float>(x) / 255.f)
                                        : x * x;
}

/// Codes drawn by the seed, half of them 0.
Matrix packed(int64_t rows, int64_t columns, Meaning means = Meaning::by_column) {
  const Random random(7, 0);
  auto codes = std::make_shared<uint8_t[]>(static_cast<size_t>(rows * columns));
  for (int64_t i = 0; i < rows * columns; ++i)
    codes[static_cast<size_t>(i)] =
        static_cast<uint8_t>(std::max(0.0, 512 * random.uniform(static_cast<uint64_t>(i)) - 256));
  Tensor meaning(Shape({Matrix::kCodes, columns}));
  for (int64_t i = 0; i < meaning.size(); ++i) meaning.set(i, meant(means, i / columns, i % columns));
  return {rows, std::move(codes), std::move(meaning)};
}

std::vector<float> numbers(const Tensor& t) { return {t.values<float>().begin(), t.values<float>().end()}; }

TEST(Matrix, packed_rows_read_as_the_numbers_their_codes_mean) {
  for (const Meaning meaning : {Meaning::by_column, Meaning::quotient, Meaning::square})
    for (const int64_t columns : {1, 7, 8, 61, 717}) {
      const int64_t rows = 400;
      const Matrix matrix = packed(rows, columns, meaning);
      ASSERT_EQ(matrix.shape(), Shape({rows, columns}));
      Tensor expected(matrix.shape());
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t c = 0; c < columns; ++c) {
          expected.set(row * columns + c, meant(meaning, matrix.codes()[row * columns + c], c));
          ASSERT_EQ(matrix.at(row, c), expected.at(row * columns + c));
        }
      EXPECT_EQ(matrix.unpacked(), expected);
      EXPECT_EQ(matrix, Matrix(expected));
      EXPECT_EQ(Matrix(expected), matrix);
      Threads threads(2);
      const Random random(9, 0);
      const std::vector<int64_t> order = random.permutation(rows);
      for (Threads* t : {static_cast<Threads*>(nullptr), &threads}) {
        Tensor read(matrix.shape());
        float* const buffer = read.values<float>().data();
        ASSERT_EQ(matrix.read(order, buffer, t), buffer);
        EXPECT_EQ(read, gather_rows(Matrix(expected), order).dense());
      }
      EXPECT_EQ(gather_rows(matrix, order), gather_rows(Matrix(expected), order));
      EXPECT_TRUE(gather_rows(matrix, order).is_packed());
    }
}

TEST(Matrix, dense_rows_are_read_where_they_lie_if_they_follow_each_other) {
  const Matrix matrix(Tensor(Shape({4, 2}), {0.f, 1.f, 2.f, 3.f, 4.f, 5.f, 6.f, 7.f}));
  float buffer[8];
  EXPECT_EQ(matrix.read(1, 2, buffer), matrix.dense().values<float>().data() + 2);
  EXPECT_EQ(matrix.read(std::vector<int64_t>{2, 3}, buffer), matrix.dense().values<float>().data() + 4);
  ASSERT_EQ(matrix.read(std::vector<int64_t>{3, 1}, buffer), buffer);
  EXPECT_EQ(std::vector<float>(buffer, buffer + 4), (std::vector<float>{6, 7, 2, 3}));
  EXPECT_EQ(numbers(matrix.unpacked()), numbers(matrix.dense()));
}

TEST(Matrix, differs_by_one_number_or_by_its_shape) {
  Tensor numbers = packed(5, 3).unpacked();
  EXPECT_NE(packed(5, 3), packed(4, 3));
  EXPECT_NE(packed(5, 3), packed(5, 3, Meaning::square));
  numbers.set(4, -1);
  EXPECT_NE(packed(5, 3), Matrix(numbers));
}

TEST(Matrix, packed_rows_are_not_written_and_their_meaning_must_fit) {
  Matrix matrix = packed(2, 2);
  EXPECT_THROW(matrix.dense(), Error);
  EXPECT_THROW(Matrix(Tensor(Shape({1, 1}))).meaning(), Error);
  EXPECT_THROW(Matrix(2, matrix.codes(), Tensor(Shape({255, 2}))), Error);
}

TEST(Encode, bytes_of_a_table_stay_bytes) {
  const std::vector<uint8_t> a = {0, 3, 255}, b = {7, 0, 1};
  const auto table = [&](bool with_doubles) {
    std::vector<Column> columns = {{"a", {}, {}, -1, a}, {"b", {}, {}, -1, b}};
    if (with_doubles) columns.push_back({"c", {0.5, 1, 2}, {}});
    return Table("t", std::move(columns));
  };
  const std::vector<Feature> features = {{"b"}, {"a"}};
  const Matrix matrix = encode(table(false), features).matrix;
  EXPECT_TRUE(matrix.is_packed());
  EXPECT_EQ(matrix, Matrix(Tensor(Shape({3, 2}), {7.f, 0.f, 0.f, 3.f, 1.f, 255.f})));
  std::vector<Column> columns;
  std::vector<Feature> names;
  constexpr size_t kRows = 1029, kColumns = 19;  // neither a multiple of the squares that are turned
  for (size_t c = 0; c < kColumns; ++c) {
    std::vector<uint8_t> bytes(kRows);
    for (size_t row = 0; row < kRows; ++row)
      bytes[row] = static_cast<uint8_t>(row * 7 + c * 31 + row * row / 97);
    names.push_back({fmt::format("c{}", c)});
    columns.push_back({names.back().name, {}, {}, -1, std::move(bytes)});
  }
  const Table many("t", columns);
  Threads threads(2);
  const Matrix turned = encode(many, names, &threads).matrix;
  for (size_t row = 0; row < kRows; ++row)
    for (size_t c = 0; c < kColumns; ++c)
      ASSERT_EQ(turned.at(static_cast<int64_t>(row), static_cast<int64_t>(c)), columns[c].bytes[row]);
  const std::vector<Feature> mixed = {{"b"}, {"c"}};
  EXPECT_FALSE(encode(table(true), mixed).matrix.is_packed());
}

}  // namespace
}  // namespace kette::data::matrix_test
