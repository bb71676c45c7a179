// Judgements of fixed predictions against scikit-learn's numbers: see script/make_judge_fixtures.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "kette/judge/judgement.h"

namespace kette::judge_fixtures_test {
namespace {

using nlohmann::json;

json fixture(const std::string& name) {
  std::ifstream file(std::string(KETTE_SOURCE_DIR) + "/kette/judge/fixtures/" + name);
  return json::parse(file);
}

Tensor matrix_of(const json& rows) {
  const auto values = rows.get<std::vector<std::vector<float>>>();
  Tensor matrix(Shape({static_cast<int64_t>(values.size()), static_cast<int64_t>(values.front().size())}));
  size_t place = 0;
  for (const auto& row : values)
    for (const float value : row) matrix.values<float>()[place++] = value;
  return matrix;
}

/// The first place where `found` is not `expected` within 1e-9 of it; empty when there is none.
std::string difference(const json& found, const json& expected, const std::string& place) {
  if (expected.is_number() && found.is_number()) {
    const double want = expected.get<double>(), got = found.get<double>();
    const bool is_near = std::abs(got - want) <= 1e-9 * std::abs(want) + 1e-14;
    return is_near ? "" : place + ": " + found.dump() + ", expected " + expected.dump();
  }
  if (expected.type() != found.type() || expected.size() != found.size())
    return place + ": " + found.dump() + ", expected " + expected.dump();
  if (!expected.is_structured()) return found == expected ? "" : place + ": " + found.dump();
  for (auto it = expected.begin(); it != expected.end(); ++it) {
    const std::string inner =
        place + "/" + (expected.is_object() ? it.key() : std::to_string(it - expected.begin()));
    if (expected.is_object() && !found.contains(it.key())) return inner + ": missing";
    const json& other = expected.is_object() ? found.at(it.key()) : found.at(it - expected.begin());
    if (std::string told = difference(other, *it, inner); !told.empty()) return told;
  }
  return "";
}

void compare(const json& one, const Judgement& judgement, const Schema& schema) {
  SCOPED_TRACE("case: " + one.at("name").get<std::string>());
  const json told = json::parse(to_json(judgement, schema));
  for (const auto& [place, expected] : one.at("expect").items()) {
    const json::json_pointer pointer(place);
    if (!told.contains(pointer)) {
      const bool is_empty_list = place == "/intervals/of" && expected.empty();
      EXPECT_TRUE(is_empty_list) << place << " is missing";
      continue;
    }
    EXPECT_EQ(difference(told.at(pointer), expected, place), "");
  }
}

JudgeOptions options_of(const json& all, const json& options) {
  JudgeOptions result{.bins = all.at("bins"),
                      .resamples = all.at("resamples").get<int64_t>(),
                      .level = all.at("level"),
                      .curves = true,
                      .seed = all.at("seed")};
  if (options.contains("positive")) result.positive = options.at("positive");
  if (options.contains("threshold")) result.threshold = options.at("threshold").get<double>();
  if (options.contains("top_k")) result.top_k = options.at("top_k").get<int64_t>();
  return result;
}

TEST(JudgeFixtures, every_measure_of_classes_is_that_of_scikit_learn) {
  const json all = fixture("classification.json");
  for (const json& one : all.at("cases")) {
    const Predictions predictions{matrix_of(one.at("scores")), matrix_of(one.at("probabilities"))};
    const auto classes = one.at("classes").get<std::vector<int64_t>>();
    const Tensor expected(Shape({static_cast<int64_t>(classes.size())}, DType::i64),
                          std::span<const int64_t>(classes));
    const int64_t count = predictions.prediction.shape()[1];
    Schema schema{.task = count == 2 ? data::Task::binary : data::Task::multiclass, .targets = {"y"}};
    for (int64_t c = 0; c < count; ++c) schema.labels.push_back(std::to_string(c));
    compare(one, judge(schema, predictions, expected, options_of(all, one.at("options"))), schema);
  }
}

TEST(JudgeFixtures, every_measure_of_numbers_is_that_of_scikit_learn) {
  const json all = fixture("regression.json");
  for (const json& one : all.at("cases")) {
    const Predictions predictions{matrix_of(one.at("predictions")), matrix_of(one.at("predictions"))};
    const Tensor expected = matrix_of(one.at("targets"));
    Schema schema{.task = data::Task::regression};
    for (int64_t t = 0; t < expected.shape()[1]; ++t) schema.targets.push_back("y" + std::to_string(t));
    compare(one, judge(schema, predictions, expected, options_of(all, one.at("options"))), schema);
  }
}

}  // namespace
}  // namespace kette::judge_fixtures_test
