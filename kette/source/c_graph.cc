#include "kette/source/c_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <utility>

#include "kette/graph/op_def.h"
#include "kette/graph/placeholders.h"
#include "kette/source/c_plan.h"
#include "kette/source/c_text.h"

namespace kette {
namespace {

std::string_view suffix_of(DType dtype) { return dtype == DType::f32 ? "f" : ""; }

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

constexpr std::string_view kLoopNames[] = {"i", "j", "k", "l", "m", "n", "i0", "i1"};
static_assert(std::size(kLoopNames) >= kMaxRank);

class StatementWriter {
 public:
  StatementWriter(const Module& module, const std::map<std::string, std::string>& inputs,
                  std::span<const std::string> outputs, std::string_view storage, CFunctions& functions)
      : module_(module),
        outputs_(outputs),
        storage_(storage),
        functions_(functions),
        plan_(module, inputs, outputs) {}

  CStatements statements() {
    std::string steps;
    for (const CStep& step : plan_.steps()) steps += step.is_loop ? loop(step) : call(step);
    for (size_t k = 0; k < outputs_.size(); ++k) {
      const int id = module_.outputs[k].id;
      if (plan_.of(plan_.of(id).base).array == outputs_[k]) continue;
      const Shape shape = plan_.shape(id);
      steps += fmt::format("memcpy({}, {}, {} * sizeof({}));\n", outputs_[k], pointer(id), shape.size(),
                           c_type(shape.dtype()));
    }
    const std::string arrays =
        buffers(DType::f32, "workspace") + buffers(DType::f64, "wide") + buffers(DType::i64, "indices");
    return {constants_ + arrays + steps, workspace_bytes_, constant_bytes_};
  }

 private:
  std::string buffers(DType dtype, std::string_view name) {
    const int64_t bytes = plan_.bytes(dtype);
    if (bytes == 0) return "";
    workspace_bytes_ += bytes;
    std::string text = fmt::format("{}{} {}[{}];\n", storage_, c_type(dtype), name, bytes / size_of(dtype));
    for (const CBuffer& buffer : plan_.buffers())
      for (size_t i = 0; buffer.dtype == dtype && i < buffer.values.size(); ++i)
        text += fmt::format("{}* const {} = {} + {};\n", c_type(dtype), plan_.of(buffer.values[i]).array,
                            name, buffer.offset);
    return text;
  }

  /// The name of the array that holds the value; that of a constant is written when it is first asked for.
  const std::string& array_of(int base) {
    CValue& value = plan_.of(base);
    if (!value.fixed || !value.array.empty()) return value.array;
    value.array = plan_.array_name(base);
    const Shape& shape = value.value.shape();
    constant_bytes_ += shape.bytes();
    constants_ += fmt::format("static const {} {}[{}] = {};\n", c_type(shape.dtype()), value.array,
                              shape.rank() == 0 ? "1" : fmt::to_string(fmt::join(shape.dims(), " * ")),
                              c_array(value.value));
    return value.array;
  }

  std::string pointer(int id) {
    const CValue& value = plan_.of(id);
    const std::string& array = array_of(value.base);
    return value.offset == 0 ? array : fmt::format("({} + {})", array, value.offset);
  }

  /// One operation that is no loop over elements of its own.
  std::string call(const CStep& step) {
    const int id = step.ids.front();
    const Node& n = plan_.node(id);
    const DType in = plan_.shape(n.inputs[0]).dtype(), out = n.shape.dtype();
    const std::string text = n.op->c.write ? n.op->c.write(plan_.call(n)) : std::string(n.op->c.text);
    const std::string filled =
        with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
          if (place == "y") return plan_.of(id).array;
          if (place == "T") return std::string(c_type(in));
          if (place == "Y") return std::string(c_type(out));
          if (place == "f") return std::string(suffix_of(in));
          for (size_t i = 0; i < n.inputs.size(); ++i)
            if (place == fmt::to_string(i)) return pointer(n.inputs[i]);
          return std::nullopt;
        });
    return fmt::format("// {}: {}{}\n", plan_.of(id).array, n.op->name, without_idle_terms(filled));
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
  std::string loop(const CStep& step) {
    const Shape whole = plan_.shape(step.ids.front());
    std::vector<int64_t> dims = looped_dims(whole), own = strides_along(whole, whole);
    std::map<std::pair<int, int>, std::vector<int64_t>> read;  // strides by operation and operand
    std::vector<std::vector<int64_t>*> strides{&own};
    for (const int id : step.ids)
      for (size_t i = 0; i < plan_.node(id).inputs.size(); ++i) {
        const int input = plan_.node(id).inputs[i];
        strides.push_back(
            &(read[{id, static_cast<int>(i)}] = strides_along(plan_.shape(input), plan_.shape(id))));
      }
    collapse(dims, strides);

    std::string operations, heads;
    std::vector<std::string> lines, stores;  // what a store overwrites may be read until the last line
    std::map<int, std::string> made;         // names of values in the loop
    for (const int id : step.ids) {
      std::vector<std::string> operands;
      for (size_t i = 0; i < plan_.node(id).inputs.size(); ++i) {
        const int input = plan_.node(id).inputs[i];
        const CValue& value = plan_.of(input);
        if (made.contains(input))
          operands.push_back(made[input]);
        else if (plan_.of(value.base).fixed && plan_.shape(input).size() == 1)
          operands.push_back(literal_of(input));
        else
          operands.push_back(fmt::format("{}[{}]", array_of(value.base),
                                         index(value.offset, read[{id, static_cast<int>(i)}])));
      }
      const std::string expression = expression_of(id, operands);
      const std::string place =
          plan_.of(id).array.empty() ? "" : fmt::format("{}[{}]", plan_.of(id).array, index(0, own));
      operations += fmt::format("{}{}", operations.empty() ? "" : ", ", plan_.node(id).op->name);
      if (id == step.ids.back()) {
        lines.push_back(fmt::format("{} = {};", place, expression));
        continue;
      }
      made[id] = plan_.distinct(fmt::format("t{}", id));
      lines.push_back(
          fmt::format("const {} {} = {};", c_type(plan_.node(id).shape.dtype()), made[id], expression));
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
    std::string text = fmt::format("// {}: {}\n{}", plan_.of(step.ids.back()).array, operations, heads);
    text += braces ? (dims.empty() ? "{\n" : " {\n") : "\n";
    text += indented(body, std::max(depth, 2));
    if (braces) text += indented("}\n", std::max(depth - 2, 0));
    return text;
  }

  std::string literal_of(int id) {
    const CValue& value = plan_.of(id);
    const std::string number = c_number(plan_.of(value.base).value.at(value.offset), plan_.shape(id).dtype());
    return number.starts_with('-') ? "(" + number + ")" : number;
  }

  std::string expression_of(int id, const std::vector<std::string>& operands) {
    const Node& n = plan_.node(id);
    const DType dtype = n.shape.dtype();
    const std::string_view text = n.op->c.text;
    const bool is_function = text.find("return ") != text.npos;
    std::string filled = with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
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

  const Module& module_;
  std::span<const std::string> outputs_;
  std::string storage_;
  CFunctions& functions_;
  CPlan plan_;
  std::string constants_;
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
