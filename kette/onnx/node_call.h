// What the builder of an ONNX operator sees: one node with its operands and attributes.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/onnx/reading_rules.h"
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
  /// ONNX's bools are numbers here: true where they are not 0, or exactly 0 and 1.
  enum class Truth : uint8_t { no, nonzero, zero_one };

  Value value = {};  // empty while only `known` or `dims` are there
  std::shared_ptr<const Tensor> known = {};
  std::optional<Dims> dims = {};
  Truth truth = Truth::no;
  /// [k] in the file, but [N, k] here: the file describes the network for one row without a dim for rows.
  bool is_row = false;
  std::string name = {};                 // for the constant
  std::vector<std::string> labels = {};  // of the columns, where the file names them

  static Operand of(Value value) { return {.value = value}; }
  static Operand of(Tensor known) { return {.known = std::make_shared<const Tensor>(std::move(known))}; }
  /// Dims of the shape of `x`, or known numbers where none is N.
  static Operand of(std::vector<int64_t> sizes, Value x);
  static Operand of_truth(Value zero_one) { return {.value = zero_one, .truth = Truth::zero_one}; }
};

/// The operands of arithmetic. Graphs compute with floating-point numbers: whole numbers are taken as f64,
/// which is exact up to 2^53, and the result is made whole again, towards zero.
struct Numbers {
  std::vector<Value> values;
  bool are_whole = false;

  Operand result(Value y) const;
};

/// What a node may ask of the file around it.
class NodeContext {
 public:
  virtual ~NodeContext() = default;
  virtual Graph& graph() = 0;
  virtual const ReadingRules& rules() const = 0;
  /// A value that stands before the node in the file.
  virtual Operand& named(const std::string& name) = 0;
  /// Accounts for a constant that the file does not hold but describes, so that a small file cannot fill the
  /// memory. Throws Error when all of them together are too large.
  virtual void spend(int64_t elements) = 0;
  /// Numbers that stand in the node itself: a parameter of that name where the file's weights become
  /// parameters, else a constant.
  virtual Value learned(const std::string& name, Tensor tensor) = 0;
};

class NodeCall {
 public:
  /// `operands` may hold null for those left out. All must outlive the call.
  NodeCall(const ::onnx::NodeProto& node, std::vector<Operand*> operands, NodeContext& context)
      : node_(node), operands_(std::move(operands)), context_(context) {}

  Graph& graph() const { return context_.graph(); }
  const ReadingRules& rules() const { return context_.rules(); }
  Operand& named(const std::string& name) const { return context_.named(name); }
  void spend(int64_t elements) const { context_.spend(elements); }
  /// The weights in an attribute.
  Value learned(std::string_view attribute, Tensor tensor) const;
  /// Version of the operator set that the node is of.
  int64_t version() const;
  /// Whether the file gives result `i` a name.
  bool wants(int i) const;

  // Operands; Error when one is missing or not of the kind asked for
  // --------------------------------------------------
  size_t count() const { return operands_.size(); }
  bool has(size_t i) const { return i < operands_.size() && operands_[i]; }
  Operand& operand(size_t i) const;
  /// As data.
  Value value(size_t i) const;
  std::vector<Value> values() const;
  /// Operands [first, last) as numbers of one floating-point type.
  Numbers numbers(size_t first = 0, size_t last = SIZE_MAX) const;
  /// As numbers of that type.
  Value number_as(size_t i, DType dtype) const;
  /// A bool, as exactly 0 and 1.
  Value truth(size_t i) const;
  /// The elements, where they are known now; else null.
  const Tensor* known(size_t i) const;
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
  std::vector<double> reals(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  std::string text(std::string_view name, std::string otherwise);
  /// Throws Error when there is none.
  Tensor tensor(std::string_view name);
  bool has_attribute(std::string_view name);
  /// Not asked for, and harmless.
  void ignore(std::string_view name) { read_.emplace(name); }
  /// Throws Error when the attribute has another value.
  void expect(std::string_view name, int64_t only);
  /// Throws Error when the node has attributes that were never asked for: it may mean what we do not know.
  void expect_all_read() const;

 private:
  const ::onnx::AttributeProto* attribute(std::string_view name);

  const ::onnx::NodeProto& node_;
  std::vector<Operand*> operands_;
  NodeContext& context_;
  std::set<std::string, std::less<>> read_;
};

/// The number whose shortest decimal form is that of the float: 0.1f → 0.1, so that what was written as a
/// float is read as it was meant.
double as_meant(float value);

}  // namespace kette
