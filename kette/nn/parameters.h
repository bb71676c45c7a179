// The numbers that training changes.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "kette/graph/graph.h"
#include "kette/nn/initializer.h"
#include "kette/tensor/tensor.h"

namespace kette {

/// A parameter node, and how its first values are drawn.
struct Parameter {
  Value value;
  Initializer initializer;
};

/// Named tensors in the order in which they were added. A tensor's address and its bytes' address stay the
/// same until the Parameters that hold it are destroyed, also when these are moved: programs point at them.
/// So write a tensor's elements (or use copy_values) instead of assigning another tensor to it.
class Parameters {
 public:
  using Entry = std::pair<const std::string, Tensor>;

  Parameters() = default;
  Parameters(const Parameters&) = default;
  Parameters(Parameters&&) = default;
  Parameters& operator=(const Parameters&) =
      delete;  // would leave programs with the old bytes: see copy_values
  Parameters& operator=(Parameters&&) = default;
  ~Parameters() = default;

  /// Throws Error when the name is taken.
  Tensor& add(std::string_view name, Tensor tensor);
  /// The tensor of that name, or null.
  Tensor* find(std::string_view name);
  const Tensor* find(std::string_view name) const;
  /// Throws Error when there is none.
  Tensor& at(std::string_view name);
  const Tensor& at(std::string_view name) const;

  /// Overwrites the elements in place with those of the same names in `other`, which may hold more. Throws
  /// Error, changing nothing, when a name is missing there or a shape differs.
  void copy_values(const Parameters& other);

  size_t size() const { return entries_.size(); }
  /// Number of elements of all tensors.
  int64_t elements() const;
  auto begin() { return entries_.begin(); }
  auto end() { return entries_.end(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  /// The same names in the same order, shapes and bits.
  friend bool operator==(const Parameters& a, const Parameters& b) { return a.entries_ == b.entries_; }

 private:
  std::deque<Entry> entries_;
  std::unordered_map<std::string, size_t> index_;
};

/// The stream of random numbers that belongs to a name: FNV-1a, the same on every machine.
uint64_t stream_of(std::string_view name);

/// First values for every parameter of the list. The random numbers of a parameter follow from (seed, its
/// name) alone: they do not change when other parameters are added.
Parameters initialized(std::span<const Parameter> list, uint64_t seed);

}  // namespace kette
