#include "kette/base/huge_pages.h"

#include <gtest/gtest.h>

#include <vector>

namespace kette::huge_pages_test {
namespace {

TEST(HugePages, memory_keeps_its_content_whatever_its_size_and_place) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, size_t{5} << 20}) {
    std::vector<unsigned char> bytes(size + 3, 7);
    prefer_huge_pages(bytes.data() + 1, size);
    for (const unsigned char byte : bytes) ASSERT_EQ(byte, 7);
  }
}

}  // namespace
}  // namespace kette::huge_pages_test
