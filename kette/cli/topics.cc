#include "kette/cli/topics.h"

#include <algorithm>

namespace kette::cli {

std::string Topic::summary() const {
  const size_t heading = text.find('\n');
  const size_t start = std::min(text.find_first_not_of('\n', heading), text.size());
  std::string line(text.substr(start, text.find('\n', start) - start));
  if (line.ends_with('.')) line.pop_back();
  return line;
}

const Topic* find_topic(std::string_view name) {
  const auto found = std::ranges::find(topics(), name, &Topic::name);
  return found == topics().end() ? nullptr : &*found;
}

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const Topic& topic : topics()) names.emplace_back(topic.name);
  return names;
}

}  // namespace kette::cli
