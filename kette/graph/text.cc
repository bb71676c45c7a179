#include "kette/graph/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "kette/base/error.h"
#include "kette/graph/literal.h"
#include "kette/graph/op_def.h"
#include "kette/graph/scanner.h"

namespace kette {
namespace {

std::string written_label(const Graph& graph, int id) {
  const std::string& name = graph.node(id).name;
  return name.empty() || is_plain_name(name) ? graph.label(id) : in_quotes(name);
}

template <class T>
std::string written_values(const Tensor& tensor) {
  const auto values = tensor.values<T>();
  if (tensor.shape().rank() == 0) return literal(values[0]);
  std::string text = "[";
  for (const T& value : values) {
    if (&value != values.data()) text += ", ";
    text += literal(value);
  }
  return text + "]";
}

std::string written_values(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::f32:
      return written_values<float>(tensor);
    case DType::f64:
      return written_values<double>(tensor);
    case DType::i64:
      return written_values<int64_t>(tensor);
  }
  return "";
}

std::string written_call(const Graph& graph, const Node& node) {
  std::string list;
  for (const int input : node.inputs) list += (list.empty() ? "" : ", ") + written_label(graph, input);
  for (const auto& [key, value] : node.attributes) {
    const AttributeSpec* spec = node.op->attribute(key);
    if (!spec->required && to_string(value) == to_string(spec->initial)) continue;
    list += fmt::format("{}{}={}", list.empty() ? "" : ", ", key, to_string(value));
  }
  return fmt::format("{}({})", node.op->name, list);
}

using FindOp = const OpDef* (*)(std::string_view);

/// A known operation one edit away, or spelled with other capitals, or whose name begins this one; else "".
std::string nearest(FindOp find_op, std::string_view name) {
  if (name.empty() || name.size() > 32) return "";
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (find_op(lower)) return lower;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_0123456789";
  for (size_t i = 0; i <= lower.size(); ++i) {
    std::string changed = lower;
    if (i + 1 < lower.size()) {
      std::swap(changed[i], changed[i + 1]);
      if (find_op(changed)) return changed;
    }
    if (i < lower.size() && find_op(changed = std::string(lower).erase(i, 1))) return changed;
    for (const char c : kLetters) {
      if (find_op(changed = std::string(lower).insert(i, 1, c))) return changed;
      if (i < lower.size() && find_op(changed = std::string(lower).replace(i, 1, 1, c))) return changed;
    }
  }
  for (size_t length = lower.size() - 1; length >= 2; --length)
    if (find_op(std::string_view(lower).substr(0, length))) return lower.substr(0, length);
  return "";
}

class Parser {
 public:
  Parser(std::string_view text, Graph& into, FindOp find_op, std::string_view source)
      : scanner_(text, source), into_(into), find_op_(find_op) {}

  void run() {
    while (scanner_.next_line()) {
      statement();
      scanner_.expect_end_of_line();
    }
  }

 private:
  void statement() {
    const Token first = scanner_.take();
    const bool declares = first.kind == TokenKind::name && scanner_.next().names_a_node();
    if (declares && first.text == "input") return leaf(NodeKind::input);
    if (declares && first.text == "parameter") return leaf(NodeKind::parameter);
    if (declares && first.text == "constant") return constant();
    if (!first.names_a_node()) scanner_.fail_at(first, "input, parameter, constant or the name of a node");
    operation(first);
  }

  void leaf(NodeKind kind) {
    const Token label = take_label();
    if (label.kind == TokenKind::label) scanner_.fail_at(label, "a name");
    scanner_.expect(':');
    const Shape shape = take_shape();
    define(label, placed(label, [&] {
             return kind == NodeKind::input ? into_.input(label.name, shape)
                                            : into_.parameter(label.name, shape);
           }));
  }

  void constant() {
    const Token label = take_label();
    scanner_.expect(':');
    const Token at = scanner_.next();
    const Shape shape = take_shape();
    if (shape.has_batch()) scanner_.fail_at(at, "a shape without N");
    scanner_.expect('=');
    switch (shape.dtype()) {
      case DType::f32:
        return define(label, into_.constant(take_tensor<float>(shape)));
      case DType::f64:
        return define(label, into_.constant(take_tensor<double>(shape)));
      case DType::i64:
        return define(label, into_.constant(take_tensor<int64_t>(shape)));
    }
  }

  void operation(const Token& label) {
    check_new(label);
    const Token shape_at = scanner_.next();
    std::optional<Shape> shape;
    if (scanner_.accept(':')) shape = take_shape();
    if (!shape && !shape_at.is('=')) scanner_.fail_at(shape_at, "\":\" or \"=\"");
    scanner_.expect('=');

    const Token name = scanner_.take();
    if (name.kind != TokenKind::name) scanner_.fail_at(name, "an operation");
    const OpDef* op = find_op_(name.text);
    if (!op) {
      const std::string suggestion = nearest(find_op_, name.text);
      scanner_.fail_at(
          name, suggestion.empty() ? "an operation" : fmt::format("an operation (\"{}\"?)", suggestion));
    }
    scanner_.expect('(');
    std::vector<Value> operands;
    Attributes attributes;
    if (!scanner_.accept(')')) {
      do take_argument(*op, operands, attributes);
      while (scanner_.accept(','));
      if (!scanner_.accept(')')) scanner_.fail_at(scanner_.next(), "\",\" or \")\"");
    }
    const Value value = placed(name, [&] { return into_.apply(*op, operands, attributes); });
    if (shape && value.shape() != *shape)
      fail("{}expected the shape {}, which {} gives, found {}", scanner_.place(shape_at),
           to_string(value.shape()), op->name, to_string(*shape));
    define(label, value);
  }

  void take_argument(const OpDef& op, std::vector<Value>& operands, Attributes& attributes) {
    const Token token = scanner_.take();
    if (!token.names_a_node()) scanner_.fail_at(token, "an operand or attribute");
    if (token.kind != TokenKind::name || !scanner_.accept('=')) return operands.push_back(known(token));
    if (!op.attribute(token.text)) scanner_.fail_at(token, fmt::format("an attribute of {}", op.name));
    if (attributes.find(token.text)) scanner_.fail_at(token, "each attribute once");
    attributes.set(token.text, take_attribute());
  }

  Attribute take_attribute() {
    const Token token = scanner_.take();
    if (token.kind == TokenKind::quoted) return token.name;
    if (token.is('[')) return take_list<int64_t>(INT64_MAX);
    if (token.kind != TokenKind::number && token.kind != TokenKind::name)
      scanner_.fail_at(token, "a number, a quoted text or a list of whole numbers");
    const bool whole = token.text.find_first_not_of("-0123456789") == token.text.npos;
    return whole ? Attribute(number<int64_t>(token)) : Attribute(number<double>(token));
  }

  Shape take_shape() {
    const Token first = scanner_.take();
    if (first.kind != TokenKind::name) scanner_.fail_at(first, "a shape, as f32[N,10]");
    const DType dtype = placed(first, [&] { return parse_dtype(first.text); });
    scanner_.expect('[');
    std::vector<int64_t> dims;
    while (!scanner_.accept(']')) {
      if (!dims.empty()) scanner_.expect(',');
      const Token token = scanner_.take();
      const auto dim =
          dims.empty() && token.text == "N" ? kBatch : read_literal<int64_t>(token.text).value_or(-2);
      if (dim < 0 && (dim != kBatch || token.text != "N"))
        scanner_.fail_at(token, dims.empty() ? "a dim: N or a whole number" : "a dim: a whole number");
      if (dims.size() == kMaxRank) scanner_.fail_at(token, fmt::format("at most {} dims", kMaxRank));
      dims.push_back(dim);
    }
    return placed(first, [&] { return Shape(dims, dtype); });
  }

  /// The memory is that of the elements which stand in the text, whatever the shape says.
  template <class T>
  Tensor take_tensor(const Shape& shape) {
    if (shape.rank() == 0) return Tensor(shape, {number<T>(scanner_.take())});
    const Token open = scanner_.next();
    scanner_.expect('[');
    const std::vector<T> values = take_list<T>(shape.size());
    if (static_cast<int64_t>(values.size()) != shape.size())
      fail("{}expected {} numbers for {}, found {}", scanner_.place(open), shape.size(), to_string(shape),
           values.size());
    return Tensor(shape, std::span<const T>(values));
  }

  /// After the opening bracket.
  template <class T>
  std::vector<T> take_list(int64_t limit) {
    std::vector<T> values;
    while (!scanner_.accept(']')) {
      if (!values.empty()) scanner_.expect(',');
      if (static_cast<int64_t>(values.size()) == limit)
        scanner_.fail_at(scanner_.next(), fmt::format("\"]\" after {} numbers", limit));
      values.push_back(number<T>(scanner_.take()));
    }
    return values;
  }

  template <class T>
  T number(const Token& token) const {
    const bool candidate = token.kind == TokenKind::number || token.kind == TokenKind::name;  // nan, inf
    const std::optional<T> value = candidate ? read_literal<T>(token.text) : std::nullopt;
    if (!value)
      scanner_.fail_at(token, std::is_integral_v<T> ? "a whole number of 64 bits"
                              : sizeof(T) == 4      ? "an f32 number"
                                                    : "an f64 number");
    return *value;
  }

  Token take_label() {
    Token label = scanner_.take();
    check_new(label);
    return label;
  }

  void check_new(const Token& label) const {
    if (labels_.contains(label.name)) scanner_.fail_at(label, "a name not defined above");
  }

  Value known(const Token& token) const {
    const auto at = labels_.find(token.name);
    if (at != labels_.end()) return at->second;
    const Value value = token.kind == TokenKind::label ? Value{} : into_.find(token.name);
    if (!value) scanner_.fail_at(token, "a node defined above");
    return value;
  }

  void define(const Token& label, Value value) {
    if (label.kind != TokenKind::label) {
      const std::string& name = into_.node(value).name;
      if (!name.empty() && name != label.name)
        fail("{}{} is the same node as {}; expected one name for it", scanner_.place(label),
             in_quotes(label.name), in_quotes(name));
      placed(label, [&] { return into_.name(value, label.name); });
    }
    labels_.emplace(label.name, value);
  }

  /// What `make` gives; its Error names the place of `token`.
  template <class Make>
  auto placed(const Token& token, Make make) const -> decltype(make()) {
    try {
      return make();
    } catch (const Error& error) {
      throw Error(scanner_.place(token) + error.what());
    }
  }

  Scanner scanner_;
  Graph& into_;
  FindOp find_op_;
  std::unordered_map<std::string, Value> labels_;
};

}  // namespace

std::string print(const Graph& graph) {
  std::string text;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    const std::string head = fmt::format("{}: {}", written_label(graph, id), to_string(node.shape));
    switch (node.kind) {
      case NodeKind::input:
        text += "input " + head;
        break;
      case NodeKind::parameter:
        text += "parameter " + head;
        break;
      case NodeKind::constant:
        text += "constant " + head + " = " + written_values(*node.value);
        break;
      case NodeKind::operation:
        text += head + " = " + written_call(graph, node);
        break;
    }
    text += '\n';
  }
  return text;
}

void parse(std::string_view text, Graph& into, const OpDef* (*find_op)(std::string_view),
           std::string_view source) {
  Parser(text, into, find_op, source).run();
}

}  // namespace kette
