#include "kette/graph/text.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <string>

#include "kette/graph/test_ops.h"
#include "kette/graph/verify.h"

namespace kette::text_test {
namespace {

using testing_ops::find;
using testing_ops::kJoin;
using testing_ops::kWave;
using testing_ops::message;

/// The text of the graph that `text` describes.
std::string reprinted(std::string_view text) {
  Graph graph;
  parse(text, graph, find);
  verify(graph);
  return print(graph);
}

std::string parse_error(std::string_view text) {
  Graph graph;
  return message([&] { parse(text, graph, find); });
}

TEST(Text, every_kind_of_node_prints_as_documented) {
  Graph graph;
  const Value x = graph.input("x", {kBatch, 3});
  const Value w = graph.parameter("layer1.W", {3});
  const Value half = graph.name(graph.constant(0.5), "half");
  graph.constant(Tensor(Shape({2, 2}, DType::i64), {int64_t{1}, int64_t{2}, int64_t{3}, int64_t{4}}));
  const Value y = graph.apply(kWave, {x}, {{"frequency", 2.0}});
  graph.apply(kWave, {y});
  graph.apply(kJoin, {w, w}, {{"axis", int64_t{0}}, {"sizes", std::vector<int64_t>{1, 2}}});
  graph.name(graph.apply(kWave, {half}), "a \"b\"");
  EXPECT_EQ(print(graph), R"(input x: f32[N,3]
parameter layer1.W: f32[3]
constant half: f32[] = 0.5
constant %3: i64[2,2] = [1, 2, 3, 4]
%4: f32[N,3] = wave(x, frequency=2.0)
%5: f32[N,3] = wave(%4)
%6: f32[3] = join(layer1.W, layer1.W, axis=0, sizes=[1, 2])
"a \"b\"": f32[] = wave(half)
)");
  EXPECT_EQ(reprinted(print(graph)), print(graph));
}

TEST(Text, parsing_gives_the_same_nodes) {
  Graph graph, parsed;
  const Value x = graph.input("x y", {kBatch}), y = graph.apply(kWave, {x}, {{"frequency", 1 / 3.0}});
  graph.apply(kJoin, {y, x, y}, {{"axis", int64_t{-1}}, {"mode", std::string("a\nb\x01\"")}});
  graph.constant(Tensor(Shape({0, 2})));
  parse(print(graph), parsed, find);
  ASSERT_EQ(parsed.size(), graph.size());
  for (int id = 0; id < graph.size(); ++id) {
    const Node &a = graph.node(id), &b = parsed.node(id);
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.op, b.op);
    EXPECT_EQ(a.inputs, b.inputs);
    EXPECT_EQ(a.attributes, b.attributes);
    EXPECT_EQ(a.shape, b.shape);
    EXPECT_EQ(a.name, b.name);
    ASSERT_EQ(a.value == nullptr, b.value == nullptr);
    if (a.value) {
      EXPECT_EQ(*a.value, *b.value);
    }
  }
}

TEST(Text, constants_keep_every_bit) {
  using F = std::numeric_limits<float>;
  using D = std::numeric_limits<double>;
  Graph graph, parsed;
  const Tensor f32(Shape({9}), {0.1f, -0.0f, F::max(), F::denorm_min(), F::infinity(), -F::infinity(),
                                F::quiet_NaN(), -F::quiet_NaN(), std::bit_cast<float>(0x7fc01234)});
  const Tensor f64(Shape({8}, DType::f64),
                   {0.1, -0.0, D::max(), D::denorm_min(), -D::infinity(), D::quiet_NaN(), -D::quiet_NaN(),
                    std::bit_cast<double>(0xfff8000000001234)});
  const Tensor i64(Shape({3}, DType::i64), {INT64_MIN, INT64_MAX, int64_t{(1LL << 53) + 1}});
  for (const Tensor& tensor : {f32, f64, i64}) graph.constant(tensor);
  parse(print(graph), parsed, find);
  EXPECT_EQ(*parsed.node(0).value, f32);
  EXPECT_EQ(*parsed.node(1).value, f64);
  EXPECT_EQ(*parsed.node(2).value, i64);
}

TEST(Text, real_attributes_keep_every_bit) {
  for (const double value :
       {0.1, -0.0, 1e300, 5e-324, HUGE_VAL, -HUGE_VAL, std::bit_cast<double>(0x7ff8000000000001)}) {
    Graph graph, parsed;
    graph.apply(kWave, {graph.input("x", {})}, {{"frequency", value}});
    parse(print(graph), parsed, find);
    EXPECT_EQ(parsed.node(1).attributes, graph.node(1).attributes) << value;
  }
}

TEST(Text, hand_written_forms_are_understood) {
  EXPECT_EQ(
      reprinted(
          "\n  # a comment\r\ninput x:f32[ N , 3 ]# another\n%99 = wave( x , frequency = 2 )\ny = wave(%99)"),
      "input x: f32[N,3]\n%1: f32[N,3] = wave(x, frequency=2.0)\ny: f32[N,3] = wave(%1)\n");
  EXPECT_EQ(reprinted(""), "");
  EXPECT_EQ(reprinted("input \"\\x41\\t\": f32[]"), "input \"A\\t\": f32[]\n");
}

TEST(Text, the_first_words_of_lines_may_be_names_of_nodes) {
  const std::string text =
      "input input: f32[3]\nparameter: f32[3] = wave(input)\nconstant: f32[3] = wave(parameter)\n"
      "N: f32[3] = wave(constant)\nnan: f32[3] = wave(N)\n";
  EXPECT_EQ(reprinted(text), text);
}

TEST(Text, equal_operations_become_one_node) {
  EXPECT_EQ(reprinted("input x: f32[3]\n%1 = wave(x)\n%2 = wave(x)\n%3 = wave(%2)"),
            "input x: f32[3]\n%1: f32[3] = wave(x)\n%2: f32[3] = wave(%1)\n");
  EXPECT_EQ(parse_error("input x: f32[3]\na = wave(x)\nb = wave(x)"),
            "graph:3:1: \"b\" is the same node as \"a\"; expected one name for it");
}

TEST(Text, operands_may_be_named_nodes_that_the_graph_already_has) {
  Graph graph;
  graph.input("x", {3});
  parse("y = wave(x)", graph, find);
  EXPECT_EQ(graph.find("y").id, 1);
}

TEST(Text, errors_name_their_place_and_what_was_expected) {
  const std::string x = "input x: f32[N,3]\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"x", "1:2: expected \":\" or \"=\", found the end of the text"},
      {"= wave(x)", "1:1: expected input, parameter, constant or the name of a node, found \"=\""},
      {"input %1: f32[]", "1:7: expected a name, found \"%1\""},
      {"input x f32[]", "1:9: expected \":\", found \"f32\""},
      {"input x: f16[3]", "1:10: [shape] unknown element type \"f16\"; expected f32, f64 or i64"},
      {"input x: f32[3,N]", "1:16: expected a dim: a whole number, found \"N\""},
      {"input x: f32[-1]", "1:14: expected a dim: N or a whole number, found \"-1\""},
      {"input x: f32[3,]", "1:16: expected a dim: a whole number, found \"]\""},
      {"input x: f32[1,1,1,1,1,1,1,1,1]", "1:30: expected at most 8 dims, found \"1\""},
      {"input x: f32[9000000000000000000]", "1:10: [shape] too many elements: dims [9000000000000000000]"},
      {"parameter W: f32[N]", "1:11: [graph] the parameter \"W\" has the symbolic dim N"},
      {"input x: f32[] f32", "1:16: expected the end of the line, found \"f32\""},
      {"constant c: f32[N] = []", "1:13: expected a shape without N, found \"f32\""},
      {"constant c: f32[2] = [1]", "1:22: expected 2 numbers for f32[2], found 1"},
      {"constant c: f32[1] = [1, 2]", "1:26: expected \"]\" after 1 numbers, found \"2\""},
      {"constant c: f32[4000000000000] = [1]",
       "1:34: expected 4000000000000 numbers for f32[4000000000000], found 1"},
      {"constant c: f32[2] = [1 2]", "1:25: expected \",\", found \"2\""},
      {"constant c: i64[] = 0.5", "1:21: expected a whole number of 64 bits, found \"0.5\""},
      {"constant c: f32[] = 1e39", "1:21: expected an f32 number, found \"1e39\""},
      {"constant c: f64[] = \"nan\"", "1:21: expected an f64 number, found \"\\\"nan\\\"\""},
      {x + "x = wave(x)", "2:1: expected a name not defined above, found \"x\""},
      {x + "y = wave", "2:9: expected \"(\", found the end of the text"},
      {x + "y = wave(x\n", "2:11: expected \",\" or \")\", found the end of the line"},
      {x + "y = wave(x,)", "2:12: expected an operand or attribute, found \")\""},
      {x + "y = wave(z)", "2:10: expected a node defined above, found \"z\""},
      {x + "y = wave(y)", "2:10: expected a node defined above, found \"y\""},
      {x + "y = wave(%0)", "2:10: expected a node defined above, found \"%0\""},
      {x + "y = wave(x, speed=1)", "2:13: expected an attribute of wave, found \"speed\""},
      {x + "y = wave(x, frequency=1, frequency=1)",
       "2:26: expected each attribute once, found \"frequency\""},
      {x + "y = wave(x, frequency=)",
       "2:23: expected a number, a quoted text or a list of whole numbers, found \")\""},
      {x + "y = wave(x, frequency=fast)", "2:23: expected an f64 number, found \"fast\""},
      {x + "y = join(x, axis=99999999999999999999)",
       "2:18: expected a whole number of 64 bits, found \"99999999999999999999\""},
      {x + "y = join(x, axis=0.5)", "2:5: [join] attribute \"axis\" is 0.5; expected the form of 0"},
      {x + "y = wave(x, x)", "2:5: [wave] takes 1 operand(s), found 2"},
      {x + "y: f32[N,4] = wave(x)", "2:2: expected the shape f32[N,3], which wave gives, found f32[N,4]"},
      {x + "größe: f32[]", "2:3: expected a name, a number or one of : = ( ) [ ] ,, found \"ö\""},
      {x + "\"größe\" z", "2:9: expected \":\" or \"=\", found \"z\""},
      {"input \"a: f32[]", "1:16: expected a closing quote, found the end of the text"},
      {"input \"\\q\": f32[]",
       "1:8: expected one of the escapes \\\" \\\\ \\n \\r \\t \\xHH, found \"\\\\q\""},
      {"input \"%1\": f32[]",
       "1:7: [graph] \"%1\" is not a name; a name is not empty and does not begin with %"},
      {"% = wave(x)", "1:1: expected a number after %, found \"%\""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_error(text), "graph:" + expected) << text;
}

TEST(Text, unknown_operations_suggest_a_near_one) {
  const auto suggestion = [](const std::string& name) {
    return parse_error("input x: f32[]\ny = " + name + "(x)");
  };
  const auto expected = [](const std::string& what, const std::string& found) {
    return "graph:2:5: expected an operation" + what + ", found \"" + found + "\"";
  };
  for (const char* name : {"wav", "wavee", "wvae", "wawe", "Wave", "waveform"})
    EXPECT_EQ(suggestion(name), expected(" (\"wave\"?)", name));
  for (const char* name : {"q", "frobnicate"}) EXPECT_EQ(suggestion(name), expected("", name));
}

TEST(Text, the_source_stands_in_messages) {
  Graph graph;
  EXPECT_EQ(message([&] { parse("\n?", graph, find, "net.txt"); }).substr(0, 13), "net.txt:2:1: ");
}

TEST(Text, long_findings_are_cut_between_characters) {
  std::string text = "input a";
  for (int i = 0; i < 100; ++i) text += "\"ä";
  EXPECT_LT(parse_error(text).size(), 150u);
  EXPECT_EQ(parse_error("x = " + std::string(100, 'q') + "()"),
            "graph:1:5: expected an operation, found \"" + std::string(40, 'q') + "\"…");
}

TEST(Text, a_long_graph_is_read_without_recursion) {
  Graph graph, parsed;
  Value x = graph.input("x", {3});
  for (int i = 0; i < 20000; ++i) x = graph.apply(kWave, {x});
  parse(print(graph), parsed, find);
  EXPECT_EQ(parsed.size(), graph.size());
}

}  // namespace
}  // namespace kette::text_test
