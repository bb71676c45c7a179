#include "kette/graph/verify.h"

#include <gtest/gtest.h>

#include <functional>

#include "kette/graph/test_ops.h"

namespace kette::verify_test {
namespace {

using testing_ops::kJoin;
using testing_ops::kWave;
using testing_ops::message;

/// 0 x, 1 W, 2 constant 0.5, 3 wave(x), 4 h = join(W, W, axis=0).
std::vector<Node> sound_nodes() {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 3}), w = graph.parameter("W", {3});
  graph.constant(0.5);
  graph.apply(kWave, {x});
  graph.name(graph.apply(kJoin, {w, w}, {{"axis", int64_t{0}}}), "h");
  verify(graph);
  return {graph.nodes().begin(), graph.nodes().end()};
}

/// What verify says of the sound nodes after `damage`.
std::string finding(const std::function<void(std::vector<Node>&)>& damage) {
  std::vector<Node> nodes = sound_nodes();
  damage(nodes);
  return message([&] { verify(nodes); });
}

TEST(Verify, sound_graphs_pass) {
  EXPECT_NO_THROW(verify(sound_nodes()));
  EXPECT_NO_THROW(verify(Graph()));
}

TEST(Verify, operands_must_come_before_the_node) {
  EXPECT_EQ(finding([](auto& n) { n[3].inputs = {3}; }),
            "[verify] node %3 = wave has the operand %3, which is not before it");
  EXPECT_EQ(finding([](auto& n) { n[3].inputs = {-1}; }),
            "[verify] node %3 = wave has the operand %-1, which is not before it");
  EXPECT_EQ(finding([](auto& n) { n[4].inputs[1] = 99; }),
            "[verify] node %4 = join, named \"h\" has the operand %99, which is not before it");
}

TEST(Verify, operations_take_their_number_of_operands) {
  EXPECT_EQ(finding([](auto& n) {
              n[3].inputs = {0, 0};
            }),
            "[verify] node %3 = wave has 2 operand(s); expected 1 to 1");
}

TEST(Verify, shapes_are_those_of_inference) {
  EXPECT_EQ(finding([](auto& n) { n[3].shape = Shape({3}); }),
            "[verify] node %3 = wave has the shape f32[3]; its operands give f32[N,3]");
  EXPECT_EQ(finding([](auto& n) {
              n[4].inputs = {0, 1};
            }),
            "[verify] node %4 = join, named \"h\" has operands that do not fit: "
            "[join] operands differ: f32[N,3] and f32[3]");
}

TEST(Verify, attributes_are_those_of_the_definition) {
  EXPECT_EQ(finding([](auto& n) { n[3].attributes = {}; }),
            "[verify] node %3 = wave lacks the attribute \"frequency\"");
  EXPECT_EQ(finding([](auto& n) { n[3].attributes.set("speed", 1.0); }),
            "[verify] node %3 = wave has the attribute \"speed\", which wave has not");
  EXPECT_EQ(finding([](auto& n) { n[3].attributes.set("frequency", int64_t{1}); }),
            "[verify] node %3 = wave has 1 for the attribute \"frequency\"; expected the form of 1.0");
}

TEST(Verify, an_identity_exists_once) {
  EXPECT_EQ(finding([](auto& n) { n.push_back(n[3]); }),
            "[verify] node %5 = wave is the same as node %3; expected one node for both");
  EXPECT_EQ(finding([](auto& n) {
              n.push_back(n[2]);
              n.back().value = std::make_shared<const Tensor>(*n[2].value);
            }),
            "[verify] node %5 is the same as node %2; expected one node for both");
}

TEST(Verify, names_exist_once_and_are_names) {
  EXPECT_EQ(finding([](auto& n) { n[3].name = std::string("W"); }),
            "[verify] node %3 = wave, named \"W\" has the name of node %1");
  EXPECT_EQ(finding([](auto& n) { n[3].name = "%3"; }),
            "[verify] node %3 = wave, named \"%3\" has a name that begins with %");
}

TEST(Verify, leaves_have_what_leaves_have_and_no_more) {
  const auto contains = [](const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
  };
  const auto value = std::make_shared<const Tensor>(Shape({2}));
  EXPECT_PRED2(contains, finding([](auto& n) { n[0].name = ""; }),
               "node %0 is an input or parameter without a name");
  EXPECT_PRED2(contains, finding([&](auto& n) { n[1].value = value; }), "an input or parameter with a value");
  EXPECT_PRED2(contains, finding([](auto& n) { n[1].shape = {kBatch}; }),
               "is a parameter of the shape f32[N]");
  EXPECT_PRED2(contains, finding([](auto& n) { n[0].op = &kWave; }), "is a leaf with an operation");
  EXPECT_PRED2(contains, finding([](auto& n) { n[1].inputs = {0}; }), "is a leaf with 1 operand(s)");
  EXPECT_PRED2(contains, finding([](auto& n) {
                 n[2].attributes = {{"a", 1.0}};
               }),
               "is a leaf with attributes");
  EXPECT_PRED2(contains, finding([](auto& n) { n[2].value = nullptr; }), "is a constant without a value");
  EXPECT_PRED2(contains, finding([&](auto& n) { n[2].value = value; }),
               "of the shape f32[] with a value of f32[2]");
  EXPECT_PRED2(contains, finding([](auto& n) { n[3].op = nullptr; }), "is an operation without a definition");
  EXPECT_PRED2(contains, finding([&](auto& n) { n[3].value = value; }), "is an operation with a value");
}

}  // namespace
}  // namespace kette::verify_test
