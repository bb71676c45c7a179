#include "kette/data/windows.h"

#include <vector>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"

namespace kette::data {
namespace {

constexpr std::string_view kBlanks = " \t\r";

struct Sentence {
  std::vector<std::string> words, tags;
};

/// `place` names the line: "words.txt:3".
Sentence read_sentence(std::string_view line, std::string_view place) {
  Sentence sentence;
  for (size_t begin = line.find_first_not_of(kBlanks); begin < line.size();) {
    const size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
    const std::string_view token = line.substr(begin, end - begin);
    const size_t slash = token.rfind('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == token.size())
      fail("{}:{}: expected a word and its tag, as in dog/NOUN, found {}", place, begin + 1, quote(token));
    sentence.words.emplace_back(token.substr(0, slash));
    sentence.tags.emplace_back(token.substr(slash + 1));
    begin = line.find_first_not_of(kBlanks, end);
  }
  return sentence;
}

/// "before2", "before", "word", "after", "after2"
std::string column_name(int64_t offset) {
  if (offset == 0) return "word";
  const int64_t distance = std::abs(offset);
  return fmt::format("{}{}", offset < 0 ? "before" : "after", distance == 1 ? "" : std::to_string(distance));
}

}  // namespace

Table windows(std::string_view text, const std::string& source, const WindowOptions& options) {
  const int64_t context = options.context;
  if (context < 1 || context > 50) fail("[windows] a context of {} words; expected 1 to 50", context);
  std::vector<std::vector<std::string>> columns(static_cast<size_t>(2 * context + 1));
  std::vector<std::string> tags;
  std::vector<double> numbers;
  int64_t line_number = 0, sentences = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    Sentence sentence = read_sentence(text.substr(0, end), fmt::format("{}:{}", source, ++line_number));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto length = static_cast<int64_t>(sentence.words.size());
    if (length > 0) ++sentences;
    for (int64_t i = 0; i < length; ++i) {
      for (int64_t offset = -context; offset <= context; ++offset) {
        const int64_t at = i + offset;
        columns[static_cast<size_t>(offset + context)].push_back(
            at < 0         ? "<s>"
            : at >= length ? "</s>"
                           : sentence.words[static_cast<size_t>(at)]);
      }
      numbers.push_back(static_cast<double>(sentences));
    }
    for (std::string& tag : sentence.tags) tags.push_back(std::move(tag));
  }
  if (tags.empty()) fail("{}: holds no word", source);
  Table table(source);
  if (options.numbers_lines) table.add_numbers("sentence", std::move(numbers));
  for (int64_t offset = -context; offset <= context; ++offset)
    table.add_text(column_name(offset), columns[static_cast<size_t>(offset + context)]);
  table.add_text("tag", tags);
  return table;
}

}  // namespace kette::data
