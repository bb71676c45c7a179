// In which order a graph's values are computed for one row, which together in one loop, and where they lie.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kette/compile/memory_plan.h"
#include "kette/compile/module.h"
#include "kette/graph/op_def.h"

namespace kette {

struct CValue {
  bool fixed = false;  // follows from constants and shapes alone
  bool needed = false;
  Tensor value;        // fixed only
  int base = -1;       // the value in whose array this one lies: itself unless a view
  int64_t offset = 0;  // in that array
  int step = -1;       // that computes it; inputs and fixed ones have none
  int last_step = -1;  // after its own, that reads it
  std::string array;   // its name; empty for what lives inside one step
};

/// One operation, or element-wise ones of equal shape, one after the other for each element.
struct CStep {
  std::vector<int> ids;
  bool is_loop = false;
};

/// Memory of one value, or of several of which each takes the place of the one before.
struct CBuffer {
  BufferUse use;
  DType dtype;
  std::vector<int> values;
  int64_t offset = 0;  // elements, among the buffers of its type
};

/// A pure function of its arguments; all but `inputs` must outlive it.
class CPlan {
 public:
  /// Throws Error that lists all operations without a C form, or names an input that is not among `inputs`.
  CPlan(const Module& module, const std::map<std::string, std::string>& inputs,
        std::span<const std::string> outputs);

  const std::vector<CStep>& steps() const { return steps_; }
  const std::vector<CBuffer>& buffers() const { return buffers_; }
  /// Bytes of all buffers of a type.
  int64_t bytes(DType dtype) const { return bytes_.at(dtype); }

  CValue& of(int id) { return values_[static_cast<size_t>(id)]; }
  const Node& node(int id) const { return graph_.node(id); }
  /// With N = 1.
  Shape shape(int id) const { return node(id).shape.has_batch() ? node(id).shape.bind(1) : node(id).shape; }
  CCall call(const Node& node) const;
  /// A name for the value that nothing in the function has.
  std::string array_name(int id);
  std::string distinct(const std::string& name);

 private:
  int64_t view(int id) const;
  void find_fixed();
  void find_needed();
  void compute_fixed();
  bool fits(const CStep& step, int id);
  void make_steps(const std::map<std::string, std::string>& inputs);
  void find_uses();
  bool reads_in_order(const CStep& step, int base);
  int buffer_to_take(const CStep& step, int result, const std::vector<int>& buffer_of);
  void place();
  void place(DType dtype);

  const Graph& graph_;
  std::span<const Value> wanted_;
  std::span<const std::string> outputs_;
  std::vector<CValue> values_;  // by id
  std::set<std::string> taken_;
  std::vector<CStep> steps_;
  std::vector<CBuffer> buffers_;
  std::map<DType, int64_t> bytes_;
};

/// Dims without those of 1: what loops run over.
std::vector<int64_t> looped_dims(const Shape& shape);

}  // namespace kette
