#include "kette/train/search.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "kette/base/error.h"
#include "kette/base/threads.h"
#include "kette/data/batches.h"
#include "kette/data/split.h"
#include "kette/onnx/write.h"
#include "kette/train/predictor.h"
#include "kette/train/test_data.h"

namespace kette::search_test {
namespace {

using test_data::all_rows;
using test_data::generated;

/// Little is tried, so that a test is short.
SearchOptions tiny(uint64_t seed = 1) { return {.effort = 0.02, .folds = 2, .seed = seed}; }

TEST(Search, gives_the_same_bytes_at_any_number_of_threads) {
  const data::Dataset dataset = generated("moons", 80, 0.2, 5);
  const std::string alone = to_onnx(search_network(dataset, all_rows(dataset), tiny()).model);
  for (const int count : {2, 3}) {
    Threads threads(count);
    SearchOptions options = tiny();
    options.threads = &threads;
    EXPECT_TRUE(to_onnx(search_network(dataset, all_rows(dataset), options).model) == alone)
        << count << " threads";
  }
}

TEST(Search, looks_at_the_given_rows_alone) {
  data::Dataset dataset = generated("sine", 90, 0.1, 6);
  const data::Split split = data::split_dataset(dataset, {.test = 0.3}, 2);
  const std::string before = to_onnx(search_network(dataset, split.train, tiny()).model);
  for (const int64_t row : split.test) dataset.x.dense().set(row, 1e6), dataset.y.set(row, -1e6);
  EXPECT_TRUE(to_onnx(search_network(dataset, split.train, tiny()).model) == before);
  dataset.y.set(split.train.front(), 3);
  EXPECT_FALSE(to_onnx(search_network(dataset, split.train, tiny()).model) == before);
}

TEST(Search, finds_classes_far_better_than_the_most_frequent_one) {
  const data::Dataset dataset = generated("moons", 300, 0.1, 7);
  const data::Split split = data::split_dataset(dataset, {.test = 0.3}, 3);
  SearchOptions options = tiny();
  options.effort = 0.3;
  SearchResult found = search_network(dataset, split.train, options);
  const Samples test = select(dataset, split.test);
  const Predictions said = Predictor(found.model).predict(test.features);
  EXPECT_GT(accuracy(said.prediction, test.targets), 0.93);
  // What the search says of itself, on rows that its networks were not trained on, is about what the test
  // says.
  EXPECT_NEAR(found.accuracy, accuracy(said.prediction, test.targets), 0.06);
  EXPECT_NEAR(found.score, mean_cross_entropy(said.scores, test.targets), 0.15);
  EXPECT_EQ(found.validation_rows, static_cast<int64_t>(split.train.size()));
}

TEST(Search, finds_numbers_far_better_than_their_mean) {
  const data::Dataset dataset = generated("sine", 300, 0.05, 8);
  const data::Split split = data::split_dataset(dataset, {.test = 0.3}, 3);
  SearchOptions options = tiny();
  options.effort = 0.3;
  SearchResult found = search_network(dataset, split.train, options);
  const Samples test = select(dataset, split.test);
  const Predictions said = Predictor(found.model).predict(test.features);
  const double error = root_mean_squared_error(said.prediction, test.targets);
  EXPECT_LT(error, 0.2);  // the deviation of sin x is 0.7
  EXPECT_NEAR(found.score, error, 0.08);
}

TEST(Search, tries_no_more_than_asked) {
  const data::Dataset dataset = generated("moons", 80, 0.2, 5);
  for (const int64_t trials : {1, 3, 6}) {
    SearchOptions options = tiny();
    options.effort = 2;
    options.trials = trials;
    EXPECT_EQ(search_network(dataset, all_rows(dataset), options).trials.size(), static_cast<size_t>(trials));
  }
}

TEST(Search, lists_its_trials_the_best_first_and_says_which_are_in_the_model) {
  const data::Dataset dataset = generated("moons", 80, 0.2, 5);
  const SearchResult found = search_network(dataset, all_rows(dataset), tiny());
  ASSERT_GE(found.trials.size(), 4u);
  int64_t networks = 0;
  for (size_t i = 0; i < found.trials.size(); ++i) {
    networks += found.trials[i].networks;
    EXPECT_FALSE(found.trials[i].text.empty());
    EXPECT_TRUE(found.trials[i].is_finished || found.trials[i].networks == 0);
    if (i > 0 && found.trials[i].is_finished) {
      EXPECT_LE(found.trials[i - 1].score, found.trials[i].score);
      EXPECT_TRUE(found.trials[i - 1].is_finished);
    }
  }
  EXPECT_GT(found.trials.front().networks, 0);
  EXPECT_EQ(networks % 2, 0);                                 // of both folds
  EXPECT_LE(found.score, found.trials.front().score + 1e-6);  // the average is not worse than its best member
  EXPECT_FALSE(found.was_cut);
}

TEST(Search, tells_how_far_it_is) {
  const data::Dataset dataset = generated("moons", 60, 0.2, 5);
  int64_t calls = 0, last = 0, planned = 0;
  search_network(dataset, all_rows(dataset), tiny(), [&](const SearchProgress& progress) {
    ++calls;
    EXPECT_EQ(progress.done, last + 1);
    last = progress.done;
    planned = progress.planned;
  });
  EXPECT_EQ(last, calls);
  EXPECT_EQ(last, planned);
}

TEST(Search, of_candidates_that_all_diverge_is_one_clear_error) {
  data::Dataset dataset = generated("moons", 40, 0.2, 5);
  for (float& v : dataset.x.dense().values<float>()) v *= 1e38f;
  SearchOptions options = tiny();
  options.network.preparation.scaling = data::Scaling::none;
  try {
    search_network(dataset, all_rows(dataset), options);
    ADD_FAILURE() << "found one";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "every candidate of the search diverged; are there very large numbers among the columns?");
  }
}

TEST(Search, out_of_time_still_gives_a_model) {
  const data::Dataset dataset = generated("moons", 200, 0.2, 5);
  SearchOptions options = tiny();
  options.effort = 1000;
  options.seconds = 1e-6;
  const auto start = std::chrono::steady_clock::now();
  SearchResult found = search_network(dataset, all_rows(dataset), options);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 60);
  EXPECT_TRUE(found.was_cut);
  EXPECT_TRUE(std::isfinite(found.score));
  const Predictions said = Predictor(found.model).predict(dataset.x);
  for (const float p : said.prediction.values<float>()) EXPECT_TRUE(std::isfinite(p));
}

TEST(Search, keeps_groups_together_also_where_they_are_fewer_than_folds) {
  data::Dataset dataset = generated("moons", 60, 0.2, 5);
  for (int64_t row = 0; row < 60; ++row) dataset.groups.push_back(row % 3);
  SearchOptions options = tiny();
  options.folds = 0;  // five, were there groups enough
  EXPECT_EQ(search_network(dataset, all_rows(dataset), options).validation_rows, 60);
  for (int64_t& group : dataset.groups) group = 4;
  EXPECT_THROW(search_network(dataset, all_rows(dataset), options), Error);
}

TEST(Search, takes_data_of_every_kind_with_weights) {
  data::Dataset dataset = test_data::towns();
  dataset.weights = Tensor(Shape({60, 1}));
  for (float& w : dataset.weights.values<float>()) w = 1;
  SearchResult found = search_network(dataset, all_rows(dataset), tiny());
  double mean = 0, square = 0;
  for (int64_t i = 0; i < 60; ++i) mean += dataset.y.at(i) / 60;
  for (int64_t i = 0; i < 60; ++i) square += std::pow(dataset.y.at(i) - mean, 2) / 60;
  EXPECT_LT(found.score, std::sqrt(square));
}

TEST(Search, too_few_rows_are_refused) {
  const data::Dataset dataset = generated("moons", 20, 0.2, 5);
  EXPECT_THROW(search_network(dataset, std::vector<int64_t>{0, 1, 2}, tiny()), Error);
}

}  // namespace
}  // namespace kette::search_test
