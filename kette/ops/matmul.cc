// matmul: the matrix product, of either operand's transpose if asked, plus a row if given.
#include "kette/kernels/matmul.h"

#include "kette/base/error.h"
#include "kette/ops/c_forms.h"
#include "kette/ops/matmul_kernel.h"
#include "kette/ops/ops.h"

namespace kette {
namespace {

bool flag(const Attributes& attributes, std::string_view key) {
  const int64_t value = attributes.integer(key);
  if (value != 0 && value != 1) fail("[matmul] attribute \"{}\" is {}; expected 0 or 1", key, value);
  return value != 0;
}

/// dims of op(x): [rows, columns] after the transpose
std::pair<int64_t, int64_t> sides(const Shape& x, bool transposed) {
  return transposed ? std::pair{x[1], x[0]} : std::pair{x[0], x[1]};
}

Shape infer_matmul(const OpCall& call) {
  const Shape &a = call.inputs[0], &b = call.inputs[1];
  if (a.rank() != 2 || b.rank() != 2)
    fail("[matmul] operands must be matrices: {} x {}", dims_to_string(a), dims_to_string(b));
  if (a.dtype() != b.dtype() || !is_float(a.dtype()))
    fail("[matmul] operands differ in type or are not real: {} x {}", to_string(a), to_string(b));
  const auto [m, k] = sides(a, flag(call.attributes, "transpose_a"));
  const auto [k2, n] = sides(b, flag(call.attributes, "transpose_b"));
  if (k != k2) fail("[matmul] inner dimensions differ: {} x {}", dims_to_string(a), dims_to_string(b));
  if (n == kBatch)
    fail("[matmul] the batch dim N would not be the first: {} x {}", dims_to_string(a), dims_to_string(b));
  if (call.inputs.size() == 3 && call.inputs[2] != Shape({n}, a.dtype()))
    fail("[matmul] the row added is {}; expected {}", to_string(call.inputs[2]),
         to_string(Shape({n}, a.dtype())));
  return Shape({m, n}, a.dtype());
}

void matmul_reference(const ReferenceCall& call) {
  const bool ta = flag(call.attributes, "transpose_a"), tb = flag(call.attributes, "transpose_b");
  const Reference &a = *call.in[0], &b = *call.in[1];
  const auto [m, k] = sides(a.shape, ta);
  const int64_t n = sides(b.shape, tb).second;
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double sum = call.in.size() == 3 ? call.in[2]->values[static_cast<size_t>(j)] : 0;
      for (int64_t l = 0; l < k; ++l)
        sum += a.values[static_cast<size_t>(ta ? l * m + i : i * k + l)] *
               b.values[static_cast<size_t>(tb ? j * k + l : l * n + j)];
      call.out.values[static_cast<size_t>(i * n + j)] = sum;
    }
}

// Y = op(A)·op(B), G the cotangent of Y. Each line's shapes in terms of op(A) [m,k], op(B) [k,n], G [m,n].
std::vector<Value> matmul_vjp(const LocalCall& c, Value g) {
  const Value a = c.x[0], b = c.x[1];
  const bool ta = flag(c.attributes, "transpose_a"), tb = flag(c.attributes, "transpose_b");
  std::vector<Value> cotangents{ta ? matmul(b, g, tb, true)      // A [k,m]:  op(B)[k,n]·Gᵀ[n,m]
                                   : matmul(g, b, false, !tb),   // A [m,k]:  G[m,n]·op(B)ᵀ[n,k]
                                tb ? matmul(g, a, true, ta)      // B [n,k]:  Gᵀ[n,m]·op(A)[m,k]
                                   : matmul(a, g, !ta, false)};  // B [k,n]:  op(A)ᵀ[k,m]·G[m,n]
  if (c.x.size() == 3) cotangents.push_back(sum(g, {0}));        // row [n]
  return cotangents;
}

Value matmul_jvp(const LocalCall& c, std::span<const Value> t) {
  const bool ta = flag(c.attributes, "transpose_a"), tb = flag(c.attributes, "transpose_b");
  Value result;
  const auto add_part = [&](Value part) { result = result ? result + part : part; };
  if (t[0]) add_part(matmul(t[0], c.x[1], ta, tb));
  if (t[1]) add_part(matmul(c.x[0], t[1], ta, tb));
  if (t.size() == 3 && t[2]) add_part(t[2]);
  return result;
}

std::vector<Example> matmul_examples() {
  return {{{Shape({kBatch, 3}), Shape({3, 4})}},
          {{Shape({5, 7}), Shape({7, 1})}},
          {{Shape({kBatch, 4}), Shape({4, 3}), Shape({3})}},
          {{Shape({6, 5}), Shape({6, 3})}, {{"transpose_a", int64_t{1}}}},
          {{Shape({kBatch, 5}), Shape({3, 5})}, {{"transpose_b", int64_t{1}}}},
          {{Shape({4, 5}), Shape({3, 4})}, {{"transpose_a", int64_t{1}}, {"transpose_b", int64_t{1}}}}};
}

/// Four rows of B are added at once, so that a result is loaded and stored a quarter as often, and the inner
/// loop runs over neighbouring results; where those are few, four sums run side by side instead.
std::string write_matmul(const CCall& call) {
  const bool ta = flag(call.attributes, "transpose_a"), tb = flag(call.attributes, "transpose_b");
  const Shape &a = call.input_shapes[0], &b = call.input_shapes[1];
  const auto [m, k] = sides(a, ta);
  const int64_t n = sides(b, tb).second;
  const bool narrow = n < 4;
  std::string text = narrow ? R"(
  for (int32_t j = 0; j < {n}; ++j) {
    const {T}* const b = {1} + j * {b_next};
    {T} s0 = {start}, s1 = 0, s2 = 0, s3 = 0;
    int32_t l = 0;)"
                            : R"(
  int32_t l = 0;
  for (int32_t j = 0; j < {n}; ++j) y[j] = {start};)";
  if (k >= 4)
    text += narrow ? R"(
    for (; l + 4 <= {k}; l += 4) {
      s0 += a[l * {a_next}] * b[l * {b_row}];
      s1 += a[(l + 1) * {a_next}] * b[(l + 1) * {b_row}];
      s2 += a[(l + 2) * {a_next}] * b[(l + 2) * {b_row}];
      s3 += a[(l + 3) * {a_next}] * b[(l + 3) * {b_row}];
    })"
                   : R"(
  for (; l + 4 <= {k}; l += 4) {
    const {T} a0 = a[l * {a_next}], a1 = a[(l + 1) * {a_next}], a2 = a[(l + 2) * {a_next}], a3 = a[(l + 3) * {a_next}];
    const {T}* const b = {1} + l * {b_row};
    for (int32_t j = 0; j < {n}; ++j)
      y[j] += a0 * b[j * {b_next}] + a1 * b[{b_row} + j * {b_next}] + a2 * b[2 * {b_row} + j * {b_next}] +
              a3 * b[3 * {b_row} + j * {b_next}];
  })";
  if (k % 4 != 0)
    text += narrow ? "\n    for (; l < {k}; ++l) s0 += a[l * {a_next}] * b[l * {b_row}];" : R"(
  for (; l < {k}; ++l)
    for (int32_t j = 0; j < {n}; ++j) y[j] += a[l * {a_next}] * {1}[l * {b_row} + j * {b_next}];)";
  if (narrow) text += "\n    y[j] = (s0 + s1) + (s2 + s3);\n  }";
  const std::string head = R"(
  const {T}* const a = {0} + {i} * {a_row};
  {T}* const y = {y} + {i} * {n};)";
  return with_numbers(
      with_text(repeated(m, head + text), "start", call.input_shapes.size() == 3 ? "{2}[j]" : "0"),
      {{"m", m},
       {"k", k},
       {"n", n},
       {"a_row", ta ? 1 : k},
       {"a_next", ta ? m : 1},
       {"b_row", tb ? 1 : n},
       {"b_next", tb ? k : 1}});
}

std::string matmul_notation(const Attributes& attributes, size_t operands, FormulaStyle style) {
  const bool plain = style == FormulaStyle::plain;
  const auto factor = [&](std::string_view operand, std::string_view key) {
    if (!flag(attributes, key)) return fmt::format("{{{}*}}", operand);
    return fmt::format("{{{}!}}{}", operand, plain ? "ᵀ" : "^\\top");
  };
  return factor("0", "transpose_a") + (plain ? "·" : " \\cdot ") + factor("1", "transpose_b") +
         (operands == 3 ? " + {2*}" : "");
}

std::vector<Value> matmul_terms(const ElementCall& call) {
  const bool ta = flag(call.attributes, "transpose_a"), tb = flag(call.attributes, "transpose_b");
  const auto [m, k] = sides(call.inputs[0], ta);
  const int64_t n = sides(call.inputs[1], tb).second, i = call.element / n, j = call.element % n;
  std::vector<Value> terms;
  for (int64_t l = 0; l < k; ++l)
    terms.push_back(call.at(0, ta ? l * m + i : i * k + l) * call.at(1, tb ? j * k + l : l * n + j));
  if (call.inputs.size() == 3) terms.push_back(call.at(2, j));
  return terms;
}

}  // namespace

const OpDef kMatmul{
    .name = "matmul",
    .formula = "Y = A·B (+ row);  ∂L/∂A = G·Bᵀ, ∂L/∂B = Aᵀ·G, ∂L/∂row = Σ of G's rows",
    .min_inputs = 2,
    .max_inputs = 3,
    .attributes = {{"transpose_a", int64_t{0}}, {"transpose_b", int64_t{0}}},
    .notation = {.plain = {.binding = Binding::sum}, .write = matmul_notation},
    .infer = infer_matmul,
    .reference = matmul_reference,
    .prepare = [](const KernelSpec& spec) -> std::unique_ptr<Kernel> {
      return std::make_unique<MatmulKernel>(spec);
    },
    .vjp = matmul_vjp,
    .jvp = matmul_jvp,
    .examples = matmul_examples,
    .terms = matmul_terms,
    .max_ulp = 8,
    .c = {.write = write_matmul},
    .onnx = {.write =
                 [](OnnxWriter& onnx, const OnnxCall& call) {
                   const auto operand = [&](size_t i, std::string_view key) {
                     return flag(call.attributes, key) ? onnx.node("Transpose", {call.inputs[i]},
                                                                   {{"perm", std::vector<int64_t>{1, 0}}})
                                                       : call.inputs[i];
                   };
                   const std::string product =
                       onnx.node("MatMul", {operand(0, "transpose_a"), operand(1, "transpose_b")});
                   return call.inputs.size() == 3 ? onnx.node("Add", {product, call.inputs[2]}) : product;
                 }},
};

Value matmul(Value a, Value b, bool transpose_a, bool transpose_b) {
  return a.graph->apply(kMatmul, {a, b},
                        {{"transpose_a", int64_t{transpose_a}}, {"transpose_b", int64_t{transpose_b}}});
}

Value affine(Value a, Value b, Value row, bool transpose_a, bool transpose_b) {
  return a.graph->apply(kMatmul, {a, b, row},
                        {{"transpose_a", int64_t{transpose_a}}, {"transpose_b", int64_t{transpose_b}}});
}

}  // namespace kette
