#include "kette/cli/text.h"

#include <algorithm>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/encoding.h"
#include "kette/data/parse_number.h"

namespace kette::cli {

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    const std::string_view part = data::trim_blanks(text.substr(start, end - start));
    if (part.empty()) fail("\"{}\" has an empty part; expected values separated by commas", text);
    parts.emplace_back(part);
    start = end + 1;
  }
  return parts;
}

double parse_duration(std::string_view text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ms", 1e-3}, {"s", 1},    {"m", 60},
                                                            {"min", 60},  {"h", 3600}, {"", 1}};
  double number = 0;
  const char* end = text.data() + text.size();
  const char* rest = data::parse_number_prefix(text.data(), end, number);
  if (rest)
    for (const auto& [unit, seconds] : kUnits)
      if (std::string_view(rest, static_cast<size_t>(end - rest)) == unit && number > 0 &&
          std::isfinite(number))
        return number * seconds;
  fail("\"{}\" is not a time; expected a positive number of seconds, or one with a unit: 500ms, 10s, 2m, 1h",
       text);
}

std::string duration(double seconds) {
  if (seconds < 0.1) return fmt::format("{:.3f} s", seconds);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(seconds);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<size_t>(at), " ");
  return digits;
}

std::string counted(int64_t number, std::string_view singular) {
  const std::string_view ending = number == 1 ? "" : singular.ends_with('s') ? "es" : "s";
  return fmt::format("{} {}{}", grouped(number), singular, ending);
}

std::string measure_text(std::string_view name, double value) {
  if (name == "accuracy" || name == "r2") return fmt::format("{:.4f}", value);
  return fmt::format("{:#.4g}", value);
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  return line;
}

std::string as_utf8(std::string_view text) {
  std::string result;
  while (true) {
    const size_t valid = data::valid_utf8_prefix(text);
    result += text.substr(0, valid);
    if (valid == text.size()) return result;
    result += "\uFFFD";
    text.remove_prefix(valid + 1);
  }
}

std::string cut(std::string_view text, size_t width) {
  if (width_of(text) <= width) return std::string(text);
  size_t place = 0;
  for (size_t count = 0; place < text.size(); ++place)
    if ((text[place] & 0xC0) != 0x80 && ++count == width) break;
  std::string result(text.substr(0, place));
  while (result.ends_with(' ')) result.pop_back();
  return result + "…";
}

std::string filled(std::string_view text, size_t width, size_t indent) {
  std::string result;
  size_t used = 0;
  for (size_t start = text.find_first_not_of(" \n"); start < text.size();) {
    const size_t end = std::min(text.find_first_of(" \n", start), text.size());
    const std::string_view word = text.substr(start, end - start);
    const size_t wide = width_of(word);
    if (used > 0 && used + 1 + wide > width) {
      result += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += wide;
    start = text.find_first_not_of(" \n", end);
  }
  return result;
}

std::string table(const std::vector<std::vector<std::string>>& rows, bool numbers_right) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - width_of(row[i]), ' ');
      const bool right = numbers_right && i > 0;
      line += fmt::format("{}{}{}", i > 0 ? "  " : "", right ? gap : row[i], right ? row[i] : gap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace kette::cli
