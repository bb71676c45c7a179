#include "kette/explain/scene.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "kette/base/error.h"
#include "kette/data/read.h"
#include "kette/explain/row.h"
#include "kette/train/build.h"

namespace kette::scene_test {
namespace {

/// Windows of words: one table E, three lookups.
Subject tagger(std::string_view loss) {
  const data::Table table =
      data::parse_table(
          "before,word,after,tag\n<s>,the,black,DET\nthe,black,dog,ADJ\nblack,dog,runs,NOUN\ndog,runs,.,"
          "VERB\n"
          "<s>,a,dog,DET\na,dog,runs,NOUN\nthe,dog,is,NOUN\ndog,is,black,VERB\nis,black,.,ADJ\n",
          "windows.csv")
          .table;
  const data::Dataset dataset =
      data::make_dataset(table, {.target = "tag", .share_embedding = {"before", "word", "after"}});
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < dataset.rows(); ++i) rows.push_back(i);
  Network network = build_network(
      dataset, rows,
      {.hidden = {20}, .activations = {Activation::tanh}, .preparation = {.embedding_width = 50}}, 1);
  return subject_of(std::move(network.model), "tagger", loss);
}

std::vector<std::string> titles(const Figure& figure) {
  std::vector<std::string> titles;
  for (const Figure::Node& node : figure.nodes) titles.push_back(node.title() + " " + node.shape);
  return titles;
}

std::string error_of(auto call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

// The figures of Goldberg's primer.

TEST(Scene, without_a_row_the_words_are_columns) {
  Subject subject = tagger("none");
  const std::vector<std::string> nodes = titles(figure_of(subject, scene_of(subject, {})));
  EXPECT_NE(std::ranges::find(nodes, "before 1×1 i64"), nodes.end());
  EXPECT_EQ(nodes.back(), "probabilities = softmax 1×4");
}

TEST(Scene, from_a_node_it_begins_there) {
  Subject subject = tagger("none");
  EXPECT_EQ(titles(figure_of(subject, scene_of(subject, {.view = {.from = "x"}}))),
            (std::vector<std::string>{"x 1×150", "W1 150×20", "matmul 1×20", "b1 1×20", "z1 = add 1×20",
                                      "h1 = tanh 1×20", "W2 20×4", "matmul 1×4", "b2 1×4", "scores = add 1×4",
                                      "probabilities = softmax 1×4"}));
}

TEST(Scene, with_words_expected_tag_and_loss) {
  Subject subject = tagger("negative-log-likelihood");
  data::Table row = row_of_words(subject.schema, "the black dog", "tagger");
  expect(subject, row, "ADJ");
  bind_row(subject, std::move(row));
  const Figure figure = figure_of(subject, scene_of(subject, {}));
  const std::vector<std::string> nodes = titles(figure);
  for (const char* node : {"the 1×1 i64", "black 1×1 i64", "dog 1×1 i64", "lookup 1×50", "x = concat 1×150",
                           "ADJ 1×1 i64", "pick 1×1", "log 1×1", "loss = neg 1×1"})
    EXPECT_NE(std::ranges::find(nodes, node), nodes.end()) << node;
  EXPECT_EQ(std::ranges::count(nodes, "lookup 1×50"), 3);
  for (const Figure::Node& node : figure.nodes)
    if (node.name == "the" || node.name == "ADJ") {
      EXPECT_EQ(node.kind, NodeKind::input);
    }
}

TEST(Scene, a_layer_a_node_and_what_lies_below) {
  Subject subject = tagger("none");
  bind_row(subject, row_of_words(subject.schema, "the black dog", "tagger"));
  EXPECT_EQ(titles(figure_of(subject, scene_of(subject, {.view = {.layer = 2}}))),
            (std::vector<std::string>{"h1 1×20", "W2 20×4", "matmul 1×4", "b2 1×4", "scores = add 1×4",
                                      "probabilities = softmax 1×4"}));
  EXPECT_EQ(titles(figure_of(subject, scene_of(subject, {.view = {.node = "h1"}}))),
            (std::vector<std::string>{"z1 1×20", "h1 = tanh 1×20"}));
  EXPECT_EQ(titles(figure_of(subject, scene_of(subject, {.view = {.depth = 1}}))),
            (std::vector<std::string>{"scores 1×4", "probabilities = softmax 1×4"}));
}

TEST(Scene, refuses_what_is_not_there) {
  Subject subject = tagger("none");
  EXPECT_EQ(error_of([&] { scene_of(subject, {.view = {.node = "h7"}}); }),
            "tagger: there is no node \"h7\"; did you mean h1?");
  EXPECT_EQ(
      error_of([&] { scene_of(subject, {.view = {.node = "something"}}); }),
      "tagger: there is no node \"something\"; there are features, E, x, W1, b1, z1, h1, W2, b2, scores, "
      "probabilities");
  EXPECT_EQ(error_of([&] { scene_of(subject, {.view = {.layer = 3}}); }),
            "there is no layer 3; the layers are 1 to 2");
  EXPECT_EQ(error_of([&] { scene_of(subject, {.values = true}); }), "tagger: no value for features");
  EXPECT_EQ(error_of([&] { scene_of(subject, {.gradients = true}); }),
            "tagger: has no loss to differentiate");
  EXPECT_EQ(error_of([&] { row_of_words(subject.schema, "the dog", "tagger"); }),
            "tagger: reads 3 words (before, word, after), found 2");
  EXPECT_EQ(error_of([&] { tagger("huber"); }), "the loss huber is for numbers; the model predicts classes");
}

TEST(Scene, a_node_and_a_layer_together) {
  Subject subject = tagger("none");
  EXPECT_EQ(titles(figure_of(subject, scene_of(subject, {.view = {.layer = 1, .node = "h1"}}))),
            (std::vector<std::string>{"z1 1×20", "h1 = tanh 1×20"}));
  EXPECT_EQ(error_of([&] { scene_of(subject, {.view = {.layer = 1, .depth = 1}}); }),
            "layer 1 has no node among those shown");
}

TEST(Scene, asked_for_again_has_the_same_nodes) {
  Subject subject = tagger("");
  const std::vector<std::string> first = titles(figure_of(subject, scene_of(subject, {.backward = true})));
  EXPECT_EQ(titles(figure_of(subject, scene_of(subject, {.backward = true}))), first);
}

TEST(SceneJson, holds_values_gradients_and_captions) {
  Subject subject = tagger("");
  data::Table row = row_of_words(subject.schema, "the black dog", "tagger");
  expect(subject, row, "ADJ");
  bind_row(subject, std::move(row));
  const Scene scene = scene_of(subject, {.values = true, .gradients = true, .backward = true});
  const auto json = scene_json(subject, scene, 100);
  EXPECT_EQ(json.at("row").at("word"), "black");
  bool has_backward = false, has_caption = false;
  int previous = -1;
  for (const auto& node : json.at("nodes")) {
    EXPECT_GT(node.at("id").get<int>(), previous);
    previous = node.at("id").get<int>();
    has_backward |= node.at("pass") == "backward";
    has_caption |= node.contains("caption") && node.at("caption") == "dog";
    if (node.contains("name") && node.at("name") == "W1") {
      EXPECT_FALSE(node.at("value").contains("values"));  // 150×20 are more than 100
      EXPECT_LT(node.at("value").at("summary").at("min"), 0);
      EXPECT_TRUE(node.contains("gradient_node"));
    }
    if (node.at("id") == json.at("loss")) {
      EXPECT_EQ(node.at("gradient").at("values"), nlohmann::ordered_json({1.0}));
    }
  }
  EXPECT_TRUE(has_backward);
  EXPECT_TRUE(has_caption);
}

}  // namespace
}  // namespace kette::scene_test
