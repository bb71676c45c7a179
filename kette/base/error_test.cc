#include "kette/base/error.h"

#include <gtest/gtest.h>

namespace kette::error_test {
namespace {

TEST(Error, the_message_is_formatted) {
  try {
    fail("[matmul] inner dimensions differ: {} x {}", "[32,10]", 12);
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[matmul] inner dimensions differ: [32,10] x 12");
    return;
  }
  FAIL() << "nothing was thrown";
}

TEST(Error, is_caught_as_a_runtime_error) { EXPECT_THROW(fail("[x] y"), std::runtime_error); }

}  // namespace
}  // namespace kette::error_test
