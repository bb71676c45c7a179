// Everything about one operation, in one place.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/graph/kernel.h"
#include "kette/graph/notation.h"

namespace kette {

/// `initial` fixes the attribute's type, and is its value where none is given.
struct AttributeSpec {
  std::string_view name;
  Attribute initial;
  bool required = false;
};

/// What shape inference sees.
struct OpCall {
  const OpDef& op;
  std::span<const Shape> inputs;
  const Attributes& attributes;
};

/// What a derivative rule sees: operands x, result y.
struct LocalCall {
  std::span<const Value> x;
  Value y;
  const Attributes& attributes;
};

/// A float64 tensor of the reference interpreter. Indices are held as exact doubles.
struct Reference {
  Shape shape;  // concrete
  std::vector<double> values;
};

/// What the float64 reference of an operation sees; it fills `out.values`, already of the right size.
struct ReferenceCall {
  std::span<const Reference* const> in;
  Reference& out;
  const Attributes& attributes;
};

/// Where tests sample an operand: uniformly in [low, high], at least 0.05 away from every kink.
/// For i64 operands: whole numbers in [low, high].
struct Domain {
  double low = -3;
  double high = 3;
  std::vector<double> kinks = {};
};

/// A concrete call for tests, for operations whose operands cannot be guessed. Leading dims may be kBatch.
struct Example {
  std::vector<Shape> inputs;
  Attributes attributes = {};
  std::vector<Domain> domains = {};  // one per operand; the default Domain where missing
};

/// Writes ONNX nodes for one graph; implemented by the onnx floor. Names are those of ONNX values.
class OnnxWriter {
 public:
  virtual ~OnnxWriter() = default;
  /// Appends a node of one output and returns the output's name.
  virtual std::string node(std::string_view type, std::vector<std::string> inputs,
                           Attributes attributes = {}) = 0;
  /// Constants.
  virtual std::string integers(std::vector<int64_t> values) = 0;
  virtual std::string integer(int64_t value) = 0;
  virtual std::string scalar(double value, DType dtype) = 0;
};

/// What an operation's ONNX form is written from.
struct OnnxCall {
  std::vector<std::string> inputs;
  std::vector<Shape> input_shapes;
  Shape shape;
  const Attributes& attributes;
};

/// An operation is written by `write` where given; else as one node of `type` with the attributes listed in
/// `renamed`
/// ({ours, ONNX's}). An operation with neither is not written (training-only operations).
struct OnnxForm {
  std::string_view type = "";
  std::vector<std::pair<std::string_view, std::string_view>> renamed = {};
  std::string (*write)(OnnxWriter&, const OnnxCall&) = nullptr;
};

/// What an operation's C form is written from: a graph applied to one row, so all shapes are concrete.
struct CCall {
  std::vector<Shape> input_shapes;
  Shape shape;
  const Attributes& attributes;
};

/// The operation in C99 that is C++11, too. In the texts {0}, {1}, … stand for operands, {T} for the element
/// type, {f} for what its functions and literals end with: `exp{f}({0})`, `0.5{f}`; whole numbers need
/// nothing. An operation with none of the three is not written (training-only operations).
struct CForm {
  /// Element-wise: an expression, or, where it holds `return`, the body of a function of the operands; {name}
  /// is a real attribute. Others: statements that fill {y}[…] from {0}[…]; {Y} is the element type of the
  /// result.
  std::string_view text = "";
  /// Makes those statements, for sizes and strides; see ops/c_forms.h.
  std::string (*write)(const CCall&) = nullptr;
  /// Where the result is a part of operand 0 that lies together: its first element; else −1. Nothing is
  /// written then.
  int64_t (*view)(const CCall&) = nullptr;
  /// Bound of the float32 error as `max_ulp` below, with a mathematical library that errs by a few units; 0:
  /// max_ulp + 4.
  double max_ulp = 0;

  bool is_there() const { return !text.empty() || write || view; }
};

/// What one element of a result is made of, for readers.
struct ElementCall {
  std::span<const Shape> inputs;  // concrete
  const Attributes& attributes;
  int64_t element;  // of the result, row-major
  /// An operand's element, as a scalar of a graph that formulas are made in.
  std::function<Value(size_t operand, int64_t element)> at;
  /// What an operand of indices holds there.
  std::function<int64_t(size_t operand, int64_t element)> index;
};

/// Element-wise operations fill `scalar`, `loops` and `partials`; the others `reference`, `prepare`, `vjp`,
/// `jvp` and `examples`. All function pointers are pure.
struct OpDef {
  std::string_view name;
  /// The definition as a formula, with the subgradient convention where there is a kink.
  std::string_view formula;
  int min_inputs = 1;
  int max_inputs = 1;
  std::vector<AttributeSpec> attributes = {};
  Notation notation = {};

  /// Throws Error when operands or attributes do not fit.
  Shape (*infer)(const OpCall&) = nullptr;

  // Element-wise operations.
  double (*scalar)(const double* x, const double* parameters) = nullptr;
  MapLoops (*loops)() = nullptr;
  /// ∂y/∂x_i for every operand, of the result's shape or a scalar; an empty Value is zero.
  std::vector<Value> (*partials)(const LocalCall&) = nullptr;
  std::vector<Domain> domains = {};

  // All other operations.
  void (*reference)(const ReferenceCall&) = nullptr;
  std::unique_ptr<Kernel> (*prepare)(const KernelSpec&) = nullptr;
  /// Vector–Jacobian product: cotangent g of y → cotangents of every operand (an empty Value is zero).
  std::vector<Value> (*vjp)(const LocalCall&, Value g) = nullptr;
  /// Jacobian–vector product: tangents of the operands (an empty Value is zero; not all are empty) → tangent
  /// of y.
  Value (*jvp)(const LocalCall&, std::span<const Value> tangents) = nullptr;
  std::vector<Example> (*examples)() = nullptr;
  /// The result has the operand's bytes; nothing is computed.
  bool is_view = false;
  /// Where the result has as many elements as operand 0, it has the same bytes (a sum over one element).
  bool copies_if_same_size = false;
  /// Every element of the result is one of an operand's, or 0.
  bool moves = false;
  /// Others that are not element-wise: one element of the result as a sum, of a single term where it is none.
  std::vector<Value> (*terms)(const ElementCall&) = nullptr;
  /// The result depends on the operands' shapes alone; their values are not needed.
  bool reads_shape_only = false;

  /// Bound of the float32 kernel's error against the reference on `domains`/`examples`, in units in the last
  /// place of the result, or for reductions of the largest magnitude that enters it.
  double max_ulp = 0.5;
  CForm c = {};
  OnnxForm onnx = {};

  bool is_elementwise() const { return scalar != nullptr; }
  const AttributeSpec* attribute(std::string_view key) const {
    for (const AttributeSpec& spec : attributes)
      if (spec.name == key) return &spec;
    return nullptr;
  }
};

inline constexpr int kMaxReals = 4;
/// The real attributes in the order of the specification: the `parameters` of `scalar` and of MapLoop.
std::array<double, kMaxReals> real_attributes(const OpDef& op, const Attributes& attributes);

/// The common shape under NumPy's broadcasting rules, N matching N or 1. Throws Error naming `op`.
Shape broadcast_shapes(const OpDef& op, std::span<const Shape> shapes);

/// Shape inference of element-wise operations: broadcast operands of one floating-point type.
Shape infer_elementwise(const OpCall& call);

}  // namespace kette
