#include "kette/compile/plan.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/compile/pair.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {
// A product that only its own group reads is held whole up to this size (bytes), larger ones tile by tile.
constexpr int64_t kLargestWholeHead = 1 << 17;
}  // namespace

Plan::Plan(const CompiledGraph& compiled, int64_t batch)
    : compiled_(compiled),
      batch_(batch),
      address_(static_cast<size_t>(compiled.module.graph->size()), nullptr),
      head_scratch_(compiled.groups.size(), nullptr),
      sites_(compiled.inputs.size()) {
  const Graph& graph = *compiled_.module.graph;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.kind == NodeKind::constant) address_[static_cast<size_t>(id)] = node.value->bytes();
    if (node.kind == NodeKind::parameter)
      address_[static_cast<size_t>(id)] = compiled_.parameters[static_cast<size_t>(id)];
  }
  run_static_nodes();
  const Placement placement = compiled_.passes->timed("overwrite", [&] { return place_results(compiled_); });
  place_buffers(placement);
  for (int id = 0; id < graph.size(); ++id)
    if (compiled_.source(id) != id)
      address_[static_cast<size_t>(id)] = address_[static_cast<size_t>(compiled_.source(id))];
  save_parameters(placement);
  for (const Group& group : compiled_.groups) build_step(placement, group);
  for (size_t i : placement.copied) {
    const Update& update = compiled_.module.updates[i];
    const int from = compiled_.source(update.next.id);
    auto copy = std::make_unique<CopyStep>(output_address(from),
                                           compiled_.parameters[static_cast<size_t>(update.target.id)],
                                           static_cast<size_t>(update.target.shape().bytes()));
    copy->label = fmt::format("copy {} over {}", graph.label(from), graph.label(update.target.id));
    connect(from, copy->site());
    steps_.push_back(std::move(copy));
  }

  size_t scratch = 64;
  for (const auto& step : steps_) scratch = std::max(scratch, step->scratch_bytes());
  workers_.threads = compiled_.threads && compiled_.threads->count() > 1 ? compiled_.threads : nullptr;
  for (int i = 0; i < (workers_.threads ? workers_.threads->count() : 1); ++i)
    workers_.scratch.push_back(allocate_aligned(scratch));
  for (const auto& step : steps_) step->flatten(workers_, calls_);
}

/// Values that follow from constants and the batch size alone are computed here, once.
void Plan::run_static_nodes() {
  const Graph& graph = *compiled_.module.graph;
  static_values_.reserve(static_cast<size_t>(graph.size()));
  std::map<int, Reference> known;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (!compiled_.is_static[static_cast<size_t>(id)]) continue;
    Reference value{shape(id), std::vector<double>(static_cast<size_t>(shape(id).size()))};
    if (node.kind == NodeKind::constant) {
      for (int64_t i = 0; i < node.value->size(); ++i)
        value.values[static_cast<size_t>(i)] = node.value->at(i);
      known.emplace(id, std::move(value));
      continue;
    }
    std::vector<Reference> shapes_only;  // operands whose values are not needed
    shapes_only.reserve(node.inputs.size());
    std::vector<const Reference*> in;
    for (int input : node.inputs) {
      const auto at = known.find(input);
      if (at == known.end()) shapes_only.push_back({shape(input), {}});
      in.push_back(at == known.end() ? &shapes_only.back() : &at->second);
    }
    interpret_node(node, in, value);
    Tensor tensor(value.shape);
    for (int64_t i = 0; i < tensor.size(); ++i) tensor.set(i, value.values[static_cast<size_t>(i)]);
    static_values_.push_back(std::move(tensor));
    address_[static_cast<size_t>(id)] = static_values_.back().bytes();
    known.emplace(id, std::move(value));
  }
}

void Plan::save_parameters(const Placement& placement) {
  saved_values_.reserve(placement.saved.size());
  for (int id : placement.saved) {
    saved_values_.emplace_back(shape(id));
    void* to = saved_values_.back().bytes();
    saved_address_.emplace(id, to);
    steps_.push_back(std::make_unique<CopyStep>(address(id), to, static_cast<size_t>(shape(id).bytes())));
    steps_.back()->label = fmt::format("save {}", compiled_.module.graph->label(id));
  }
}

void Plan::place_buffers(const Placement& placement) {
  const Graph& graph = *compiled_.module.graph;
  const int steps = static_cast<int>(compiled_.groups.size()) + 1;  // the copies of updates come last
  std::vector<int> last_read(static_cast<size_t>(graph.size()), -1);
  for (int id = 0; id < graph.size(); ++id) {
    const int group = placement.group_of[static_cast<size_t>(id)];
    if (group < 0) continue;
    for (int input : graph.node(id).inputs) {
      int& last = last_read[static_cast<size_t>(compiled_.source(input))];
      last = std::max(last, group);
    }
  }
  for (const Value& output : compiled_.module.outputs)
    last_read[static_cast<size_t>(compiled_.source(output.id))] = steps;
  for (size_t i : placement.copied)
    last_read[static_cast<size_t>(compiled_.source(compiled_.module.updates[i].next.id))] = steps;

  std::vector<BufferUse> uses;
  std::vector<int> owner;  // node; or −1−group for a head's result that is not kept
  for (int id = 0; id < graph.size(); ++id) {
    const int group = placement.group_of[static_cast<size_t>(id)];
    if (group < 0 || placement.in_place[static_cast<size_t>(id)] >= 0) continue;
    const bool is_head = compiled_.groups[static_cast<size_t>(group)].head == id;
    if (!placement.kept[static_cast<size_t>(id)] && !is_head) continue;
    const bool kept = placement.kept[static_cast<size_t>(id)];
    // A matmul of several tiles that is not kept lives tile by tile in scratch memory, see head_address().
    uses.push_back({shape(id).bytes(), group, std::max(group, last_read[static_cast<size_t>(id)])});
    owner.push_back(kept ? id : -1 - group);
    if (!kept && graph.node(id).op == &kMatmul && uses.back().bytes > kLargestWholeHead) {
      uses.pop_back();
      owner.pop_back();
    }
  }
  PassLog& log = *compiled_.passes;
  if (!log.on("share"))
    for (BufferUse& use : uses) use = {use.bytes, 0, steps};
  const MemoryPlan plan = log.timed("share", [&] { return plan_memory(uses); });
  log.count("share",
            static_cast<int>(uses.size() - std::set(plan.offsets.begin(), plan.offsets.end()).size()));
  arena_bytes_ = plan.total;
  arena_ = allocate_aligned(static_cast<size_t>(plan.total));
  for (size_t i = 0; i < uses.size(); ++i) {
    std::byte* at = arena_.get() + plan.offsets[i];
    if (owner[i] >= 0)
      address_[static_cast<size_t>(owner[i])] = at;
    else
      head_scratch_[static_cast<size_t>(-1 - owner[i])] = at;
  }
  for (int id = 0; id < graph.size(); ++id)
    if (const int target = placement.in_place[static_cast<size_t>(id)]; target >= 0)
      address_[static_cast<size_t>(id)] = compiled_.parameters[static_cast<size_t>(target)];
}

Plan::BuiltChain Plan::build_chain(const Placement& placement, const Group& group) const {
  const Graph& graph = *compiled_.module.graph;
  BuiltChain built;
  std::map<int, int> reg;  // node → register; instructions are numbered after the operands, known at the end
  std::map<int, size_t> instruction_of;
  std::vector<const OpDef*> ops;
  for (size_t i = 0; i < group.maps.size(); ++i) instruction_of.emplace(group.maps[i], i);
  for (size_t i = 0; i < group.maps.size(); ++i)
    for (int input : graph.node(group.maps[i]).inputs) {
      if (instruction_of.contains(input) || reg.contains(input)) continue;
      const bool is_head = input == group.head;
      reg.emplace(input, static_cast<int>(built.operands.size()));
      if (is_head) built.head_operand = static_cast<int>(built.operands.size());
      built.operands.push_back(
          {.shape = shape(input),
           .data = address(input),
           .is_static = compiled_.is_static[static_cast<size_t>(input)],
           .is_padded = compiled_.input_slot[static_cast<size_t>(compiled_.source(input))] < 0});
      built.operand_nodes.push_back(is_head ? -1 : input);
    }
  for (size_t i = 0; i < group.maps.size(); ++i) {
    const Node& node = graph.node(group.maps[i]);
    const MapLoops loops = node.op->loops();
    ChainInstruction instruction{.loop = node.shape.dtype() == DType::f32 ? loops.f32 : loops.f64,
                                 .parameters = real_attributes(*node.op, node.attributes),
                                 .operands = static_cast<int>(node.inputs.size())};
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      const auto inner = instruction_of.find(node.inputs[k]);
      instruction.in[k] = inner != instruction_of.end()
                              ? static_cast<int>(built.operands.size() + inner->second)
                              : reg.at(node.inputs[k]);
      if (node.inputs[k] == group.head) built.last_head_read = static_cast<int>(i);
    }
    if (placement.kept[static_cast<size_t>(group.maps[i])])
      instruction.out = const_cast<void*>(address(group.maps[i]));
    built.instructions.push_back(instruction);
    ops.push_back(node.op);
  }
  PassLog& log = *compiled_.passes;
  if (!group.maps.empty() && log.on("pair")) {
    const DType dtype = graph.node(group.maps.front()).shape.dtype();
    built.instructions =
        log.timed("pair", [&] { return pair_up(built.instructions, ops, built.operands, dtype); });
    log.count("pair", static_cast<int>(ops.size() - built.instructions.size()));
  }
  return built;
}

/// Where a head writes: its own buffer when kept; else over the first kept result of the chain that comes
/// after the last read of the head, in memory of the group's own, or (null) tile by tile in scratch memory.
void* Plan::head_address(const Placement& placement, const Group& group, BuiltChain& built,
                         bool may_be_private) {
  if (placement.kept[static_cast<size_t>(group.head)]) return const_cast<void*>(address(group.head));
  for (size_t i = 0; i < group.maps.size(); ++i) {
    const auto id = static_cast<size_t>(group.maps[i]);
    if (!placement.kept[id] || placement.in_place[id] >= 0) continue;
    if (static_cast<int>(i) < built.last_head_read) break;  // would be overwritten before it is read
    return const_cast<void*>(address(group.maps[i]));
  }
  if (void* own = head_scratch_[static_cast<size_t>(placement.group_of[static_cast<size_t>(group.head)])])
    return own;
  if (!may_be_private)
    fail("[compile] internal error: no memory for {}", compiled_.module.graph->label(group.head));
  return nullptr;
}

void Plan::connect(int node, const void** site) {
  const int slot = compiled_.input_slot[static_cast<size_t>(compiled_.source(node))];
  if (slot >= 0) sites_[static_cast<size_t>(slot)].push_back({.plain = site});
}

void Plan::connect(const BuiltChain& built, Chain& chain) {
  for (size_t i = 0; i < built.operand_nodes.size(); ++i) {
    if (built.operand_nodes[i] < 0) continue;
    const int slot = compiled_.input_slot[static_cast<size_t>(compiled_.source(built.operand_nodes[i]))];
    if (slot >= 0)
      sites_[static_cast<size_t>(slot)].push_back({.chain = &chain, .operand = static_cast<int>(i)});
  }
}

void Plan::add_map_step(const Group& group, const BuiltChain& built, const Shape& space) {
  auto chain = std::make_unique<Chain>(space, built.operands, built.instructions);
  connect(built, *chain);
  auto step = std::make_unique<MapStep>(std::move(chain));
  step->label = label(group);
  steps_.push_back(std::move(step));
}

/// Is this group d − s·(A·B) for a number s, with nothing but the difference read elsewhere?
std::optional<Plan::Descent> Plan::descent_of(const Placement& placement, const Group& group) const {
  const Graph& graph = *compiled_.module.graph;
  if (group.maps.size() != 2 || graph.node(group.head).inputs.size() != 2) return std::nullopt;
  const int scaled = group.maps[0], difference = group.maps[1];
  const Node &mul = graph.node(scaled), &sub = graph.node(difference);
  if (mul.op != &kMul || sub.op != &kSub || sub.inputs[1] != scaled || sub.inputs[0] == scaled)
    return std::nullopt;
  if (mul.inputs[0] != group.head && mul.inputs[1] != group.head) return std::nullopt;
  const int scale = mul.inputs[0] == group.head ? mul.inputs[1] : mul.inputs[0], minuend = sub.inputs[0];
  if (scale == group.head || shape(scale).size() != 1 || minuend == group.head ||
      shape(minuend) != shape(difference))
    return std::nullopt;
  for (int id : {group.head, scaled})
    if (placement.kept[static_cast<size_t>(id)]) return std::nullopt;
  return Descent{minuend, scale};
}

void Plan::build_step(const Placement& placement, const Group& group) {
  const Graph& graph = *compiled_.module.graph;
  BuiltChain built = build_chain(placement, group);
  const Shape space = shape(group.head >= 0 ? group.head : group.maps.front());
  if (group.head < 0) {
    add_map_step(group, built, space);
    return;
  }

  const Node& head = graph.node(group.head);
  if (head.op->copies_if_same_size && shape(head.inputs[0]).size() == space.size()) {
    const int from = head.inputs[0];
    if (placement.kept[static_cast<size_t>(group.head)]) {
      auto copy = std::make_unique<CopyStep>(address(from), const_cast<void*>(address(group.head)),
                                             static_cast<size_t>(space.bytes()));
      connect(from, copy->site());
      copy->label = fmt::format("{} copy", dims_to_string(space));
      steps_.push_back(std::move(copy));
    }
    if (built.head_operand >= 0) {
      ChainOperand& operand = built.operands[static_cast<size_t>(built.head_operand)];
      operand.data = address(from);
      operand.is_padded = compiled_.input_slot[static_cast<size_t>(compiled_.source(from))] < 0;
      built.operand_nodes[static_cast<size_t>(built.head_operand)] = from;
    }
    if (!group.maps.empty()) add_map_step(group, built, space);
    return;
  }
  std::vector<Shape> in_shapes;
  std::vector<const void*> in;
  for (int input : head.inputs) {
    in_shapes.push_back(shape(input));
    in.push_back(address(input));
  }
  const KernelSpec spec{in_shapes, shape(group.head), head.attributes};
  if (head.op == &kMatmul && add_descent_step(placement, group, spec, in)) return;
  void* out = head_address(placement, group, built, head.op == &kMatmul);
  if (built.head_operand >= 0) {
    built.operands[static_cast<size_t>(built.head_operand)].data = out;
    built.operands[static_cast<size_t>(built.head_operand)].is_tile = out == nullptr;
  }
  std::unique_ptr<Chain> then;
  if (!group.maps.empty()) then = std::make_unique<Chain>(space, built.operands, built.instructions);
  if (then) connect(built, *then);
  if (head.op == &kMatmul)
    add_head_step(
        group, std::make_unique<MatmulStep>(std::make_unique<MatmulKernel>(spec), in, out, std::move(then)));
  else
    add_head_step(group, std::make_unique<KernelStep>(head.op->prepare(spec), in, out, std::move(then)));
}

/// The step of a group with a head, its inputs connected.
template <class HeadStep>
void Plan::add_head_step(const Group& group, std::unique_ptr<HeadStep> step) {
  const std::vector<int>& inputs = compiled_.module.graph->node(group.head).inputs;
  for (size_t i = 0; i < inputs.size(); ++i) connect(inputs[i], step->site(static_cast<int>(i)));
  step->label = label(group);
  steps_.push_back(std::move(step));
}

/// If this group is d − s·(A·B) and the product can finish it; else false.
bool Plan::add_descent_step(const Placement& placement, const Group& group, const KernelSpec& spec,
                            std::span<const void* const> in) {
  PassLog& log = *compiled_.passes;
  const auto descent = log.on("descend") ? descent_of(placement, group) : std::nullopt;
  auto kernel = descent ? std::make_unique<MatmulKernel>(spec) : nullptr;
  if (!kernel || !kernel->plan().can_subtract()) return false;
  auto step =
      std::make_unique<MatmulStep>(std::move(kernel), in, const_cast<void*>(address(group.maps.back())),
                                   address(descent->minuend), address(descent->scale));
  connect(descent->minuend, step->minuend_site());
  connect(descent->scale, step->scale_site());
  add_head_step(group, std::move(step));
  log.count("descend", 1);
  return true;
}

std::string Plan::label(const Group& group) const {
  const Graph& graph = *compiled_.module.graph;
  std::string text;
  const auto add = [&](int id) {
    const Node& node = graph.node(id);
    text += fmt::format("{}{}{}", text.empty() ? "" : " → ", node.op->name,
                        node.name.empty() ? "" : " (" + node.name + ")");
  };
  if (group.head >= 0) add(group.head);
  for (int id : group.maps) add(id);
  return fmt::format("{} {}", dims_to_string(shape(group.head >= 0 ? group.head : group.maps.front())), text);
}

std::string Plan::describe() const {
  std::string text;
  for (size_t i = 0; i < steps_.size(); ++i) text += fmt::format("{:3}  {}\n", i + 1, steps_[i]->label);
  return text;
}

}  // namespace kette
