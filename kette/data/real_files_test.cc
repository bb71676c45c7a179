// Files as the world has them, from a folder beside the project (or KETTE_SHARED_DATA); skipped without it.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/read.h"
#include "kette/data/test_files.h"

namespace kette::data::real_files_test {
namespace {

class RealFiles : public testing::Test {
 protected:
  void SetUp() override {
    const auto folder = folder_of_real_files();
    if (!folder) GTEST_SKIP() << "no folder of public data sets";
    folder_ = *folder;
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  TableFile read(const std::string& name, const ReadOptions& options = {}) const {
    return read_table(path(name), options);
  }
  static int64_t missing(const Table& table, const std::string& column) {
    int64_t count = 0;
    for (int64_t row = 0; row < table.rows(); ++row)
      count += table.is_missing(row, table.index(column)) ? 1 : 0;
    return count;
  }
  std::string folder_;
};

// A number reads as a number: its text may differ from that in the expected answer (08123).
TEST_F(RealFiles, csv_spectrum_reads_as_its_authors_expect) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path("csv_quirks/csv-spectrum/csvs"))) {
    if (entry.path().stem() == "location_coordinates") continue;  // its answer has another telephone number
    const Table table = read_table(entry.path().string()).table;
    std::ifstream answer(path("csv_quirks/csv-spectrum/json/" + entry.path().stem().string() + ".json"));
    const nlohmann::json rows = nlohmann::json::parse(answer);
    ASSERT_EQ(table.rows(), static_cast<int64_t>(rows.size())) << entry.path();
    for (int64_t r = 0; r < table.rows(); ++r) {
      const auto& expected = rows[static_cast<size_t>(r)];
      ASSERT_EQ(static_cast<size_t>(table.columns()), expected.size());
      for (int64_t c = 0; c < table.columns(); ++c) {
        auto text = expected.at(table.name(c)).get<std::string>();
        std::erase(text, '\r');  // the files at hand have their line ends unified
        if (table.is_numeric(c) && !table.is_missing(r, c))
          EXPECT_EQ(table.numbers(c)[static_cast<size_t>(r)], std::stod(text)) << entry.path();
        else
          EXPECT_EQ(table.field(r, c), text) << entry.path();
      }
    }
    ++files;
  }
  EXPECT_EQ(files, 11);
}

TEST_F(RealFiles, one_line_files_with_every_line_end_have_two_rows) {
  for (const char* name : {"one-line-dataset-0.csv", "one-line-dataset-1dos.csv",
                           "one-line-dataset-2unix.csv", "two-lines-dataset.csv"}) {
    const TableFile file = read(std::string("csv_quirks/h2o_junit/") + name);
    EXPECT_EQ(file.table.rows(), 2) << name;
    EXPECT_EQ(file.table.columns(), 9);
    EXPECT_FALSE(file.dialect.header);
    EXPECT_EQ(file.table.numbers(3)[1], 5);
  }
}

TEST_F(RealFiles, apostrophes_are_no_quotes) {
  const Table table = read("csv_quirks/h2o_junit/test_quote.csv").table;
  EXPECT_EQ(table.rows(), 7);
  EXPECT_EQ(table.columns(), 11);
  EXPECT_EQ(table.text(0)[2], "1e0abe'");
  EXPECT_TRUE(table.is_numeric(10));
}

TEST_F(RealFiles, a_packed_file_reads_like_its_content) {
  const Table table = read("csv_quirks/h2o_junit/iris.csv.gz").table;
  EXPECT_EQ(table.rows(), 150);
  EXPECT_EQ(table.name(0), "sepal_len");
}

TEST_F(RealFiles, gdp_has_thousands_commas_and_a_note_below_the_table) {
  EXPECT_THROW(read("csv_quirks/gdp_per_capita.csv"), Error);
  const TableFile file = read("csv_quirks/gdp_per_capita.csv", {.bad_rows = BadRows::skip});
  EXPECT_EQ(file.table.rows(), 189);
  EXPECT_EQ(file.skipped_rows, 1);
  EXPECT_EQ(file.dialect.delimiter, '\t');
  EXPECT_EQ(file.dialect.encoding, Encoding::windows_1252);
  ASSERT_TRUE(file.table.is_numeric(5));
  EXPECT_EQ(file.table.numbers(5)[0], 599.994);
  EXPECT_EQ(file.table.numbers(5)[1], 3995.383);
  EXPECT_EQ(file.table.numbers(5)[188], 1064.35);
}

TEST_F(RealFiles, line_ends_of_every_kind_are_read) {
  const Table bounces = read("csv_quirks/bouncetimes.csv").table;
  EXPECT_EQ(bounces.rows(), 480);
  EXPECT_EQ(bounces.numbers(0)[0], 165.5485196);
  const Table ice = read("csv_quirks/seaice_bom_crlf.csv").table;
  EXPECT_EQ(ice.rows(), 366);
  EXPECT_EQ(ice.columns(), 47);
  EXPECT_EQ(ice.name(0), "Month");
  EXPECT_EQ(ice.numbers(4)[0], 14.2);
}

TEST_F(RealFiles, commas_in_a_file_with_semicolons_are_text) {
  const TableFile reviews = read("csv_quirks/car_reviews.csv");
  EXPECT_EQ(reviews.dialect.delimiter, ';');
  EXPECT_EQ(reviews.table.rows(), 5);
  EXPECT_EQ(reviews.table.names(), (std::vector<std::string>{"Review", "Class"}));
}

TEST_F(RealFiles, adult_has_padded_fields_and_no_header) {
  const std::vector<std::string> both = {path("adult/adult-train.csv"), path("adult/adult-test.csv")};
  const TableFile file = read_table(both);
  EXPECT_EQ(file.table.rows(), 32561 + 16281);
  EXPECT_EQ(file.table.columns(), 15);
  EXPECT_EQ(file.table.text(1)[0], "State-gov");
  EXPECT_EQ(
      missing(file.table, "column_2") + missing(file.table, "column_7") + missing(file.table, "column_14"),
      4262 + 2203);
  EXPECT_EQ(file.table.text(14).distinct_count(), 4);  // with and without a point at the end
}

TEST_F(RealFiles, blanks_and_tabs_in_any_mixture_separate_fields) {
  const Table cars = read("auto_mpg/auto-mpg.data").table;
  EXPECT_EQ(cars.rows(), 398);
  EXPECT_EQ(cars.names().back(), "car_name");
  EXPECT_EQ(missing(cars, "horsepower"), 6);
  EXPECT_EQ(cars.text(8)[0], "chevrolet chevelle malibu");
  EXPECT_EQ(read("yacht/yacht_hydrodynamics.data").table.rows(), 308);
  const Table concrete = read("uci_regression_splits/concrete/data/data.txt").table;
  EXPECT_EQ(concrete.rows(), 1030);
  EXPECT_EQ(concrete.columns(), 9);
  for (int64_t c = 0; c < 9; ++c)
    EXPECT_TRUE(concrete.is_numeric(c) && missing(concrete, concrete.name(c)) == 0);
}

TEST_F(RealFiles, empty_rows_and_columns_at_the_end_are_left_out) {
  const Table energy = read("energy_efficiency/ENB2012_data.csv").table;
  EXPECT_EQ(energy.rows(), 768);
  EXPECT_EQ(energy.columns(), 10);
  const Table concrete = read("concrete/Concrete_Data.csv").table;
  EXPECT_EQ(concrete.rows(), 1030);
  EXPECT_EQ(concrete.name(8), "Concrete compressive strength(MPa, megapascals)");
  EXPECT_EQ(concrete.numbers(0)[0], 540);
}

TEST_F(RealFiles, messages_with_unpaired_quotes_are_all_there) {
  for (const char* name : {"SMSSpamCollection", "sms.tsv"}) {
    const TableFile file = read(std::string("sms_spam/") + name);
    EXPECT_EQ(file.table.rows(), 5574) << name;
    EXPECT_EQ(file.table.columns(), 2);
    EXPECT_FALSE(file.dialect.quotes);
    EXPECT_EQ(file.table.text(0).distinct_count(), 2);
  }
  const TableFile spam = read("sms_spam/spam.csv");
  EXPECT_EQ(spam.table.rows(), 5572);
  EXPECT_EQ(spam.dialect.encoding, Encoding::windows_1252);
  EXPECT_EQ(spam.table.text(0).distinct_count(), 2);
}

TEST_F(RealFiles, quoted_texts_are_whole) {
  const TableFile news = read("ag_news/test.csv");
  EXPECT_EQ(news.table.rows(), 7600);
  EXPECT_EQ(news.table.columns(), 3);
  EXPECT_FALSE(news.dialect.header);
  EXPECT_EQ(read("ag_news/subset_world_scitech_train.csv").table.rows(), 4000);
  const Table titanic = read("titanic/titanic.csv").table;
  EXPECT_EQ(titanic.rows(), 891);
  EXPECT_EQ(missing(titanic, "Age"), 177);
  EXPECT_EQ(missing(titanic, "Cabin"), 687);
  EXPECT_EQ(missing(titanic, "Embarked"), 2);
}

TEST_F(RealFiles, twins_with_other_delimiters_hold_the_same_numbers) {
  const Table semicolons = read("wine_quality/winequality-red.csv").table;
  const Table commas = read("wine_quality/wineQualityReds.csv").table;
  ASSERT_EQ(semicolons.rows(), 1599);
  ASSERT_EQ(commas.rows(), 1599);
  for (int64_t c = 0; c < 12; ++c)
    for (size_t row = 0; row < 1599; ++row)
      ASSERT_NEAR(semicolons.numbers(c)[row], commas.numbers(c)[row], 1e-8);  // one has fewer digits
}

TEST_F(RealFiles, mnist_has_pixels_and_labels) {
  const TableFile test = read("mnist/t10k-images-idx3-ubyte.gz");
  EXPECT_EQ(test.table.rows(), 10000);
  EXPECT_EQ(test.table.columns(), 785);
  EXPECT_EQ(test.table.numbers(784)[0], 7);
}

}  // namespace
}  // namespace kette::data::real_files_test
