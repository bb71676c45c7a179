// A compiled graph bound to one batch size.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kette/compile/fuse.h"
#include "kette/compile/memory_plan.h"
#include "kette/compile/step.h"

namespace kette {

/// What does not depend on the batch size.
struct CompiledGraph {
  Module module;
  std::unique_ptr<PassLog> passes;
  std::vector<Group> groups;
  std::vector<bool> is_static;                        // by node
  std::vector<std::byte*> parameters;                 // by node: storage of a parameter, else null
  std::vector<int> input_slot;                        // by node: number of an input, else −1
  std::vector<std::pair<std::string, Shape>> inputs;  // by slot; includes inputs that nothing needs
  Threads* threads = nullptr;

  /// The node whose memory a value is: views resolved.
  int source(int id) const;
};

/// Which results are kept, and where updates may overwrite parameters at once.
struct Placement {
  std::vector<bool> kept;      // by node: read outside its group
  std::vector<int> group_of;   // by node, −1: none
  std::vector<int> in_place;   // by node: the parameter node that this result overwrites, else −1
  std::vector<size_t> copied;  // updates that need a copy at the end
  std::vector<int> saved;  // parameters that are overwritten but must be shown as they were before the step
};
Placement place_results(const CompiledGraph& compiled);

class Plan {
 public:
  Plan(const CompiledGraph& compiled, int64_t batch);
  void run() {
    for (const Call& call : calls_) call.run(workers_);
  }
  void set_input(int slot, const void* elements) {
    for (const Site& site : sites_[static_cast<size_t>(slot)]) site.write(elements);
  }
  /// The address of a node's value; null for an input.
  const void* address(int id) const { return address_[static_cast<size_t>(id)]; }
  /// The same as an output: for a parameter that the step overwrites, its value before the step.
  const void* output_address(int id) const {
    const auto saved = saved_address_.find(id);
    return saved == saved_address_.end() ? address(id) : saved->second;
  }
  int64_t arena_bytes() const { return arena_bytes_; }
  std::string describe() const;

 private:
  /// Where an input's address stands: in an operand of a chain, or plainly.
  struct Site {
    Chain* chain = nullptr;
    int operand = 0;
    const void** plain = nullptr;
    void write(const void* elements) const {
      if (chain)
        chain->set_operand(operand, elements);
      else
        *plain = elements;
    }
  };
  struct BuiltChain {
    std::vector<ChainOperand> operands;
    std::vector<ChainInstruction> instructions;
    std::vector<int> operand_nodes;  // −1: the head's tile
    int head_operand = -1;
    int last_head_read = -1;  // instruction
  };

  struct Descent {
    int minuend, scale;  // nodes
  };

  Shape shape(int id) const { return compiled_.module.graph->node(id).shape.bind(batch_); }
  void run_static_nodes();
  void place_buffers(const Placement& placement);
  void save_parameters(const Placement& placement);
  void add_map_step(const Group& group, const BuiltChain& built, const Shape& space);
  void build_step(const Placement& placement, const Group& group);
  BuiltChain build_chain(const Placement& placement, const Group& group) const;
  std::optional<Descent> descent_of(const Placement& placement, const Group& group) const;
  bool add_descent_step(const Placement& placement, const Group& group, const KernelSpec& spec,
                        std::span<const void* const> in);
  template <class HeadStep>
  void add_head_step(const Group& group, std::unique_ptr<HeadStep> step);
  void connect(const BuiltChain& built, Chain& chain);
  void connect(int node, const void** site);
  void* head_address(const Placement& placement, const Group& group, BuiltChain& built, bool may_be_private);
  std::string label(const Group& group) const;

  const CompiledGraph& compiled_;
  int64_t batch_;
  AlignedBuffer arena_;
  int64_t arena_bytes_ = 0;
  std::vector<Tensor> static_values_, saved_values_;
  std::map<int, const void*> saved_address_;
  std::vector<const void*> address_;  // by node
  std::vector<void*> head_scratch_;   // by group: where a head's result lies that is not kept, or null
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<Call> calls_;               // the steps, flattened
  std::vector<std::vector<Site>> sites_;  // by input slot
  Workers workers_;
};

}  // namespace kette
