// What the builder of an ONNX operator sees: one node with its operands and attributes.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/tensor/tensor.h"

namespace onnx {
class AttributeProto;
class NodeProto;
}  // namespace onnx

namespace kette {

/// An ONNX value while a graph is read. Numbers that stand in the file (initialisers) and dims of shapes are
/// known at once; they become constants only when used as data, since most of them say what shape something
/// takes.
struct Operand {
  /// A list of dims, of which one or more are kBatch; `of` is a value whose first dim is N.
  struct Dims {
    std::vector<int64_t> sizes;
    Value of = {};
  };

  Value value = {};  // empty while only `known` or `dims` are there
  std::shared_ptr<const Tensor> known = {};
  std::optional<Dims> dims = {};
  bool truth = false;     // an ONNX bool: true where `value` ≠ 0
  std::string name = {};  // for the constant

  static Operand of(Value value) { return {.value = value}; }
  static Operand of(Tensor known) { return {.known = std::make_shared<const Tensor>(std::move(known))}; }
  /// Dims of the shape of `x`, or known numbers where none is N.
  static Operand of(std::vector<int64_t> sizes, Value x);
};

class NodeCall {
 public:
  /// `operands` may hold null for those left out. All must outlive the call.
  NodeCall(const ::onnx::NodeProto& node, std::vector<Operand*> operands, Graph& graph)
      : node_(node), operands_(std::move(operands)), graph_(graph) {}

  Graph& graph() const { return graph_; }

  // Operands; Error when one is missing or not of the kind asked for
  // --------------------------------------------------
  size_t count() const { return operands_.size(); }
  bool has(size_t i) const { return i < operands_.size() && operands_[i]; }
  Operand& operand(size_t i) const;
  /// As data.
  Value value(size_t i) const;
  std::vector<Value> values() const;
  /// A whole-number list or scalar that is known now. Dims are kBatch where they are N.
  std::vector<int64_t> integers(size_t i) const;
  /// A known number, of an operand of one element. Float numbers are taken as their shortest decimal form
  /// means them.
  std::optional<double> number(size_t i) const;

  // Attributes; `otherwise` where the node has none
  // -------------------------------------------------------------------
  int64_t integer(std::string_view name, int64_t otherwise);
  double real(std::string_view name, double otherwise);
  std::vector<int64_t> integers(std::string_view name, std::vector<int64_t> otherwise);
  /// Throws Error when the attribute has another value.
  void expect(std::string_view name, int64_t only);
  /// Throws Error when the node has attributes that were never asked for: it may mean what we do not know.
  void expect_all_read() const;

 private:
  const ::onnx::AttributeProto* attribute(std::string_view name);

  const ::onnx::NodeProto& node_;
  std::vector<Operand*> operands_;
  Graph& graph_;
  std::set<std::string, std::less<>> read_;
};

/// The number whose shortest decimal form is that of the float: 0.1f → 0.1, so that what was written as a
/// float is read as it was meant.
double as_meant(float value);

}  // namespace kette
