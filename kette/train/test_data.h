// Data sets for the tests of training.
#pragma once

#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "kette/base/random.h"
#include "kette/data/generators.h"
#include "kette/train/build.h"

namespace kette::test_data {

inline std::vector<int64_t> all_rows(const data::Dataset& dataset) {
  std::vector<int64_t> rows(static_cast<size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), int64_t{0});
  return rows;
}

/// One of data::generate's.
inline data::Dataset generated(std::string_view name, int64_t samples, double noise, uint64_t seed) {
  return data::make_dataset(data::generate(name, samples, noise, seed),
                            {.target = name == "sine" ? "y" : "label"});
}

/// Seven rows, two features, y = 3·x1 − 2·x2 + 5 and a little more.
inline data::Dataset plane() {
  data::Table table("plane.csv");
  table.add_numbers("x1", std::vector<double>{1, 2, -1, 0.5, 3, -2, 0});
  table.add_numbers("x2", std::vector<double>{10, -20, 30, 5, 0, 15, -5});
  table.add_numbers("y", std::vector<double>{-12.1, 51.2, -58.3, -3.4, 14.5, -31.6, 15.7});
  return data::make_dataset(table, {.target = "y"});
}

/// The four rows of exclusive or.
inline data::Dataset exclusive_or() {
  data::Table table("xor.csv");
  table.add_numbers("a", std::vector<double>{0, 0, 1, 1});
  table.add_numbers("b", std::vector<double>{0, 1, 0, 1});
  table.add_numbers("y", std::vector<double>{0, 1, 1, 0});
  return data::make_dataset(table, {.target = "y", .task = data::Task::binary});
}

/// Sixty rows with numbers, some missing, a date with a time, a category of three and free text; y > 0
/// depends on all.
inline data::Dataset towns() {
  data::Table table("towns.csv");
  const Random random(7, 1);
  std::vector<double> size, age, y;
  std::vector<std::string> day, town, note;
  for (int i = 0; i < 60; ++i) {
    const auto draw = [&](uint64_t n, uint64_t position) {
      return static_cast<int>(random.below(n, uint64_t{10} * static_cast<uint64_t>(i) + position));
    };
    size.push_back(10 + 0.5 * draw(200, 0));
    age.push_back(draw(5, 1) == 0 ? std::nan("") : draw(90, 2) + 0.25);
    const int month = draw(12, 3);
    day.push_back(fmt::format("2024-{:02}-{:02} {:02}:30", month + 1, 1 + draw(28, 4), draw(24, 5)));
    town.push_back(std::array{"Bonn", "Trier", "Ulm"}[static_cast<size_t>(draw(3, 6))]);
    const bool has_garden = draw(2, 7) == 1;
    note.push_back(
        fmt::format("a house {} garden, offered for the time number {}", has_garden ? "with" : "without", i));
    y.push_back(20 + size.back() * (town.back() == "Ulm" ? 2 : 1) + 3 * month + (has_garden ? 40 : 0));
  }
  table.add_numbers("size", size);
  table.add_numbers("age", age);
  table.add_text("day", day);
  table.add_text("town", town);
  table.add_text("note", note);
  table.add_numbers("price", y);
  return data::make_dataset(table, {.target = "price"});
}

/// Windows of three words of one vocabulary and the class of the middle one, with a number beside them or
/// not.
inline data::Dataset windows(bool has_number = false) {
  constexpr std::array<std::string_view, 6> kWords = {"the", "a", "dog", "cat", "sees", "hears"};
  data::Table table("windows.csv");
  const Random random(11, 1);
  std::vector<std::string> before, word, after, tag;
  std::vector<double> length;
  for (uint64_t i = 0; i < 48; ++i) {
    const auto draw = [&](uint64_t n, uint64_t place) {
      return static_cast<size_t>(random.below(n, 10 * i + place));
    };
    const size_t kind = draw(3, 0);
    const auto one_of = [&](size_t k, uint64_t place) {
      return std::string(kWords[2 * (k % 3) + draw(2, place)]);
    };
    before.push_back(i % 6 == 0 ? "<s>" : one_of(kind + 2, 1));
    word.push_back(one_of(kind, 2));
    after.push_back(i % 7 == 0 ? "</s>" : one_of(kind + 1, 3));
    tag.push_back(std::array{"DET", "NOUN", "VERB"}[kind]);
    length.push_back(static_cast<double>(word.back().size()));
  }
  table.add_text("before", before);
  table.add_text("word", word);
  table.add_text("after", after);
  if (has_number) table.add_numbers("length", length);
  table.add_text("tag", tag);
  return data::make_dataset(table, {.target = "tag", .share_embedding = {"before", "word", "after"}});
}

}  // namespace kette::test_data
