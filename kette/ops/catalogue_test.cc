// Every operation of the catalogue against its float64 reference; nothing here knows a single operation.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include "kette/base/error.h"
#include "kette/base/random.h"
#include "kette/kernels/simd_targets.h"
#include "kette/ops/ops.h"
#include "kette/ops/test_samples.h"

namespace kette::catalogue_test {
namespace {

constexpr uint64_t kSeed = 20240501;

/// The distance from `exact` to the next number of the type, where `magnitude` lies.
double unit_in_last_place(double magnitude, DType dtype) {
  const int digits = dtype == DType::f32 ? 24 : 53, lowest = dtype == DType::f32 ? -149 : -1074;
  if (magnitude == 0) return std::ldexp(1, lowest);
  return std::ldexp(1, std::max(std::ilogb(magnitude) + 1 - digits, lowest));
}

bool agree(double found, double exact, double max_ulp, DType dtype, double magnitude) {
  if (std::isnan(exact)) return std::isnan(found);
  if (dtype == DType::i64) return found == exact;
  const double rounded = dtype == DType::f32 ? static_cast<double>(static_cast<float>(exact)) : exact;
  if (found == rounded) return true;
  if (std::isinf(rounded) || std::isinf(found)) {
    // Near the largest number either side of the rounding to infinity is right.
    const double largest =
        dtype == DType::f32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
    return std::min(std::abs(rounded), std::abs(found)) >= largest * (1 - 8 * 0x1p-24) &&
           (rounded > 0) == (found > 0);
  }
  return std::abs(found - exact) <= max_ulp * unit_in_last_place(magnitude, dtype) * (1 + 1e-6);
}

using test_samples::sample;

Domain domain_of(const std::vector<Domain>& domains, size_t operand) {
  return operand < domains.size() ? domains[operand] : Domain{};
}

Tensor sample_tensor(const Shape& shape, const Domain& domain, const Random& random) {
  Tensor result(shape);
  for (int64_t i = 0; i < shape.size(); ++i) {
    const auto position = static_cast<uint64_t>(i);
    result.set(i, is_float(shape.dtype())
                      ? sample(domain, random, position)
                      : domain.low + static_cast<double>(random.below(
                                         static_cast<uint64_t>(domain.high - domain.low) + 1, position)));
  }
  return result;
}

Reference as_reference(const Tensor& tensor) {
  Reference result{tensor.shape(), {}};
  for (int64_t i = 0; i < tensor.size(); ++i) result.values.push_back(tensor.at(i));
  return result;
}

std::vector<const OpDef*> ops(bool elementwise) {
  std::vector<const OpDef*> result;
  for (const OpDef* op : catalogue())
    if (op->is_elementwise() == elementwise) result.push_back(op);
  return result;
}

std::string name_of(const testing::TestParamInfo<const OpDef*>& info) {
  return std::string(info.param->name);
}

/// The attributes where none is given.
Attributes defaults(const OpDef& op) {
  Attributes result;
  for (const AttributeSpec& spec : op.attributes) result.set(spec.name, spec.initial);
  return result;
}

Attributes completed(const OpDef& op, const Attributes& given) {
  Attributes result = defaults(op);
  for (const auto& [key, value] : given) result.set(key, value);
  return result;
}

// Element-wise operations ----------------------------------------------------------------------------------

class ElementwiseOp : public testing::TestWithParam<const OpDef*> {
 protected:
  /// Runs the loop over the operands and compares each element with the reference.
  template <class T>
  void check(const std::vector<std::vector<double>>& operands, double max_ulp) {
    const OpDef& op = *GetParam();
    const auto parameters = real_attributes(op, defaults(op));
    const size_t n = operands[0].size();
    std::vector<std::vector<T>> x;
    std::vector<const void*> in;
    for (const auto& values : operands) x.emplace_back(values.begin(), values.end());
    for (const auto& values : x) in.push_back(values.data());
    constexpr T kUntouched = T{-77};
    std::vector<T> y(n + 1, kUntouched);
    const MapLoops loops = op.loops();
    (sizeof(T) == 4 ? loops.f32 : loops.f64)(in.data(), y.data(), static_cast<int64_t>(n), parameters.data());
    EXPECT_EQ(y[n], kUntouched) << op.name << " writes past the end, n = " << n;
    for (size_t i = 0; i < n; ++i) {
      std::array<double, 3> at{};
      for (size_t k = 0; k < x.size(); ++k) at[k] = static_cast<double>(x[k][i]);
      const double exact = op.scalar(at.data(), parameters.data());
      ASSERT_TRUE(agree(y[i], exact, max_ulp, dtype_of<T>(), std::abs(exact)))
          << op.name << " " << to_string(dtype_of<T>()) << " at (" << at[0] << ", " << at[1] << ", " << at[2]
          << ") n = " << n << ", i = " << i << ": " << y[i] << " instead of " << exact << ", "
          << std::abs(y[i] - exact) / unit_in_last_place(exact, dtype_of<T>()) << " ULP";
    }
  }

  std::vector<std::vector<double>> samples(size_t n, uint64_t stream) const {
    std::vector<std::vector<double>> result;
    for (size_t k = 0; k < static_cast<size_t>(GetParam()->min_inputs); ++k) {
      const Random random(kSeed, stream * 8 + k);
      std::vector<double>& values = result.emplace_back();
      for (size_t i = 0; i < n; ++i) values.push_back(sample(domain_of(GetParam()->domains, k), random, i));
    }
    return result;
  }
};

// The float64 reference is itself rounded a few times.
double f64_bound(const OpDef& op) { return 2 * op.max_ulp + 3; }

TEST_P(ElementwiseOp, keeps_its_error_bound_on_its_domain_at_every_length) {
  for (size_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 1000, 5000}) {
    check<float>(samples(n, n), GetParam()->max_ulp);
    check<double>(samples(n, n), f64_bound(*GetParam()));
  }
}

TEST_P(ElementwiseOp, is_right_at_special_values) {
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<double> special = {0.0, -0.0, inf, -inf, std::nan(""), 1e-40, -1e-40, 1e-30, -1e-30,
                                 1,   -1,   2,   -2};
  for (double magnitude : {0.5, 3.0, 10.0, 20.0, 50.0, 90.0, 1e3, 1e4, 1e30})
    for (double sign : {-1.0, 1.0}) special.push_back(sign * magnitude);
  const auto count = static_cast<size_t>(GetParam()->min_inputs);
  std::vector<std::vector<double>> operands(count);
  const auto combinations = static_cast<size_t>(std::pow(special.size(), count));
  for (size_t i = 0; i < combinations; ++i) {
    size_t rest = i;
    for (std::vector<double>& values : operands) {
      values.push_back(special[rest % special.size()]);
      rest /= special.size();
    }
  }
  // Outside the domain the bound is wider, but never loose.
  check<float>(operands, 2 * GetParam()->max_ulp + 2);
  check<double>(operands, 2 * f64_bound(*GetParam()));
}

TEST_P(ElementwiseOp, keeps_its_error_bound_on_every_instruction_set) {
  for (int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    kernels::use_target_for_test(target);
    check<float>(samples(1001, 3), GetParam()->max_ulp);
    check<double>(samples(1001, 3), f64_bound(*GetParam()));
  }
  kernels::use_target_for_test(0);
}

TEST_P(ElementwiseOp, may_write_over_an_operand) {
  const OpDef& op = *GetParam();
  const auto parameters = real_attributes(op, defaults(op));
  const auto operands = samples(37, 99);
  std::vector<std::vector<float>> x;
  for (const auto& values : operands) x.emplace_back(values.begin(), values.end());
  std::vector<const void*> in;
  for (const auto& values : x) in.push_back(values.data());
  std::vector<float> apart(37);
  op.loops().f32(in.data(), apart.data(), 37, parameters.data());
  op.loops().f32(in.data(), x[0].data(), 37, parameters.data());
  for (size_t i = 0; i < apart.size(); ++i)
    EXPECT_EQ(std::bit_cast<uint32_t>(apart[i]), std::bit_cast<uint32_t>(x[0][i])) << i;
}

TEST_P(ElementwiseOp, has_a_derivative_for_every_operand) {
  const OpDef& op = *GetParam();
  ASSERT_NE(op.partials, nullptr);
  Graph graph;
  std::vector<Value> x;
  for (int k = 0; k < op.min_inputs; ++k) x.push_back(graph.input(fmt::format("x{}", k), Shape({kBatch, 3})));
  const Value y = graph.apply(op, x);
  const Attributes attributes = graph.node(y).attributes;
  const std::vector<Value> partials = op.partials({x, y, attributes});
  ASSERT_EQ(partials.size(), x.size());
  for (const Value& partial : partials)
    if (partial) {
      EXPECT_NO_THROW(mul(partial, y)) << op.name;
    }
}

TEST_P(ElementwiseOp, rejects_whole_numbers_mixed_types_and_shapes_that_do_not_broadcast) {
  const OpDef& op = *GetParam();
  Graph graph;
  const auto rejected = [&](std::vector<Shape> shapes) {
    std::vector<Value> x;
    for (const Shape& shape : shapes) x.push_back(graph.input(fmt::format("x{}", graph.size()), shape));
    try {
      graph.apply(op, x);
    } catch (const Error& error) {
      EXPECT_TRUE(std::string_view(error.what()).starts_with(fmt::format("[{}] ", op.name))) << error.what();
      return;
    }
    ADD_FAILURE() << op.name << " takes " << to_string(shapes[0]);
  };
  const auto count = static_cast<size_t>(op.min_inputs);
  rejected(std::vector<Shape>(count, Shape({2}, DType::i64)));
  rejected(std::vector<Shape>(count + 1, Shape({2})));
  if (count < 2) return;
  std::vector<Shape> shapes(count, Shape({2, 3}));
  shapes.back() = Shape({4, 3});
  rejected(shapes);
  shapes.back() = Shape({2, 3}, DType::f64);
  rejected(shapes);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ElementwiseOp, testing::ValuesIn(ops(true)), name_of);

// All other operations -------------------------------------------------------------------------------------

class GeneralOp : public testing::TestWithParam<const OpDef*> {};

/// The example's operands in the types asked for: f64 in place of f32.
Shape widened(const Shape& shape, bool wide) {
  return wide && shape.dtype() == DType::f32 ? shape.as(DType::f64) : shape;
}

void check_example(const OpDef& op, const Example& example, int64_t batch, bool wide) {
  const Attributes attributes = completed(op, example.attributes);
  std::vector<Shape> symbolic, shapes;
  std::vector<Tensor> x;
  std::vector<Reference> exact_x;
  std::vector<const void*> in;
  std::vector<const Reference*> exact_in;
  double magnitude = 0;
  for (size_t k = 0; k < example.inputs.size(); ++k) {
    symbolic.push_back(widened(example.inputs[k], wide));
    shapes.push_back(symbolic.back().bind(batch));
    const Random random(kSeed, static_cast<uint64_t>(batch) * 16 + k);
    x.push_back(sample_tensor(shapes.back(), domain_of(example.domains, k), random));
    exact_x.push_back(as_reference(x.back()));
    if (is_float(shapes.back().dtype()))
      for (double value : exact_x.back().values) magnitude = std::max(magnitude, std::abs(value));
  }
  for (size_t k = 0; k < x.size(); ++k) {
    in.push_back(x[k].bytes());
    exact_in.push_back(&exact_x[k]);
  }
  const Shape shape = op.infer({op, symbolic, attributes}).bind(batch);
  Reference exact{shape, std::vector<double>(static_cast<size_t>(shape.size()))};
  op.reference({exact_in, exact, attributes});
  ASSERT_EQ(static_cast<int64_t>(exact.values.size()), shape.size());
  for (double value : exact.values) magnitude = std::max(magnitude, std::abs(value));

  const std::unique_ptr<Kernel> kernel = op.prepare({shapes, shape, attributes});
  Tensor y(shape);
  for (int64_t i = 0; i < y.size(); ++i) y.set(i, -77);
  AlignedBuffer workspace = allocate_aligned(kernel->workspace_bytes());
  std::memset(workspace.get(), 0x5a, kernel->workspace_bytes());
  for (int64_t tile = kernel->tiles() - 1; tile >= 0; --tile)
    kernel->run(in.data(), y.bytes(), tile, workspace.get());
  const double bound = wide ? f64_bound(op) : op.max_ulp;
  for (int64_t i = 0; i < y.size(); ++i)
    ASSERT_TRUE(agree(y.at(i), exact.values[static_cast<size_t>(i)], bound, shape.dtype(), magnitude))
        << op.name << " N = " << batch << " " << to_string(shape) << " element " << i << ": " << y.at(i)
        << " instead of " << exact.values[static_cast<size_t>(i)];
}

TEST_P(GeneralOp, kernel_agrees_with_the_reference_on_every_example) {
  const OpDef& op = *GetParam();
  ASSERT_NE(op.examples, nullptr);
  ASSERT_FALSE(op.examples().empty());
  for (const Example& example : op.examples())
    for (int64_t batch : {1, 2, 7})
      for (bool wide : {false, true}) check_example(op, example, batch, wide);
}

// Large enough for several tiles wherever the work is split.
TEST_P(GeneralOp, kernel_agrees_with_the_reference_on_a_large_batch) {
  const OpDef& op = *GetParam();
  for (const Example& example : op.examples())
    if (std::ranges::any_of(example.inputs, &Shape::has_batch)) check_example(op, example, 3001, false);
}

TEST_P(GeneralOp, derivatives_have_the_shapes_of_what_they_belong_to) {
  const OpDef& op = *GetParam();
  ASSERT_NE(op.vjp, nullptr);
  ASSERT_NE(op.jvp, nullptr);
  for (const Example& example : op.examples()) {
    Graph graph;
    std::vector<Value> x, tangents;
    for (const Shape& shape : example.inputs) {
      x.push_back(graph.input(fmt::format("x{}", x.size()), shape));
      const bool smooth = is_float(shape.dtype());
      tangents.push_back(smooth ? graph.input(fmt::format("t{}", x.size()), shape) : Value{});
    }
    const Value y = graph.apply(op, x, example.attributes);
    const Shape shape = y.shape();
    const Attributes attributes = graph.node(y).attributes;
    if (is_float(shape.dtype())) {
      const Value g = graph.input("g", shape);
      const std::vector<Value> cotangents = op.vjp({x, y, attributes}, g);
      ASSERT_EQ(cotangents.size(), x.size()) << op.name;
      for (size_t k = 0; k < x.size(); ++k)
        if (cotangents[k]) {
          EXPECT_EQ(cotangents[k].shape(), x[k].shape()) << op.name;
        }
    }
    if (std::ranges::any_of(tangents, [](Value t) { return static_cast<bool>(t); })) {
      const Value tangent = op.jvp({x, y, attributes}, tangents);
      if (tangent) {
        EXPECT_EQ(tangent.shape(), shape) << op.name;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, GeneralOp, testing::ValuesIn(ops(false)), name_of);

// The catalogue itself -------------------------------------------------------------------------------------

TEST(Catalogue, entries_are_complete_and_unique) {
  std::set<std::string_view> names;
  for (const OpDef* op : catalogue()) {
    EXPECT_TRUE(names.insert(op->name).second) << op->name << " stands twice";
    EXPECT_FALSE(op->formula.empty()) << op->name;
    EXPECT_NE(op->infer, nullptr) << op->name;
    EXPECT_EQ(op->is_elementwise(), op->loops != nullptr) << op->name;
    EXPECT_NE(op->is_elementwise(), op->reference != nullptr && op->prepare != nullptr) << op->name;
    EXPECT_EQ(find_op(op->name), op);
  }
  EXPECT_EQ(find_op("no such operation"), nullptr);
}

TEST(Catalogue, every_attribute_has_a_form_that_infer_accepts_from_an_example) {
  for (const OpDef* op : ops(false))
    for (const Example& example : op->examples()) {
      Graph graph;
      std::vector<Value> x;
      for (const Shape& shape : example.inputs) x.push_back(graph.input(fmt::format("x{}", x.size()), shape));
      EXPECT_NO_THROW(graph.apply(*op, x, example.attributes)) << op->name;
    }
}

}  // namespace
}  // namespace kette::catalogue_test
