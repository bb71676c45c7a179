// L26 to L28, the three figures on computation graphs in [Goldberg 2015, "A Primer on Neural Network Models
// for Natural Language Processing", section 6]: a tagger without concrete input; with the words "the black
// dog"; with the expected tag and the loss. l26_goldberg FOLDER draws them there, as figure1.svg to
// figure3.svg.
#include <kette/kette.h>

#include <fstream>

using namespace kette;

constexpr int64_t kWords = 10000, kTags = 17;

Value tagger(Value x) {
  Graph& graph = *x.graph;
  const Value W1 = graph.parameter("W1", Shape({150, 20})), b1 = graph.parameter("b1", Shape({1, 20}));
  const Value W2 = graph.parameter("W2", Shape({20, kTags})), b2 = graph.parameter("b2", Shape({1, kTags}));
  return softmax(matmul(tanh(matmul(x, W1) + b1), W2) + b2);
}

Value words(Graph& graph) {
  const Value E = graph.parameter("E", Shape({kWords, 50}));
  std::vector<Value> rows;
  for (const char* word : {"the", "black", "dog"})
    rows.push_back(lookup(E, graph.input(word, Shape({1}, DType::i64))));
  return concat(rows, 1);  // three times 1×50 → 1×150
}

Value loss(Value tags) { return -log(pick(tags, tags.graph->input("expected", Shape({1}, DType::i64)))); }

int main(int count, char** arguments) {
  Graph figure1, figure2, figure3;
  tagger(figure1.input("x", Shape({1, 150})));
  tagger(words(figure2));
  const Value l = loss(tagger(words(figure3)));
  int number = 0;
  for (const Graph* graph : {&figure1, &figure2, &figure3}) {
    fmt::print("{}\n", to_text(figure_of(*graph)));
    ++number;
    if (count > 1)
      std::ofstream(fmt::format("{}/figure{}.svg", arguments[1], number)) << to_svg(figure_of(*graph));
  }

  // One step of descent on the loss: of the table only the rows of the three words change.
  std::vector<Parameter> weights;
  for (const char* name : {"E", "W1", "b1", "W2", "b2"})
    weights.push_back({figure3.find(name), {Initializer::Kind::glorot_uniform}});
  Parameters tensors = initialized(weights, /*seed=*/1);
  const Tensor before = tensors.at("E");
  const TrainingStep step = training_step(l, values_of(weights));
  Program program(std::vector{l}, step.updates, [&](std::string_view name) { return tensors.find(name); });
  const Shape index({1}, DType::i64);
  const Bindings inputs = {{"the", Tensor(index, {int64_t{11}})},
                           {"black", Tensor(index, {int64_t{222}})},
                           {"dog", Tensor(index, {int64_t{3333}})},
                           {"expected", Tensor(index, {int64_t{7}})},
                           {"learning_rate", Tensor(Shape({}), {0.5f})}};
  for (const auto& [name, tensor] : inputs) program.set(name, tensor);
  program.run();
  const float first = program.values<float>(0)[0];
  program.run();
  int64_t changed = 0;
  for (int64_t i = 0; i < before.size(); i += 50) changed += before.at(i) != tensors.at("E").at(i);
  fmt::print("loss {:.4f}, after one step {:.4f}; {} of {} rows of E changed\n", first,
             program.values<float>(0)[0], changed, kWords);
  return to_string(l.shape()) == "f32[1,1]" && program.values<float>(0)[0] < first && changed == 3 ? 0 : 1;
}
