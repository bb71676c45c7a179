// What each operation refuses, and how it says so.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "kette/base/error.h"
#include "kette/ops/ops.h"

namespace kette::shape_errors_test {
namespace {

class ShapeErrors : public testing::Test {
 protected:
  Value in(std::initializer_list<int64_t> dims, DType dtype = DType::f32) {
    return graph_.input(fmt::format("x{}", graph_.size()), Shape(dims, dtype));
  }
  Value index(std::initializer_list<int64_t> dims) { return in(dims, DType::i64); }

  void expect(std::string_view message, const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), message);
      return;
    }
    ADD_FAILURE() << "accepted; expected: " << message;
  }

  Graph graph_;
};

TEST_F(ShapeErrors, elementwise) {
  expect("[add] shapes [2,3] and [4,3] do not broadcast together", [&] { add(in({2, 3}), in({4, 3})); });
  expect("[mul] shapes [N,3] and [2,3] do not broadcast together", [&] { mul(in({kBatch, 3}), in({2, 3})); });
  expect("[exp] operands must be f32 or f64, found i64[3]", [&] { exp(index({3})); });
  expect("[max] operands differ in type: f32[3] and f64[3]", [&] { max(in({3}), in({3}, DType::f64)); });
  expect("[clip] low 2 must be at most high 1", [&] { clip(in({3}), 2, 1); });
  expect("[clip] low nan must be at most high 1", [&] { clip(in({3}), NAN, 1); });
  expect("[log] base 1 must be positive and not 1", [&] { log(in({3}), 1); });
}

TEST_F(ShapeErrors, matmul_and_transpose) {
  expect("[matmul] inner dimensions differ: [32,10] x [12,4]", [&] { matmul(in({32, 10}), in({12, 4})); });
  expect("[matmul] attribute \"transpose_b\" is 7; expected 0 or 1", [&] {
    graph_.apply(kMatmul, {in({2, 3}), in({3, 4})}, {{"transpose_b", int64_t{7}}});
  });
  expect("[transpose] order [0, 0] is not an order of the 2 axes of [2,3]", [&] {
    transpose(in({2, 3}), {0, 0});
  });
  expect("[transpose] order [-1, 0] is not an order of the 0 axes of []", [&] {
    transpose(in({}), {-1, 0});
  });
  expect("[transpose] order [0] is not an order of the 2 axes of [2,3]", [&] { transpose(in({2, 3}), {0}); });
  expect("[transpose] the batch dim N of [N,3] would not be the first", [&] { transpose(in({kBatch, 3})); });
}

TEST_F(ShapeErrors, reductions) {
  expect("[softmax] axis 2 is out of range for rank 2", [&] { softmax(in({2, 3}), 2); });
  expect("[log_softmax] axis -3 is out of range for rank 2", [&] { log_softmax(in({2, 3}), -3); });
  expect("[logsumexp] the operand must be f32 or f64, found i64[3]", [&] { logsumexp(index({3})); });
  expect("[softmax] the operand must be f32 or f64, found i64[3]", [&] { softmax(index({3})); });
  expect("[log_softmax] the operand must be f32 or f64, found i64[3]", [&] { log_softmax(index({3})); });
  expect("[logsumexp] axis 1 is out of range for rank 1", [&] { logsumexp(in({3}), 1); });
  expect("[sum] axis 3 is out of range for rank 2", [&] { sum(in({2, 3}), {3}); });
  expect("[mean] axes [1, 1] name an axis twice", [&] { mean(in({2, 3}), {1, -1}); });
  expect("[reduce_max] the operand must be f32 or f64, found i64[3]", [&] { reduce_max(index({3})); });
  expect("[sum] axes [0, 2] are not neighbouring axes of [2,3,4]", [&] {
    graph_.apply(kSum, {in({2, 3, 4})}, {{"axes", std::vector<int64_t>{0, 2}}});
  });
  expect("[argmax] axis 1 of [2,0] is empty", [&] { argmax(in({2, 0})); });
  expect("[argmax] the operand must be f32 or f64, found i64[3]", [&] { argmax(index({3})); });
  expect("[count] axis 5 is out of range for rank 2", [&] { count(in({kBatch, 3}), {5}); });
}

TEST_F(ShapeErrors, shapes) {
  expect("[reshape] [N,6] cannot become [N,5]", [&] { reshape(in({kBatch, 6}), {kBatch, 5}); });
  expect("[reshape] [N,6] cannot become [6]", [&] { reshape(in({kBatch, 6}), {6}); });
  expect("[reshape] [2,6] cannot become [N,6]", [&] { reshape(in({2, 6}), {kBatch, 6}); });
  expect("[reshape] dim 1 is -1; dims must not be negative", [&] { reshape(in({2, 6}), {2, -1}); });
  expect("[broadcast] [2,3] cannot be repeated to [4,3]", [&] { broadcast(in({2, 3}), {4, 3}); });
  expect("[broadcast] [2,3] cannot be repeated to [3]", [&] { broadcast(in({2, 3}), {3}); });
  const auto join = [&](Value a, Value b, int64_t axis) { concat(std::vector{a, b}, axis); };
  expect("[concat] f32[2,4] does not join f32[3,3] along axis 0", [&] { join(in({3, 3}), in({2, 4}), 0); });
  expect("[concat] i64[3] does not join f32[3] along axis 0", [&] { join(in({3}), index({3}), 0); });
  expect("[concat] [N,3] cannot be joined along the batch dim N", [&] {
    join(in({kBatch, 3}), in({kBatch, 3}), 0);
  });
  expect("[concat] takes one operand or more, got none", [&] { concat({}, 0); });
  expect("[slice] [2, 6) is not a range of axis 1 of [N,5]", [&] { slice(in({kBatch, 5}), 1, 2, 6); });
  expect("[slice] [3, 2) is not a range of axis 1 of [N,5]", [&] { slice(in({kBatch, 5}), 1, 3, 2); });
  expect("[slice] [N,5] cannot be cut along the batch dim N", [&] { slice(in({kBatch, 5}), 0, 0, 1); });
  expect("[cast] attribute \"to\" is missing", [&] { graph_.apply(kCast, {in({3})}); });
}

TEST_F(ShapeErrors, indices) {
  expect("[lookup] the table must be a matrix of fixed size, found [5]",
         [&] { lookup(in({5}), index({2})); });
  expect("[lookup] indices must be i64, found f32[2]", [&] { lookup(in({5, 3}), in({2})); });
  expect("[scatter_add] indices [4] need rows of the same dims and one more, found [5,3]", [&] {
    scatter_add(index({4}), in({5, 3}), 7);
  });
  expect("[scatter_add] count -1 must not be negative", [&] { scatter_add(index({4}), in({4, 3}), -1); });
  expect("[coalesce] rows [5,3] must have the dims of indices [4] and one more", [&] {
    coalesce(index({4}), in({5, 3}));
  });
  expect("[assign_rows] table f32[5,3] and indices [2] need rows f32[2,3], found f32[2,4]", [&] {
    assign_rows(in({5, 3}), index({2}), in({2, 4}));
  });
  expect("[pick] needs a matrix [N,k] and indices [N], found [N,3] and [4]", [&] {
    pick(in({kBatch, 3}), index({4}));
  });
  expect("[place] needs a column [N,1] and indices [N], found [N,3] and [N]", [&] {
    place(in({kBatch, 3}), index({kBatch}), 4);
  });
  expect("[one_hot] depth -2 must not be negative", [&] { one_hot(index({3}), -2); });
  expect("[one_hot] dtype must be f32 or f64, found i64", [&] { one_hot(index({3}), 2, DType::i64); });
}

TEST_F(ShapeErrors, dropout) {
  expect("[dropout] rate 1 is not in [0, 1)", [&] { dropout(in({3}), index({}), 1, 0); });
  expect("[dropout] rate -0.1 is not in [0, 1)", [&] { dropout(in({3}), index({}), -0.1, 0); });
  expect("[dropout] the step must be i64[], found i64[3]", [&] { dropout(in({3}), index({3}), 0.5, 0); });
}

// Bad data is found when the kernel or the reference runs.
TEST(IndexErrors, an_index_out_of_range_is_named_with_its_position) {
  struct Case {
    const OpDef* op;
    std::vector<Shape> shapes;
    size_t operand;
    Attributes attributes;
    std::string message;
  };
  const auto i64 = [](std::initializer_list<int64_t> dims) { return Shape(dims, DType::i64); };
  const std::string tail = "index 17 at position 3 is out of range for 10 rows";
  const std::vector<Case> cases = {
      {&kLookup, {Shape({10, 2}), i64({5})}, 1, {}, "[lookup] " + tail},
      {&kScatterAdd, {i64({5}), Shape({5, 2})}, 0, {{"count", int64_t{10}}}, "[scatter_add] " + tail},
      {&kAssignRows, {Shape({10, 2}), i64({5}), Shape({5, 2})}, 1, {}, "[assign_rows] " + tail},
      {&kPick, {Shape({5, 10}), i64({5})}, 1, {}, "[pick] " + tail},
      {&kPlace, {Shape({5, 1}), i64({5})}, 1, {{"size", int64_t{10}}}, "[place] " + tail},
      {&kOneHot,
       {i64({5})},
       0,
       {{"depth", int64_t{10}}, {"dtype", std::string("f32")}},
       "[one_hot] " + tail}};
  for (const Case& c : cases) {
    std::vector<Tensor> x;
    std::vector<Reference> exact;
    std::vector<const void*> in;
    std::vector<const Reference*> exact_in;
    for (const Shape& shape : c.shapes) {
      x.emplace_back(shape);
      exact.push_back({shape, std::vector<double>(static_cast<size_t>(shape.size()))});
    }
    x[c.operand].set(3, 17);
    exact[c.operand].values[3] = 17;
    for (size_t k = 0; k < x.size(); ++k) {
      in.push_back(x[k].bytes());
      exact_in.push_back(&exact[k]);
    }
    const Shape shape = c.op->infer({*c.op, c.shapes, c.attributes});
    Tensor y(shape);
    Reference result{shape, std::vector<double>(static_cast<size_t>(shape.size()))};
    const auto kernel = c.op->prepare({c.shapes, shape, c.attributes});
    const auto message = [](const std::function<void()>& call) -> std::string {
      try {
        call();
      } catch (const Error& error) {
        return error.what();
      }
      return "accepted";
    };
    EXPECT_EQ(message([&] { kernel->run(in.data(), y.bytes(), 0, nullptr); }), c.message);
    EXPECT_EQ(message([&] { c.op->reference({exact_in, result, c.attributes}); }), c.message);
  }
}

}  // namespace
}  // namespace kette::shape_errors_test
