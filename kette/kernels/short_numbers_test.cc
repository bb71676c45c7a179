#include "kette/kernels/short_numbers.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "kette/kernels/simd_targets.h"

namespace kette::kernels::short_numbers_test {
namespace {

class ShortNumbersOf : public testing::TestWithParam<int64_t> {
 protected:
  void SetUp() override { use_target_for_test(GetParam()); }
  void TearDown() override { use_target_for_test(0); }
};

struct Read {
  std::vector<int32_t> values;
  std::string rest;

  bool operator==(const Read&) const = default;
};

Read parse(const std::string& text, char delimiter, int64_t most) {
  const std::string padded = text + std::string(2, '7');
  const char* end = padded.data() + text.size();
  std::vector<int32_t> values(static_cast<size_t>(most + kShortNumbersSlack));
  const ShortNumbers found = parse_short_numbers(padded.data(), end, delimiter, values.data(), most);
  values.resize(static_cast<size_t>(found.count));
  return {values, std::string(found.behind, end)};
}

/// One field after another, as the contract says.
Read reference(const std::string& text, char delimiter, int64_t most) {
  Read read;
  size_t field = 0, behind = 0;
  while (std::ssize(read.values) < most && text.size() - field >= kShortNumbersWindow) {
    const size_t end = text.find_first_of(std::string("\r\n") + delimiter, field);
    const std::string number = text.substr(field, end - field);
    if (end == text.npos || number.empty() || number.size() > 3) break;
    if (number.find_first_not_of("0123456789") != number.npos) break;
    read.values.push_back(std::stoi(number));
    behind = end;
    field = end + 1;
    if (text[end] != delimiter) break;
  }
  read.rest = text.substr(behind);
  return read;
}

TEST_P(ShortNumbersOf, agree_with_one_field_after_another) {
  std::mt19937 random(7);
  const std::string odd[] = {"", "1234", "-1", "0.5", "x", " 1", "+2", "12:", "1/"};
  for (int trial = 0; trial < 3000; ++trial) {
    const char delimiter = ",;\t|"[trial % 4];
    const auto rare = static_cast<unsigned>(trial % 3 == 0 ? 1000000 : 60);
    std::string text;
    for (const unsigned fields = 1 + random() % 150; std::ranges::count(text, delimiter) < fields;) {
      if (random() % rare == 0)
        text += odd[random() % std::size(odd)];
      else
        text += std::to_string(random() % (random() % 2 == 0 ? 10 : 1000));
      text += random() % rare == 1 ? (random() % 2 == 0 ? '\n' : '\r') : delimiter;
    }
    text += std::string(random() % 2 == 0 ? 0 : kShortNumbersWindow, '5');
    const auto most = static_cast<int64_t>(1 + random() % 160);
    const Read read = parse(text, delimiter, most), expected = reference(text, delimiter, most);
    // A window that begins in time is read to its end.
    ASSERT_GE(read.values.size(), expected.values.size()) << text;
    ASSERT_TRUE(std::equal(expected.values.begin(), expected.values.end(), read.values.begin())) << text;
    if (expected.rest.size() > kShortNumbersWindow) {
      ASSERT_EQ(read, expected) << text;
    }
  }
}

TEST_P(ShortNumbersOf, leading_zeros_and_all_numbers_of_three_digits) {
  std::string text = "0,00,000,007,07";
  for (int i = 0; i < 1000; ++i) text += fmt::format(",{},{:03}", i, i);
  text += '\n' + std::string(kShortNumbersWindow, 'x');
  const Read read = parse(text, ',', 5000);
  ASSERT_EQ(read.values.size(), 2005u);
  EXPECT_EQ(std::vector<int32_t>(read.values.begin(), read.values.begin() + 5),
            (std::vector<int32_t>{0, 0, 0, 7, 7}));
  for (size_t i = 0; i < 2000; ++i) EXPECT_EQ(read.values[5 + i], static_cast<int32_t>(i / 2));
  EXPECT_EQ(read.rest[0], '\n');
}

INSTANTIATE_TEST_SUITE_P(Every, ShortNumbersOf, testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) { return hwy::TargetName(info.param); });

}  // namespace
}  // namespace kette::kernels::short_numbers_test
