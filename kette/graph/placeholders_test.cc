#include "kette/graph/placeholders.h"

#include <gtest/gtest.h>

namespace kette::placeholders_test {
namespace {

std::string filled(std::string_view text) {
  return with_places_filled(text, [](std::string_view name) -> std::optional<std::string> {
    if (name == "0") return "x";
    if (name == "low") return "(-1)";
    return std::nullopt;
  });
}

TEST(Placeholders, are_filled_by_name) { EXPECT_EQ(filled("{0} < {low}{0}"), "x < (-1)x"); }

TEST(Placeholders, that_are_not_known_stay) { EXPECT_EQ(filled("{1} {high}{0}"), "{1} {high}x"); }

TEST(Placeholders, are_told_from_the_braces_of_code) {
  EXPECT_EQ(filled("if (a) { y = {0}; } {}"), "if (a) { y = x; } {}");
  EXPECT_EQ(filled("{0"), "{0");
  EXPECT_EQ(filled("{{0}}"), "{x}");
}

}  // namespace
}  // namespace kette::placeholders_test
