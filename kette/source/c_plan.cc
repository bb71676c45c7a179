#include "kette/source/c_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/source/c_text.h"

namespace kette {
namespace {

// What the statements of operations name themselves.
constexpr std::string_view kTakenNames[] = {
    "a",  "b",  "e",    "i",       "j",     "k",   "l",         "m",       "n",   "x",  "y",
    "a0", "a1", "a2",   "a3",      "s0",    "s1",  "s2",        "s3",      "i0",  "i1", "i2",
    "i3", "i4", "best", "largest", "total", "row", "workspace", "indices", "wide"};

}  // namespace

std::vector<int64_t> looped_dims(const Shape& shape) {
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  std::erase(dims, 1);
  return dims;
}

CPlan::CPlan(const Module& module, const std::map<std::string, std::string>& inputs,
             std::span<const std::string> outputs)
    : graph_(*module.graph),
      wanted_(module.outputs),
      outputs_(outputs),
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

CCall CPlan::call(const Node& node) const {
  CCall call{{}, node.shape.has_batch() ? node.shape.bind(1) : node.shape, node.attributes};
  for (const int input : node.inputs) call.input_shapes.push_back(shape(input));
  return call;
}

std::string CPlan::distinct(const std::string& name) { return distinct_name(name, taken_); }

std::string CPlan::array_name(int id) {
  const std::string& name = node(id).name;
  return distinct(name.empty() ? fmt::format("v{}", id) : c_identifier(name, "v"));
}

/// The first element of operand 0 that the value is, or −1 when it is computed.
int64_t CPlan::view(int id) const {
  const OpDef& op = *node(id).op;
  if (op.copies_if_same_size && shape(id).size() == shape(node(id).inputs[0]).size()) return 0;
  return op.c.view ? op.c.view(call(node(id))) : -1;
}

void CPlan::find_fixed() {
  for (int id = 0; id < graph_.size(); ++id) {
    const Node& n = node(id);
    const auto is_fixed = [&](int input) { return of(input).fixed; };
    of(id).fixed =
        n.kind == NodeKind::constant || (n.kind == NodeKind::operation &&
                                         (n.op->reads_shape_only || std::ranges::all_of(n.inputs, is_fixed)));
  }
}

void CPlan::find_needed() {
  for (const Value& wanted : wanted_) of(wanted.id).needed = true;
  std::set<std::string_view> without;
  for (int id = graph_.size() - 1; id >= 0; --id) {
    const Node& n = node(id);
    if (!of(id).needed || n.kind != NodeKind::operation || (of(id).fixed && n.op->reads_shape_only)) continue;
    if (!of(id).fixed && !n.op->c.is_there()) without.insert(n.op->name);
    const size_t read = !of(id).fixed && view(id) >= 0 ? 1 : n.inputs.size();
    for (size_t i = 0; i < read; ++i) of(n.inputs[i]).needed = true;
  }
  if (!without.empty())
    fail("[export] the graph uses operations that have no C form: {}", fmt::join(without, ", "));
}

void CPlan::compute_fixed() {
  for (int id = 0; id < graph_.size(); ++id) {
    CValue& value = of(id);
    if (!value.needed || !value.fixed) continue;
    const Node& n = node(id);
    value.base = id;
    if (n.kind == NodeKind::constant) {
      value.value = *n.value;
      continue;
    }
    std::vector<Reference> x;
    std::vector<const Reference*> in;
    for (const int input : n.inputs) {
      x.push_back({shape(input), {}});
      const Tensor& known = of(input).value;
      for (int64_t i = 0; of(input).base >= 0 && i < known.size(); ++i)
        x.back().values.push_back(known.at(i));
    }
    for (const Reference& reference : x) in.push_back(&reference);
    Reference out{shape(id), std::vector<double>(static_cast<size_t>(shape(id).size()))};
    interpret_node(n, in, out);
    value.value = Tensor(out.shape);
    for (int64_t i = 0; i < value.value.size(); ++i) value.value.set(i, out.values[static_cast<size_t>(i)]);
  }
}

/// Whether an element-wise operation can be computed in the loop of a step: from the same element of what is
/// computed there, and from values computed before.
bool CPlan::fits(const CStep& step, int id) {
  if (!step.is_loop || looped_dims(shape(step.ids.front())) != looped_dims(shape(id))) return false;
  return std::ranges::all_of(node(id).inputs, [&](int input) {
    const int base = of(input).base;
    if (std::ranges::find(step.ids, base) == step.ids.end()) return true;
    return base == input && shape(input).size() == shape(id).size();
  });
}

void CPlan::make_steps(const std::map<std::string, std::string>& inputs) {
  for (int id = 0; id < graph_.size(); ++id) {
    CValue& value = of(id);
    if (!value.needed || value.fixed) continue;
    const Node& n = node(id);
    value.base = id;
    if (n.kind != NodeKind::operation) {
      const auto found = inputs.find(n.name);
      if (found == inputs.end()) fail("[export] the graph also needs the input \"{}\"", n.name);
      value.array = found->second;
      continue;
    }
    if (const int64_t offset = view(id); offset >= 0) {
      value.base = of(n.inputs[0]).base;
      value.offset = of(n.inputs[0]).offset + offset;
      continue;
    }
    const bool is_loop = n.op->is_elementwise();
    if (steps_.empty() || !is_loop || !fits(steps_.back(), id)) steps_.push_back({{}, is_loop});
    steps_.back().ids.push_back(id);
    value.step = static_cast<int>(steps_.size()) - 1;
  }
}

void CPlan::find_uses() {
  for (int s = 0; s < static_cast<int>(steps_.size()); ++s)
    for (const int id : steps_[static_cast<size_t>(s)].ids)
      for (const int input : node(id).inputs) {
        if (of(input).base < 0) continue;  // an operand that a view does not read
        CValue& base = of(of(input).base);
        if (base.step != s) base.last_step = std::max(base.last_step, s);
      }
  for (size_t k = 0; k < wanted_.size(); ++k) {
    const int id = of(wanted_[k].id).base;
    CValue& base = of(id);
    if (base.step >= 0 && base.array.empty() && shape(id).size() == shape(wanted_[k].id).size())
      base.array = outputs_[k];  // computed in its place
    else
      base.last_step = static_cast<int>(steps_.size());
  }
}

/// Whether the step reads element i of the value for element i of its results alone.
bool CPlan::reads_in_order(const CStep& step, int base) {
  for (const int id : step.ids)
    for (const int input : node(id).inputs)
      if (of(input).base == base && (of(input).offset != 0 || shape(input).size() != shape(id).size()))
        return false;
  return true;
}

/// A buffer that the step reads for the last time and may write over; −1 where there is none.
int CPlan::buffer_to_take(const CStep& step, int result, const std::vector<int>& buffer_of) {
  if (!step.is_loop) return -1;
  for (const int id : step.ids)
    for (const int input : node(id).inputs) {
      const int base = of(input).base;
      const int number = base >= 0 ? buffer_of[static_cast<size_t>(base)] : -1;
      if (number < 0 || of(base).step == of(result).step) continue;
      const CBuffer& buffer = buffers_[static_cast<size_t>(number)];
      const bool is_free = buffer.use.last_step <= of(result).step;
      const bool fits = buffer.dtype == shape(result).dtype() && buffer.use.bytes == shape(result).bytes();
      if (is_free && fits && reads_in_order(step, base)) return number;
    }
  return -1;
}

void CPlan::place() {
  std::vector<int> buffer_of(values_.size(), -1);
  for (const CStep& step : steps_)
    for (const int id : step.ids) {
      CValue& value = of(id);
      if (!value.array.empty() || value.last_step < 0) continue;
      value.array = array_name(id);
      int& number = buffer_of[static_cast<size_t>(id)] = buffer_to_take(step, id, buffer_of);
      if (number < 0) {
        number = static_cast<int>(buffers_.size());
        buffers_.push_back({{shape(id).bytes(), value.step, value.last_step}, shape(id).dtype(), {}});
      }
      CBuffer& buffer = buffers_[static_cast<size_t>(number)];
      buffer.use.last_step = value.last_step;
      buffer.values.push_back(id);
    }
  for (const DType dtype : {DType::f32, DType::f64, DType::i64}) place(dtype);
}

void CPlan::place(DType dtype) {
  std::vector<BufferUse> uses;
  std::vector<CBuffer*> placed;
  for (CBuffer& buffer : buffers_)
    if (buffer.dtype == dtype) {
      uses.push_back(buffer.use);
      placed.push_back(&buffer);
    }
  const int64_t size = size_of(dtype);
  const MemoryPlan plan = plan_memory(uses, size);
  bytes_[dtype] = plan.total;
  for (size_t i = 0; i < placed.size(); ++i) placed[i]->offset = plan.offsets[i] / size;
}

}  // namespace kette
