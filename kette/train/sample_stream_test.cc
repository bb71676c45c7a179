#include "kette/train/sample_stream.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/data/dataset.h"

namespace kette::sample_stream_test {
namespace {

constexpr int64_t kRows = 400'000;  // more than one block

/// `a,b,y` with a = the row's number; fields of some rows can be changed.
class Files : public testing::Test {
 protected:
  void TearDown() override {
    for (const std::string& path : paths_) std::remove(path.c_str());
  }

  template <class Row>
  std::string write(const std::string& name, int64_t first, int64_t rows, Row row_text) {
    std::string path = testing::TempDir() + fmt::format("kette_sample_stream_{}_{}", ::getpid(), name);
    std::ofstream out(path);
    out << "a,b,y\n";
    for (int64_t row = first; row < first + rows; ++row) out << row_text(row) << '\n';
    paths_.push_back(path);
    return path;
  }

  static std::string plain(int64_t row) {
    return fmt::format("{},{},{}", row, row % 3 == 0 ? "red" : "blue", row % 2 == 0 ? "yes" : "no");
  }

  static Schema schema_of(const data::Table& sample) {
    const data::Dataset dataset =
        data::make_dataset(sample, {.target = "y", .features = {"a", "b"}, .numeric = {"a"}});
    return {dataset.task, dataset.features, dataset.targets, dataset.labels};
  }

  std::vector<std::string> paths_;
};

/// The first column of all samples, the sample's own included.
std::vector<float> first_column(const data::Table& sample, SampleStream& stream, const Schema& schema) {
  std::vector<float> values;
  for (const double number : sample.numbers(0)) values.push_back(static_cast<float>(number));
  while (const std::optional<Samples> rows = stream.next(schema)) {
    for (int64_t row = 0; row < rows->rows(); ++row) values.push_back(rows->features.at(row, 0));
  }
  return values;
}

std::string message_of(SampleStream& stream, const Schema& schema) {
  try {
    while (stream.next(schema)) {
    }
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

using SampleStreamTest = Files;

TEST_F(SampleStreamTest, gives_every_row_of_all_files_once_and_in_order) {
  const std::vector<std::string> paths = {write("one.csv", 0, kRows, plain),
                                          write("two.csv", kRows, 100'000, plain)};
  std::vector<float> expected;
  for (int64_t row = 0; row < kRows + 100'000; ++row) expected.push_back(static_cast<float>(row));
  Threads threads(2);
  for (const bool ahead : {false, true}) {
    SampleStream stream(paths, {.threads = ahead ? &threads : nullptr}, ahead);
    const data::Table sample = stream.sample(1000);
    EXPECT_GE(sample.rows(), 1000);
    EXPECT_LT(sample.rows(), kRows);
    const Schema schema = schema_of(sample);
    EXPECT_EQ(first_column(sample, stream, schema), expected) << "ahead " << ahead;
    EXPECT_EQ(stream.rows(), kRows + 100'000);
    stream.rewind();
    EXPECT_EQ(first_column(sample, stream, schema), expected) << "again, ahead " << ahead;
  }
}

TEST_F(SampleStreamTest, a_label_first_seen_behind_the_sample_is_named_with_its_place_and_advice) {
  const std::string path =
      write("label.csv", 0, kRows, [](int64_t row) { return row == 390'000 ? "1,red,maybe" : plain(row); });
  SampleStream stream({path}, {});
  const Schema schema = schema_of(stream.sample(1));
  const std::string message = message_of(stream, schema);
  EXPECT_NE(message.find(path + ":390002:3: expected one of the labels no, yes, found \"maybe\""),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("take a larger sample"), std::string::npos) << message;
}

TEST_F(SampleStreamTest, a_text_late_among_numbers_is_named_with_its_place) {
  const std::string path =
      write("text.csv", 0, kRows, [](int64_t row) { return row == 399'998 ? "x,red,yes" : plain(row); });
  for (const bool ahead : {false, true}) {
    SampleStream stream({path}, {}, ahead);
    const Schema schema = schema_of(stream.sample(1));
    const std::string message = message_of(stream, schema);
    EXPECT_NE(message.find(path + ":400000:1: expected a number as in the rows before, found \"x\""),
              std::string::npos)
        << message;
  }
}

TEST_F(SampleStreamTest, counts_unseen_categories_and_leaves_out_rows_without_a_target) {
  const std::string path = write("unseen.csv", 0, kRows, [](int64_t row) {
    if (row >= 350'000) return std::string("1,red,");  // whole blocks without a target
    if (row == 300'000 || row == 340'000) return std::string("1,green,yes");
    return plain(row);
  });
  SampleStream stream({path}, {});
  const data::Table sample = stream.sample(1);
  const Schema schema = schema_of(sample);
  int64_t rows = sample.rows();
  while (const std::optional<Samples> block = stream.next(schema)) rows += block->rows();
  EXPECT_EQ(rows, 350'000);
  ASSERT_EQ(stream.unseen().size(), 1U);
  EXPECT_EQ(stream.unseen()[0].rows, 2);
  EXPECT_EQ(stream.unseen()[0].place, path + ":300002:2");
}

TEST_F(SampleStreamTest, standard_input_is_read_only_once) {
  SampleStream stream({"-"}, {});
  EXPECT_THROW(stream.rewind(), Error);
}

TEST_F(SampleStreamTest, a_file_that_shrank_between_passes_is_refused) {
  const std::string path = write("shrinks.csv", 0, 1000, plain);
  SampleStream stream({path}, {});
  const Schema schema = schema_of(stream.sample(1));
  EXPECT_EQ(message_of(stream, schema), "no error");
  write("shrinks.csv", 0, 900, plain);
  EXPECT_THROW(stream.rewind(), Error);
}

}  // namespace
}  // namespace kette::sample_stream_test
