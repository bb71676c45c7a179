#include "kette/source/c_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/compile/memory_plan.h"
#include "kette/graph/placeholders.h"
#include "kette/source/c_text.h"

namespace kette {
namespace {

constexpr DType kDTypes[] = {DType::f32, DType::f64, DType::i64};

std::string_view suffix_of(DType dtype) { return dtype == DType::f32 ? "f" : ""; }

/// Dims without those of 1: what loops run over.
std::vector<int64_t> looped_dims(const Shape& shape) {
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  std::erase(dims, 1);
  return dims;
}

/// An operand's strides along looped_dims(result); 0 where it is broadcast.
std::vector<int64_t> strides_along(const Shape& operand, const Shape& result) {
  std::vector<int64_t> strides;
  for (int axis = 0; axis < result.rank(); ++axis) {
    if (result[axis] == 1) continue;
    const int own = axis - (result.rank() - operand.rank());
    const bool repeats = own < 0 || operand[own] == 1;
    strides.push_back(repeats ? 0 : operand.product(own + 1, operand.rank()));
  }
  return strides;
}

/// Without · 1, + 0 · n and + 0 in what sizes and positions were filled in, and without the brackets left
/// over.
std::string without_idle_terms(std::string text) {
  static const std::pair<std::regex, const char*> kRules[] = {
      {std::regex(R"( \* 1(?![\w.]))"), ""},
      {std::regex(R"( \+ 0( \* \w+)*(?=[,;)\]]| \+))"), ""},
      {std::regex(R"(\[\((\w+ \+ \w+)\)\])"), "[$1]"}};
  for (const auto& [pattern, by] : kRules) text = std::regex_replace(text, pattern, by);
  return text;
}

// What the statements of operations name themselves.
constexpr std::string_view kTakenNames[] = {
    "a",  "b",  "e",  "i",    "j",       "k",     "l",   "m",         "n",       "x",
    "y",  "a0", "a1", "a2",   "a3",      "s0",    "s1",  "s2",        "s3",      "i0",
    "i1", "i2", "i3", "best", "largest", "total", "row", "workspace", "indices", "wide"};
constexpr std::string_view kLoopNames[] = {"i", "j", "k", "l", "m", "n", "i0", "i1"};
static_assert(std::size(kLoopNames) >= kMaxRank);

class StatementWriter {
 public:
  StatementWriter(const Module& module, const std::map<std::string, std::string>& inputs,
                  std::span<const std::string> outputs, std::string_view storage, CFunctions& functions)
      : graph_(*module.graph),
        wanted_(module.outputs),
        outputs_(outputs),
        storage_(storage),
        functions_(functions),
        values_(static_cast<size_t>(graph_.size())),
        taken_(std::begin(kTakenNames), std::end(kTakenNames)) {
    for (const auto& [name, array] : inputs) taken_.insert(array);
    taken_.insert(outputs.begin(), outputs.end());
    find_fixed();
    find_needed();
    compute_fixed();
    make_steps(inputs);
    find_uses();
    place();
  }

  CStatements statements() {
    std::string steps;
    for (size_t s = 0; s < steps_.size(); ++s) steps += steps_[s].joins ? loop(steps_[s]) : call(steps_[s]);
    for (size_t k = 0; k < wanted_.size(); ++k) {
      const int base = of(wanted_[k].id).base;
      if (of(base).array == outputs_[k]) continue;
      const Shape shape = shape_of(wanted_[k].id);
      steps += fmt::format("memcpy({}, {}, {} * sizeof({}));\n", outputs_[k], pointer(wanted_[k].id),
                           shape.size(), c_type(shape.dtype()));
    }
    return {constants_ + buffers_ + steps, workspace_bytes_, constant_bytes_};
  }

 private:
  struct ValueInfo {
    bool fixed = false, needed = false;
    Tensor value;        // fixed only
    int base = -1;       // the value in whose array this one lies: itself unless a view
    int64_t offset = 0;  // in that array
    int step = -1;       // that computes it; inputs and fixed ones have none
    int last_step = -1;  // that reads it, after its own
    std::string array;   // name; empty for what lives inside one step
  };
  struct Step {
    std::vector<int> ids;
    bool joins = false;  // element-wise
  };
  struct Buffer {
    BufferUse use;
    DType dtype;
    std::vector<int> values;
  };

  ValueInfo& of(int id) { return values_[static_cast<size_t>(id)]; }
  const Node& node(int id) const { return graph_.node(id); }
  Shape shape_of(int id) const {
    return node(id).shape.has_batch() ? node(id).shape.bind(1) : node(id).shape;
  }

  CCall call_of(const Node& node) const {
    CCall call{{}, node.shape.has_batch() ? node.shape.bind(1) : node.shape, node.attributes};
    for (const int input : node.inputs) call.input_shapes.push_back(shape_of(input));
    return call;
  }

  /// The first element of operand 0 that the value is, or −1 when it is computed.
  int64_t view_of(int id) const {
    const OpDef& op = *node(id).op;
    if (op.copies_if_same_size && shape_of(id).size() == shape_of(node(id).inputs[0]).size()) return 0;
    return op.c.view ? op.c.view(call_of(node(id))) : -1;
  }

  // Depends on nothing but constants and shapes.
  void find_fixed() {
    for (int id = 0; id < graph_.size(); ++id) {
      const Node& n = node(id);
      of(id).fixed = n.kind == NodeKind::constant ||
                     (n.kind == NodeKind::operation &&
                      (n.op->reads_shape_only ||
                       std::ranges::all_of(n.inputs, [&](int input) { return of(input).fixed; })));
    }
  }

  void find_needed() {
    for (const Value& wanted : wanted_) of(wanted.id).needed = true;
    std::set<std::string> without;
    for (int id = graph_.size() - 1; id >= 0; --id) {
      const Node& n = node(id);
      if (!of(id).needed || n.kind != NodeKind::operation) continue;
      if (!of(id).fixed && !n.op->c.is_there()) without.insert(std::string(n.op->name));
      if (of(id).fixed && n.op->reads_shape_only) continue;
      const size_t read = !of(id).fixed && view_of(id) >= 0 ? 1 : n.inputs.size();
      for (size_t i = 0; i < read; ++i) of(n.inputs[i]).needed = true;
    }
    if (!without.empty())
      fail("[export] the graph uses operations that have no C form: {}", fmt::join(without, ", "));
  }

  void compute_fixed() {
    std::vector<Reference> results(values_.size());
    for (int id = 0; id < graph_.size(); ++id) {
      if (!of(id).needed || !of(id).fixed) continue;
      const Node& n = node(id);
      if (n.kind == NodeKind::constant) {
        of(id).value = *n.value;
      } else {
        std::vector<const Reference*> in;
        for (const int input : n.inputs) {
          results[static_cast<size_t>(input)].shape = shape_of(input);
          in.push_back(&results[static_cast<size_t>(input)]);
        }
        Reference out{shape_of(id), std::vector<double>(static_cast<size_t>(shape_of(id).size()))};
        interpret_node(n, in, out);
        of(id).value = Tensor(out.shape);
        for (int64_t i = 0; i < of(id).value.size(); ++i)
          of(id).value.set(i, out.values[static_cast<size_t>(i)]);
      }
      Reference& result = results[static_cast<size_t>(id)];
      result.shape = of(id).value.shape();
      for (int64_t i = 0; i < of(id).value.size(); ++i) result.values.push_back(of(id).value.at(i));
      of(id).base = id;
    }
  }

  /// Whether an element-wise operation can be computed in the loop of a step: element by element from the
  /// same element of what is computed there, and from values computed before.
  bool fits(const Step& step, int id) {
    if (!step.joins || looped_dims(shape_of(step.ids.front())) != looped_dims(shape_of(id))) return false;
    return std::ranges::all_of(node(id).inputs, [&](int input) {
      const int base = of(input).base;
      if (std::ranges::find(step.ids, base) == step.ids.end()) return true;
      return base == input && shape_of(input).size() == shape_of(id).size();
    });
  }

  void make_steps(const std::map<std::string, std::string>& inputs) {
    for (int id = 0; id < graph_.size(); ++id) {
      ValueInfo& value = of(id);
      if (!value.needed || value.fixed) continue;
      const Node& n = node(id);
      value.base = id;
      if (n.kind != NodeKind::operation) {
        const auto found = inputs.find(n.name);
        if (found == inputs.end()) fail("[export] the graph also needs the input \"{}\"", n.name);
        value.array = found->second;
        continue;
      }
      if (const int64_t offset = view_of(id); offset >= 0) {
        value.base = of(n.inputs[0]).base;
        value.offset = of(n.inputs[0]).offset + offset;
        continue;
      }
      const bool joins = n.op->is_elementwise();
      if (steps_.empty() || !joins || !fits(steps_.back(), id)) steps_.push_back({{}, joins});
      steps_.back().ids.push_back(id);
      value.step = static_cast<int>(steps_.size()) - 1;
    }
  }

  void find_uses() {
    for (size_t s = 0; s < steps_.size(); ++s)
      for (const int id : steps_[s].ids)
        for (const int input : node(id).inputs)
          if (ValueInfo& read = of(input); read.base >= 0)
            if (ValueInfo& base = of(read.base); base.step != static_cast<int>(s))
              base.last_step = std::max(base.last_step, static_cast<int>(s));
    for (size_t k = 0; k < wanted_.size(); ++k) {
      const ValueInfo& value = of(wanted_[k].id);
      ValueInfo& base = of(value.base);
      const bool is_whole = base.step >= 0 && shape_of(value.base).size() == shape_of(wanted_[k].id).size();
      if (is_whole && base.array.empty())
        base.array = outputs_[k];  // computed in its place
      else
        base.last_step = static_cast<int>(steps_.size());
    }
  }

  /// A buffer that the step reads for the last time, element by element, and may write over.
  std::optional<size_t> buffer_to_take(const Step& step, int result, const std::vector<int>& buffer_of) {
    if (!step.joins) return std::nullopt;
    for (const int id : step.ids)
      for (const int input : node(id).inputs) {
        const int base = of(input).base;
        const int buffer = base >= 0 ? buffer_of[static_cast<size_t>(base)] : -1;
        if (buffer < 0 || of(base).step == of(result).step) continue;
        Buffer& candidate = buffers_used_[static_cast<size_t>(buffer)];
        const bool is_taken = candidate.use.last_step > of(result).step;
        if (is_taken || candidate.dtype != shape_of(result).dtype() ||
            candidate.use.bytes != shape_of(result).bytes() || !reads_in_order(step, base))
          continue;
        return static_cast<size_t>(buffer);
      }
    return std::nullopt;
  }

  /// Whether element i of the step's results is the only one that reads element i of the value.
  bool reads_in_order(const Step& step, int base) {
    for (const int id : step.ids)
      for (const int input : node(id).inputs)
        if (of(input).base == base &&
            (of(input).offset != 0 || shape_of(input).size() != shape_of(id).size()))
          return false;
    return true;
  }

  void place() {
    std::vector<int> buffer_of(values_.size(), -1);
    for (int s = 0; s < static_cast<int>(steps_.size()); ++s)
      for (const int id : steps_[static_cast<size_t>(s)].ids) {
        ValueInfo& value = of(id);
        if (!value.array.empty() || value.last_step < 0) continue;
        value.array = fresh_name(id);
        const auto taken = buffer_to_take(steps_[static_cast<size_t>(s)], id, buffer_of);
        const size_t buffer = taken.value_or(buffers_used_.size());
        if (!taken)
          buffers_used_.push_back({{shape_of(id).bytes(), s, value.last_step}, shape_of(id).dtype(), {}});
        buffers_used_[buffer].use.last_step = value.last_step;
        buffers_used_[buffer].values.push_back(id);
        buffer_of[static_cast<size_t>(id)] = static_cast<int>(buffer);
      }
    for (const DType dtype : kDTypes) place(dtype);
  }

  void place(DType dtype) {
    std::vector<BufferUse> uses;
    std::vector<const Buffer*> placed;
    for (const Buffer& buffer : buffers_used_)
      if (buffer.dtype == dtype) {
        uses.push_back(buffer.use);
        placed.push_back(&buffer);
      }
    const int64_t size = size_of(dtype);
    const MemoryPlan plan = plan_memory(uses, size);
    if (plan.total == 0) return;
    const std::string_view name = dtype == DType::f32   ? "workspace"
                                  : dtype == DType::f64 ? "wide"
                                                        : "indices";
    workspace_bytes_ += plan.total;
    buffers_ += fmt::format("{}{} {}[{}];\n", storage_, c_type(dtype), name, plan.total / size);
    for (size_t i = 0; i < placed.size(); ++i)
      for (const int id : placed[i]->values)
        buffers_ += fmt::format("{}* const {} = {} + {};\n", c_type(dtype), of(id).array, name,
                                plan.offsets[i] / size);
  }

  std::string fresh_name(int id) {
    const std::string& name = node(id).name;
    return distinct_name(name.empty() ? fmt::format("v{}", id) : c_identifier(name, "v"), taken_);
  }

  /// The name of the array that holds the value; that of a constant is written when it is first asked for.
  const std::string& array_of(int base) {
    ValueInfo& value = of(base);
    if (!value.fixed || !value.array.empty()) return value.array;
    value.array = fresh_name(base);
    std::string dims;
    for (const int64_t dim : value.value.shape().dims())
      dims += fmt::format("{}{}", dims.empty() ? "" : " * ", dim);
    if (dims.empty()) dims = "1";
    constant_bytes_ += value.value.shape().bytes();
    constants_ += fmt::format("static const {} {}[{}] = {};\n", c_type(value.value.dtype()), value.array,
                              dims, c_array(value.value));
    return value.array;
  }

  std::string pointer(int id) {
    const ValueInfo& value = of(id);
    const std::string& array = array_of(value.base);
    return value.offset == 0 ? array : fmt::format("({} + {})", array, value.offset);
  }

  /// One operation that is no loop over elements of its own.
  std::string call(const Step& step) {
    const int id = step.ids.front();
    const Node& n = node(id);
    const DType in = shape_of(n.inputs[0]).dtype(), out = n.shape.dtype();
    const std::string text = n.op->c.write ? n.op->c.write(call_of(n)) : std::string(n.op->c.text);
    const std::string filled =
        with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
          if (place == "y") return of(id).array;
          if (place == "T") return std::string(c_type(in));
          if (place == "Y") return std::string(c_type(out));
          if (place == "f") return std::string(suffix_of(in));
          for (size_t i = 0; i < n.inputs.size(); ++i)
            if (place == fmt::to_string(i)) return pointer(n.inputs[i]);
          return std::nullopt;
        });
    return fmt::format("// {}: {}{}\n", of(id).array, n.op->name, without_idle_terms(filled));
  }

  /// Neighbouring axes as one wherever all strides allow it.
  static void collapse(std::vector<int64_t>& dims, std::vector<std::vector<int64_t>*>& strides) {
    for (size_t axis = dims.size(); axis-- > 1;) {
      const auto joins = [&](const std::vector<int64_t>* s) {
        return (*s)[axis - 1] == (*s)[axis] * dims[axis];
      };
      if (!std::ranges::all_of(strides, joins)) continue;
      dims[axis - 1] *= dims[axis];
      dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
      for (std::vector<int64_t>* s : strides) s->erase(s->begin() + static_cast<std::ptrdiff_t>(axis) - 1);
    }
  }

  static std::string index(int64_t offset, const std::vector<int64_t>& strides) {
    std::string text = offset == 0 ? "" : fmt::to_string(offset);
    for (size_t axis = 0; axis < strides.size(); ++axis) {
      if (strides[axis] == 0) continue;
      if (!text.empty()) text += " + ";
      text += strides[axis] == 1 ? std::string(kLoopNames[axis])
                                 : fmt::format("{} * {}", kLoopNames[axis], strides[axis]);
    }
    return text.empty() ? "0" : text;
  }

  /// Element-wise operations, one after the other for each element.
  std::string loop(const Step& step) {
    const Shape whole = shape_of(step.ids.front());
    std::vector<int64_t> dims = looped_dims(whole), own = strides_along(whole, whole);
    std::map<std::pair<int, int>, std::vector<int64_t>> read;  // strides by operation and operand
    std::vector<std::vector<int64_t>*> strides{&own};
    for (const int id : step.ids)
      for (size_t i = 0; i < node(id).inputs.size(); ++i) {
        const int input = node(id).inputs[i];
        strides.push_back(&(read[{id, static_cast<int>(i)}] = strides_along(shape_of(input), shape_of(id))));
      }
    collapse(dims, strides);

    std::string operations, heads;
    std::vector<std::string> lines, stores;  // what a store overwrites may be read until the last line
    std::map<int, std::string> made;         // names of values in the loop
    for (const int id : step.ids) {
      std::vector<std::string> operands;
      for (size_t i = 0; i < node(id).inputs.size(); ++i) {
        const int input = node(id).inputs[i];
        const ValueInfo& value = of(input);
        if (made.contains(input))
          operands.push_back(made[input]);
        else if (of(value.base).fixed && shape_of(input).size() == 1)
          operands.push_back(literal_of(input));
        else
          operands.push_back(fmt::format("{}[{}]", array_of(value.base),
                                         index(value.offset, read[{id, static_cast<int>(i)}])));
      }
      const std::string expression = expression_of(id, operands);
      const std::string place =
          of(id).array.empty() ? "" : fmt::format("{}[{}]", of(id).array, index(0, own));
      operations += fmt::format("{}{}", operations.empty() ? "" : ", ", node(id).op->name);
      if (id == step.ids.back()) {
        lines.push_back(fmt::format("{} = {};", place, expression));
        continue;
      }
      made[id] = distinct_name(fmt::format("t{}", id), taken_);
      lines.push_back(fmt::format("const {} {} = {};", c_type(node(id).shape.dtype()), made[id], expression));
      if (!place.empty()) stores.push_back(fmt::format("{} = {};", place, made[id]));
    }
    lines.insert(lines.end(), stores.begin(), stores.end());
    int depth = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis, depth += 2)
      heads += indented(fmt::format("for (int32_t {0} = 0; {0} < {1}; ++{0})", kLoopNames[axis], dims[axis]),
                        depth) +
               (axis + 1 < dims.size() ? "\n" : "");
    const bool braces = lines.size() > 1 || dims.empty();
    const std::string body = fmt::format("{}\n", fmt::join(lines, "\n"));
    std::string text = fmt::format("// {}: {}\n{}", of(step.ids.back()).array, operations, heads);
    text += braces ? (dims.empty() ? "{\n" : " {\n") : "\n";
    text += indented(body, std::max(depth, 2));
    if (braces) text += indented("}\n", std::max(depth - 2, 0));
    return text;
  }

  std::string literal_of(int id) {
    const ValueInfo& value = of(id);
    const std::string number = c_number(of(value.base).value.at(value.offset), shape_of(id).dtype());
    return number.starts_with('-') ? "(" + number + ")" : number;
  }

  std::string expression_of(int id, const std::vector<std::string>& operands) {
    const Node& n = node(id);
    const DType dtype = n.shape.dtype();
    const std::string_view text = n.op->c.text;
    const bool is_function = text.find("return ") != text.npos;
    const std::string filled =
        with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
          if (place == "T") return std::string(c_type(dtype));
          if (place == "f") return std::string(suffix_of(dtype));
          for (size_t i = 0; i < operands.size(); ++i)
            if (place == fmt::to_string(i)) return is_function ? fmt::format("x{}", i) : operands[i];
          if (!n.op->attribute(place)) return std::nullopt;
          const std::string number = c_number(n.attributes.real(place), dtype);
          return number.starts_with('-') ? "(" + number + ")" : number;
        });
    if (!is_function) return filled;
    return fmt::format("{}({})", functions_.name(n.op->name, dtype, operands.size(), filled),
                       fmt::join(operands, ", "));
  }

  const Graph& graph_;
  std::vector<Value> wanted_;
  std::span<const std::string> outputs_;
  std::string storage_;
  CFunctions& functions_;
  std::vector<ValueInfo> values_;  // by id
  std::set<std::string> taken_;
  std::vector<Step> steps_;
  std::vector<Buffer> buffers_used_;
  std::string constants_, buffers_;
  int64_t workspace_bytes_ = 0, constant_bytes_ = 0;
};

}  // namespace

std::string CFunctions::name(std::string_view op, DType dtype, size_t operands, const std::string& body) {
  std::string parameters;
  for (size_t i = 0; i < operands; ++i)
    parameters += fmt::format("{}{} x{}", i == 0 ? "" : ", ", c_type(dtype), i);
  const std::string signature = fmt::format("({}) {{ {} }}\n", parameters, body);
  std::string& name = names_[signature];
  if (!name.empty()) return call_ + name;
  size_t same = 1;
  for (const auto& [other, known] : names_)
    same += known == op || known.starts_with(fmt::format("{}_v", op)) ? 1 : 0;
  name = same == 1 ? std::string(op) : fmt::format("{}_v{}", op, same);
  definitions_ += fmt::format("{}{} {}{}{}", head_, c_type(dtype), prefix_, name, signature);
  return call_ + name;
}

CStatements c_statements(const Module& module, const std::map<std::string, std::string>& inputs,
                         std::span<const std::string> outputs, std::string_view storage,
                         CFunctions& functions) {
  return StatementWriter(module, inputs, outputs, storage, functions).statements();
}

}  // namespace kette
