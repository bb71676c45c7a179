// What compile makes of a graph: steps over one planned arena. Running allocates nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/threads.h"
#include "kette/compile/passes.h"
#include "kette/graph/update.h"

namespace kette {

class Plan;
struct CompiledGraph;

struct CompileOptions {
  Threads* threads = nullptr;  // null: the caller's thread only; must outlive the program
  /// Names of passes to leave out (see passes()), to compare or to look for a fault. From "fuse" on no pass
  /// changes a bit of any result; those before change roundings at most.
  std::vector<std::string> without;
  /// Named nodes whose values the caller sets as if they were inputs, by their names: a graph can be entered
  /// in its middle, for instance behind preprocessing that need not be done at every step.
  std::vector<Value> given;
};

/// Computes `outputs` and carries out `updates` on parameters, for any batch size. The graph may be changed
/// or destroyed afterwards. Parameters are read and written where they lie; inputs are read where the caller
/// put them. Not to be used by two threads at once.
class Program {
 public:
  /// The storage of a parameter by name, or null; it must stay where it is while the program lives.
  using Storage = std::function<Tensor*(std::string_view name)>;

  /// Throws Error when a parameter is missing or of another shape or type.
  Program(std::span<const Value> outputs, std::span<const Update> updates, const Storage& parameters,
          const CompileOptions& options = {});
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  /// The number by which set() knows an input; throws Error when the graph has no such input.
  int input(std::string_view name) const;
  /// The elements of an input: dense, of the input's shape with N bound. They are read at each run, not
  /// copied.
  void set(int input, const void* elements);
  /// As above, with the shape checked (against the batch size now bound for the dim N).
  void set(std::string_view name, const Tensor& tensor);

  /// Fixes N. The first time for a batch size this plans memory; later it only switches. Inputs stay set.
  void bind(int64_t batch);
  int64_t batch() const { return batch_; }

  /// Computes everything once. Throws Error when an input was not set or holds an index out of range.
  void run();

  /// Output i as of the last run: valid until the next run or bind.
  const void* output(size_t i) const;
  Shape output_shape(size_t i) const;
  template <class T>
  std::span<const T> values(size_t i) const {
    check_type(i, dtype_of<T>());
    return {static_cast<const T*>(output(i)), static_cast<size_t>(output_shape(i).size())};
  }
  Tensor output_tensor(size_t i) const;

  /// What each pass changed so far, and how long it took: one line each. Some act whenever a batch size is
  /// new.
  std::string describe_passes() const;
  /// The steps in their order, one line each, for the batch size bound now.
  std::string describe() const;
  /// Bytes of the arena for the batch size bound now.
  int64_t arena_bytes() const;

 private:
  void check_type(size_t i, DType asked) const;

  std::unique_ptr<CompiledGraph> compiled_;
  std::map<int64_t, std::unique_ptr<Plan>> plans_;  // by batch size
  Plan* plan_ = nullptr;
  int64_t batch_ = 0;
  std::vector<const void*> inputs_;
  int missing_inputs_ = 0;
};

}  // namespace kette
