#include "kette/compile/program.h"

#include <algorithm>
#include <cstring>

#include "kette/base/error.h"
#include "kette/compile/plan.h"
#include "kette/graph/verify.h"

namespace kette {
namespace {

constexpr size_t kMostPlans = 8;  // batch sizes that stay prepared

std::vector<std::pair<std::string, Shape>> inputs_of(const Graph& graph, std::span<const Value> given) {
  std::vector<std::pair<std::string, Shape>> result;
  for (int id = 0; id < graph.size(); ++id)
    if (graph.node(id).kind == NodeKind::input)
      result.emplace_back(graph.node(id).name, graph.node(id).shape);
  for (const Value& value : given)
    if (graph.node(value).kind != NodeKind::input) result.emplace_back(graph.node(value).name, value.shape());
  return result;
}

}  // namespace

Program::Program(std::span<const Value> outputs, std::span<const Update> updates, const Storage& parameters,
                 const CompileOptions& options)
    : compiled_(std::make_unique<CompiledGraph>()) {
  CompiledGraph& c = *compiled_;
  c.passes = std::make_unique<PassLog>(options.without);
  c.module = simplify(prune(outputs, updates, options.given), *c.passes);
#ifndef NDEBUG
  verify(*c.module.graph);
#endif
  const Graph& graph = *c.module.graph;
  c.is_static = static_nodes(graph);
  c.groups = fuse(c.module, *c.passes);
  c.threads = options.threads;
  c.inputs =
      inputs_of(*(outputs.empty() ? updates.front().next.graph : outputs.front().graph), options.given);
  c.parameters.assign(static_cast<size_t>(graph.size()), nullptr);
  c.input_slot.assign(static_cast<size_t>(graph.size()), -1);
  inputs_.assign(c.inputs.size(), nullptr);
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.kind == NodeKind::input) {
      c.input_slot[static_cast<size_t>(id)] = input(node.name);
      ++missing_inputs_;
    }
    if (node.kind != NodeKind::parameter) continue;
    Tensor* tensor = parameters ? parameters(node.name) : nullptr;
    if (!tensor) fail("[compile] the parameter \"{}\" has no value", node.name);
    if (tensor->shape() != node.shape)
      fail("[compile] the parameter \"{}\" is {}; expected {}", node.name, to_string(tensor->shape()),
           to_string(node.shape));
    c.parameters[static_cast<size_t>(id)] = tensor->bytes();
  }
}

Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

int Program::input(std::string_view name) const {
  for (size_t i = 0; i < compiled_->inputs.size(); ++i)
    if (compiled_->inputs[i].first == name) return static_cast<int>(i);
  fail("[program] the graph has no input \"{}\"", name);
}

void Program::set(int slot, const void* elements) {
  inputs_[static_cast<size_t>(slot)] = elements;
  if (plan_) plan_->set_input(slot, elements);
}

void Program::set(std::string_view name, const Tensor& tensor) {
  const int slot = input(name);
  const Shape& expected = compiled_->inputs[static_cast<size_t>(slot)].second;
  if (expected.has_batch() && plan_ == nullptr)
    fail("[program] bind a batch size before setting \"{}\"", name);
  if (tensor.shape() != expected.bind(batch_))
    fail("[program] the input \"{}\" is {}; expected {}", name, to_string(tensor.shape()),
         to_string(expected.bind(batch_)));
  set(slot, tensor.bytes());
}

void Program::bind(int64_t batch) {
  if (plan_ && batch == batch_) return;
  if (batch < 1) fail("[program] batch size {}; expected at least 1", batch);
  auto known = plans_.find(batch);
  if (known == plans_.end()) {
    if (plans_.size() >= kMostPlans) plans_.erase(plans_.begin());
    known = plans_.emplace(batch, std::make_unique<Plan>(*compiled_, batch)).first;
  }
  plan_ = known->second.get();
  batch_ = batch;
  for (size_t slot = 0; slot < inputs_.size(); ++slot)
    if (inputs_[slot]) plan_->set_input(static_cast<int>(slot), inputs_[slot]);
}

void Program::run() {
  if (!plan_) bind(1);
  if (missing_inputs_ > 0) {
    const Graph& graph = *compiled_->module.graph;
    for (int id = 0; id < graph.size(); ++id)
      if (const int slot = compiled_->input_slot[static_cast<size_t>(id)];
          slot >= 0 && !inputs_[static_cast<size_t>(slot)])
        fail("[program] the input \"{}\" was not set", graph.node(id).name);
    missing_inputs_ = 0;
  }
  plan_->run();
}

const void* Program::output(size_t i) const {
  if (i >= compiled_->module.outputs.size()) fail("[program] there is no output {}", i);
  if (!plan_) fail("[program] there is no output before the first run");
  const int source = compiled_->source(compiled_->module.outputs[i].id);
  if (const int slot = compiled_->input_slot[static_cast<size_t>(source)]; slot >= 0)
    return inputs_[static_cast<size_t>(slot)];
  return plan_->output_address(source);
}

Shape Program::output_shape(size_t i) const {
  if (i >= compiled_->module.outputs.size()) fail("[program] there is no output {}", i);
  return compiled_->module.outputs[i].shape().bind(std::max<int64_t>(batch_, 1));
}

Tensor Program::output_tensor(size_t i) const {
  Tensor result(output_shape(i));
  std::memcpy(result.bytes(), output(i), static_cast<size_t>(result.shape().bytes()));
  return result;
}

void Program::check_type(size_t i, DType asked) const {
  if (output_shape(i).dtype() != asked)
    fail("[program] output {} is {}, not {}", i, to_string(output_shape(i).dtype()), to_string(asked));
}

std::string Program::describe_passes() const { return compiled_->passes->to_string(); }
std::string Program::describe() const { return plan_ ? plan_->describe() : ""; }
int64_t Program::arena_bytes() const { return plan_ ? plan_->arena_bytes() : 0; }

}  // namespace kette
