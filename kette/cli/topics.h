// The pages of `kette help TOPIC`: the files of docs/topics/, compiled in.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kette::cli {

/// A file docs/topics/NAME.md: a heading, a line that sums it up, paragraphs, and blocks indented by four
/// blanks.
struct Topic {
  std::string_view name, text;

  /// Its first line below the heading, without the full stop.
  std::string summary() const;
};

/// All of them, in the order of their names; written by cmake/topics.cmake.
std::span<const Topic> topics();
/// Null when there is none of that name.
const Topic* find_topic(std::string_view name);
std::vector<std::string> topic_names();

}  // namespace kette::cli
