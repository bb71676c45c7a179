#include "kette/onnx/schema_json.h"

#include <gtest/gtest.h>

#include "kette/base/error.h"

namespace kette::schema_json_test {
namespace {

using Kind = data::Feature::Kind;

Schema of_all_kinds() {
  return {
      .task = data::Task::binary,
      .features =
          {{.name = "age"},
           {.name = "day", .kind = Kind::date, .date_format = "DD.MM.YYYY time"},
           {.name = "class", .kind = Kind::category, .categories = {"1", "2", "\"ü\"", "rare"}, .kept = 3},
           {.name = "none", .kind = Kind::category},
           {.name = "word", .kind = Kind::category, .categories = {"a"}, .kept = 1, .shared = true},
           {.name = "note", .kind = Kind::words, .categories = {"blue", "haus"}}},
      .targets = {"survived"},
      .labels = {"no", "yes"}};
}

TEST(SchemaJson, keeps_every_kind_of_feature) {
  const Schema schema = of_all_kinds(), read = schema_from_json(schema_to_json(schema), "1.0.0");
  EXPECT_EQ(read.task, schema.task);
  EXPECT_EQ(read.features, schema.features);
  EXPECT_EQ(read.targets, schema.targets);
  EXPECT_EQ(read.labels, schema.labels);
  EXPECT_EQ(schema_to_json(read), schema_to_json(schema));
  EXPECT_NE(schema_to_json(schema).find(R"("kept":1,"shared":true})"), std::string::npos);
}

TEST(SchemaJson, keeps_several_targets) {
  const Schema schema{.features = {{.name = "a"}}, .targets = {"width", "height"}};
  EXPECT_EQ(schema_from_json(schema_to_json(schema), "1.0.0").targets, schema.targets);
}

// Files that were written must stay readable: the text is part of the contract.
TEST(SchemaJson, is_written_as_the_header_says) {
  const Schema schema{
      .task = data::Task::binary,
      .features = {{.name = "age"},
                   {.name = "class", .kind = Kind::category, .categories = {"1", "2", "3"}, .kept = 2},
                   {.name = "day", .kind = Kind::date, .date_format = "YYYY-MM-DD"},
                   {.name = "note", .kind = Kind::words, .categories = {"blue"}}},
      .targets = {"survived"},
      .labels = {"no", "yes"}};
  EXPECT_EQ(schema_to_json(schema),
            R"({"version":3,"task":"binary","features":[{"name":"age","kind":"number"},)"
            R"({"name":"class","kind":"category","categories":["1","2","3"],"kept":2},)"
            R"({"name":"day","kind":"date","format":"YYYY-MM-DD"},)"
            R"({"name":"note","kind":"words","categories":["blue"]}],)"
            R"("targets":["survived"],"labels":["no","yes"]})");
}

TEST(SchemaJson, refuses_names_that_are_no_text) {
  Schema schema = of_all_kinds();
  schema.features[3].categories = {"caf\xE9"};
  EXPECT_THROW(schema_to_json(schema), Error);
}

TEST(SchemaJson, any_change_of_a_byte_is_read_or_refused) {
  const std::string json = schema_to_json(of_all_kinds());
  int refused = 0;
  for (size_t at = 0; at < json.size(); ++at)
    for (const int flip : {0x01, 0x20, 0x80}) {
      std::string changed = json;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      try {
        schema_from_json(changed, "1.0.0");
      } catch (const Error&) {
        ++refused;
      }
    }
  EXPECT_GT(refused, 100);
}

TEST(TextsJson, are_lists_of_texts) {
  const std::vector<std::string> texts = {"a", "", "\"ü\n"};
  EXPECT_EQ(texts_from_json(texts_to_json(texts), "texts"), texts);
  EXPECT_THROW(texts_from_json("[1]", "texts"), Error);
  EXPECT_THROW(texts_from_json("{", "texts"), Error);
}

}  // namespace
}  // namespace kette::schema_json_test
