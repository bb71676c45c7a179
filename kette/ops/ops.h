// All operations as functions on values: what a user writes to build a graph.
//
// Operands of element-wise operations broadcast under NumPy's rules. Every function throws Error when shapes
// do not fit. A `double` operand becomes a constant of the other operand's type.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "kette/graph/graph.h"
#include "kette/graph/op_def.h"

namespace kette {

// Arithmetic
// -------------------------------------------------------------------------------------------------------
extern const OpDef kAdd, kSub, kMul, kDiv, kNeg, kPow, kPower, kSquare, kCube, kSqrt, kAbs, kSign, kExp, kLog,
    kMin, kMax, kClip;
Value add(Value a, Value b);
Value sub(Value a, Value b);
Value mul(Value a, Value b);
Value div(Value a, Value b);
Value neg(Value x);
/// a^b for a > 0, or whole b.
Value pow(Value a, Value b);
/// x^n with a constant exponent.
Value pow(Value x, double n);
Value square(Value x);
Value cube(Value x);
Value sqrt(Value x);
Value abs(Value x);
/// −1, 0 or 1.
Value sign(Value x);
Value exp(Value x);
/// The natural logarithm.
Value log(Value x);
/// log_base(x) = ln x / ln base.
Value log(Value x, double base);
Value min(Value a, Value b);
Value max(Value a, Value b);
/// x limited to [low, high].
Value clip(Value x, double low, double high);

// Comparisons: 1 where true, else 0, in the operands' type
// ------------------------------------------------------------
extern const OpDef kEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kWhere;
Value equal(Value a, Value b);
Value less(Value a, Value b);
Value less_equal(Value a, Value b);
Value greater(Value a, Value b);
Value greater_equal(Value a, Value b);
/// a where condition ≠ 0, else b.
Value where(Value condition, Value a, Value b);

// Activation functions
// ----------------------------------------------------------------------------------------------
extern const OpDef kSigmoid, kTanh, kHardtanh, kRelu, kLeakyRelu, kElu, kSelu, kErf, kGelu, kSilu, kSoftplus,
    kSoftsign;
Value sigmoid(Value x);
Value tanh(Value x);
Value hardtanh(Value x);
Value relu(Value x);
Value leaky_relu(Value x, double slope = 0.01);
Value elu(Value x, double alpha = 1);
Value selu(Value x);
/// The error function.
Value erf(Value x);
/// The exact form, x·Φ(x).
Value gelu(Value x);
Value silu(Value x);
Value softplus(Value x);
Value softsign(Value x);

// Matrices
// ----------------------------------------------------------------------------------------------------------
extern const OpDef kMatmul, kTranspose;
/// [m,k]·[k,n] → [m,n]; the flags take the operand's transpose.
Value matmul(Value a, Value b, bool transpose_a = false, bool transpose_b = false);
/// The same with `row` [n] added to every row: one layer's x·W + b.
Value affine(Value a, Value b, Value row, bool transpose_a = false, bool transpose_b = false);
/// Reverses the axes, or orders them as given.
Value transpose(Value x, std::vector<int64_t> order = {});

// Over an axis (negative: counted from the end)
// ------------------------------------------------------------------------
extern const OpDef kSoftmax, kLogSoftmax, kLogsumexp, kSum, kMean, kReduceMax, kArgmax, kCount;
Value softmax(Value x, int64_t axis = -1);
Value log_softmax(Value x, int64_t axis = -1);
/// log Σ e^x over the axis, which stays as a dim of 1.
Value logsumexp(Value x, int64_t axis = -1);
/// Over the given axes; all when empty. `keep` leaves them as dims of 1.
Value sum(Value x, std::vector<int64_t> axes = {}, bool keep = false);
Value mean(Value x, std::vector<int64_t> axes = {}, bool keep = false);
Value reduce_max(Value x, std::vector<int64_t> axes = {}, bool keep = false);
/// i64 index of the largest element over the axis, which is removed; the first of equals.
Value argmax(Value x, int64_t axis = -1);
/// The number of elements over the given axes (all when empty), as a scalar of x's type; known when N is
/// bound.
Value count(Value x, std::vector<int64_t> axes = {});

// Shapes
// ------------------------------------------------------------------------------------------------------------
extern const OpDef kReshape, kConcat, kSlice, kBroadcast, kCast;
/// The same elements in row-major order with other dims; only a leading dim may be kBatch, and it must stay
/// so.
Value reshape(Value x, std::vector<int64_t> dims);
Value concat(std::span<const Value> values, int64_t axis);
/// Elements [begin, end) of the axis, which must not be N.
Value slice(Value x, int64_t axis, int64_t begin, int64_t end);
/// x repeated to the given dims under the broadcasting rules.
Value broadcast(Value x, std::vector<int64_t> dims);
Value cast(Value x, DType dtype);
/// The adjoint of broadcast: sums x down to `shape`'s dims.
Value sum_to(Value x, Shape shape);

// Indices (i64)
// -----------------------------------------------------------------------------------------------------
extern const OpDef kLookup, kScatterAdd, kCoalesce, kAssignRows, kPick, kPlace, kOneHot;
/// Rows of a table (embedding): table [V,d], indices [...] → [...,d].
Value lookup(Value table, Value indices);
/// The adjoint of lookup: rows [...,d] added into a zero table of `count` rows → [count,d].
Value scatter_add(Value indices, Value rows, int64_t count);
/// Every row replaced by the sum of all rows with its index: indices [...], rows [...,d] → [...,d].
Value coalesce(Value indices, Value rows);
/// The table with the given rows replaced; rows of equal index must be equal.
Value assign_rows(Value table, Value indices, Value rows);
/// x[n, index[n]]: x [N,k], indices [N] → [N,1].
Value pick(Value x, Value indices);
/// The adjoint of pick: column [N,1] placed at the index in a zero row → [N,size].
Value place(Value column, Value indices, int64_t size);
/// indices [...] → [...,depth] of zeros with a one at the index.
Value one_hot(Value indices, int64_t depth, DType dtype = DType::f32);

// Random
// ------------------------------------------------------------------------------------------------------------
extern const OpDef kDropout;
/// Zeroes elements with probability `rate` and scales the others by 1/(1−rate). `step` is an i64 scalar: the
/// same (seed, step) drops the same elements.
Value dropout(Value x, Value step, double rate, int64_t seed);

// Operators
// ---------------------------------------------------------------------------------------------------------
/// A constant of x's element type.
Value scalar_like(Value x, double value);
inline Value operator+(Value a, Value b) { return add(a, b); }
inline Value operator-(Value a, Value b) { return sub(a, b); }
inline Value operator*(Value a, Value b) { return mul(a, b); }
inline Value operator/(Value a, Value b) { return div(a, b); }
inline Value operator-(Value x) { return neg(x); }
inline Value operator+(Value a, double b) { return add(a, scalar_like(a, b)); }
inline Value operator-(Value a, double b) { return sub(a, scalar_like(a, b)); }
inline Value operator*(Value a, double b) { return mul(a, scalar_like(a, b)); }
inline Value operator/(Value a, double b) { return div(a, scalar_like(a, b)); }
inline Value operator+(double a, Value b) { return add(scalar_like(b, a), b); }
inline Value operator-(double a, Value b) { return sub(scalar_like(b, a), b); }
inline Value operator*(double a, Value b) { return mul(scalar_like(b, a), b); }
inline Value operator/(double a, Value b) { return div(scalar_like(b, a), b); }

/// Every operation, in the order of the documentation.
std::span<const OpDef* const> catalogue();
/// The operation of that name, or null.
const OpDef* find_op(std::string_view name);

}  // namespace kette
