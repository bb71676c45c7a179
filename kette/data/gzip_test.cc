#include "kette/data/gzip.h"

#include <gtest/gtest.h>

#include <string>

#include "kette/base/error.h"
#include "kette/data/read.h"
#include "kette/data/test_deflate.h"

namespace kette::data::gzip_test {
namespace {

std::string error_of(std::string_view bytes, const ReadOptions& options = {}) {
  try {
    parse_table(bytes, "f.csv.gz", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Gzip, members_one_behind_the_other_are_one_text) {
  const std::string bytes = gzip_of("a,b\n1,2\n3,") + gzip_of("4\n") + std::string(10, '\0');
  const Table table = parse_table(bytes, "f").table;
  ASSERT_EQ(table.rows(), 2);
  EXPECT_EQ(table.numbers(1)[1], 4);
}

TEST(Gzip, truncated_and_damaged_data_are_refused) {
  std::string text = "a,b\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("{},{}\n", i * i % 9973, i);
  const std::string whole = gzip_of(text);
  EXPECT_EQ(error_of(whole), "");
  EXPECT_EQ(error_of(whole.substr(0, 1000)),
            "f.csv.gz: the gzip data end after 1000 bytes in the middle; was the file truncated?");
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1;  // of the checksum
  EXPECT_NE(error_of(damaged).find("f.csv.gz: damaged gzip data near byte"), std::string::npos)
      << error_of(damaged);
}

TEST(Gzip, what_unpacks_to_more_than_allowed_is_refused) {
  const std::string bytes = gzip_of("a\n" + std::string(3'000'000, '1'));
  EXPECT_EQ(error_of(bytes, {.most_unpacked_bytes = 1'000'000}).substr(0, 59),
            "f.csv.gz: unpacks to more than the 1000000 bytes allowed, f");
}

TEST(Gzip, a_claim_that_deflate_cannot_keep_gets_no_memory) {
  EXPECT_THROW(inflate_raw("abc", uint64_t{1} << 31, "f"), Error);
}

}  // namespace
}  // namespace kette::data::gzip_test
