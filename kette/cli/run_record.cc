#include "kette/cli/run_record.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>

#include "kette/base/error.h"
#include "kette/cli/text.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

constexpr size_t kMostCurvePoints = 400;
constexpr std::array<std::string_view, 5> kNoMeasures = {"kette", "model", "epochs", "seconds",
                                                         "samples_per_second"};

/// A text as TOML's basic string; a byte that is no UTF-8 becomes U+FFFD.
std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : as_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += fmt::format("\\{}", c);
    else if (byte < 0x20 || byte == 0x7F)
      result += fmt::format("\\u{:04x}", byte);
    else
      result += c;
  }
  return result + '"';
}

/// TOML tells a real from a whole number by a point or an exponent.
std::string real(double number) {
  std::string text = data::shortest(number);
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string toml_value(const RecordValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return real(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return toml_text(*text);
  return to_text(value);
}

/// A name that TOML reads without quotes, or with them.
std::string key(std::string_view name) {
  const bool is_bare = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return is_bare ? std::string(name) : toml_text(name);
}

void append(std::string& out, const RecordEntries& entries) {
  for (const auto& [name, value] : entries) out += fmt::format("{} = {}\n", key(name), toml_value(value));
}

/// Of a curve: seven digits.
std::string toml_value(std::span<const double> numbers) {
  std::string list;
  for (const double number : numbers)
    list +=
        fmt::format("{}{}", list.empty() ? "" : ", ",
                    number == std::round(number) && std::abs(number) < 1e15 ? fmt::format("{:.0f}", number)
                                                                            : fmt::format("{:.7g}", number));
  return '[' + list + ']';
}

RecordValue value_of(const toml::node& node) {
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* text = node.as_string()) return text->get();
  std::string list;
  if (const auto* array = node.as_array())
    for (const toml::node& part : *array)
      if (!part.is_array() && !part.is_table()) list += (list.empty() ? "" : ",") + to_text(value_of(part));
  return list;
}

/// The parser sorts by name; the file's own order counts.
RecordEntries entries_of(const toml::table* table) {
  if (table == nullptr) return {};
  std::vector<std::pair<toml::source_position, std::pair<std::string, RecordValue>>> found;
  for (const auto& [name, node] : *table)
    if (!node.is_table() && !node.is_array_of_tables())
      found.emplace_back(node.source().begin, std::pair{std::string(name.str()), value_of(node)});
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first < b.first; });
  RecordEntries entries;
  for (auto& [place, entry] : found) entries.push_back(std::move(entry));
  return entries;
}

RecordCurve curve_of(const toml::table& table) {
  RecordCurve curve;
  std::vector<std::pair<toml::source_position, std::pair<std::string, std::vector<double>>>> found;
  for (const auto& [name, node] : table) {
    const auto* list = node.as_array();
    if (list == nullptr) {
      curve.about.emplace_back(name.str(), value_of(node));
      continue;
    }
    std::vector<double> numbers;
    for (const toml::node& number : *list) numbers.push_back(number.value<double>().value_or(NAN));
    found.emplace_back(node.source().begin, std::pair{std::string(name.str()), std::move(numbers)});
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [place, column] : found) curve.columns.push_back(std::move(column));
  return curve;
}

/// Where an option has the name of a part of the record: written again, the name would stand there twice.
[[noreturn]] void refuse_part(const toml::node& node, const std::string& source, std::string_view part) {
  const auto& place = node.source().begin;
  fail("{}:{}:{}: expected {} here, as kette train writes it", source, place.line, place.column, part);
}

/// Eight bytes at a time: multiplied to 128 bits, the halves folded onto each other, as in wyhash [Wang Yi
/// 2019].
class ContentHash {
  __extension__ using Wide = unsigned __int128;

 public:
  void add(std::string_view bytes) {
    mix(bytes.size());
    for (; bytes.size() >= kWord; bytes.remove_prefix(kWord)) mix(word(bytes.data(), kWord));
    if (!bytes.empty()) mix(word(bytes.data(), bytes.size()));
  }
  void mix(uint64_t value) {
    const Wide product = static_cast<Wide>(hash_ ^ value) * 0x9e3779b97f4a7c15;
    hash_ = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  uint64_t value() const { return hash_; }

 private:
  static constexpr size_t kWord = sizeof(uint64_t);
  static uint64_t word(const char* bytes, size_t count) {
    uint64_t result = 0;
    std::memcpy(&result, bytes, count);
    return result;
  }

  uint64_t hash_ = 0xd6e8feb86659fd93;
};

}  // namespace

RecordEntries RunRecord::measures() const {
  RecordEntries measures;
  for (const auto& entry : result)
    if (std::ranges::find(kNoMeasures, entry.first) == kNoMeasures.end()) measures.push_back(entry);
  return measures;
}

const std::vector<double>* RecordCurve::column(std::string_view name) const {
  const auto found =
      std::ranges::find(columns, name, [](const auto& c) { return std::string_view(c.first); });
  return found == columns.end() ? nullptr : &found->second;
}

RecordCurve record_curve(const LearningCurve& curve, const std::string& unit) {
  RecordCurve record;
  if (!curve.name.empty()) record.about.emplace_back("name", curve.name);
  if (curve.kept) record.about.emplace_back("kept", std::llround(*curve.kept));
  const size_t count = curve.points.size(), stride = (count + kMostCurvePoints - 1) / kMostCurvePoints;
  std::vector<size_t> shown;
  for (size_t i = 0; i < count; ++i)
    if (i % stride == 0 || i + 1 == count || curve.points[i].at == curve.kept) shown.push_back(i);
  const auto add = [&](const std::string& name, auto value) {
    std::vector<double> numbers;
    for (const size_t i : shown) numbers.push_back(value(curve.points[i]));
    if (std::ranges::any_of(numbers, [](double number) { return !std::isnan(number); }))
      record.columns.emplace_back(name, std::move(numbers));
  };
  using Point = LearningCurve::Point;
  add(unit, [](const Point& point) { return point.at; });
  add("loss", [](const Point& point) { return point.loss.value_or(NAN); });
  add("validation_loss", [](const Point& p) { return p.validation ? p.validation->loss : NAN; });
  std::vector<std::string> measures;
  for (const Point& point : curve.points)
    if (point.validation)
      for (const auto& [name, value] : point.validation->measures)
        if (name != "loss" && std::ranges::find(measures, name) == measures.end()) measures.push_back(name);
  for (const std::string& name : measures)
    add("validation_" + name, [&](const Point& point) {
      if (!point.validation) return static_cast<double>(NAN);
      const Measures& all = point.validation->measures;
      const auto found = std::ranges::find(all, name, &Measures::value_type::first);
      return found == all.end() ? NAN : found->second;
    });
  return record;
}

std::string to_toml(const RunRecord& record) {
  std::string out =
      "# The record of a run of kette train; its options can be given to another by --config.\n";
  append(out, record.options);
  out += "\n[data]\n";
  append(out, record.data);
  out += "\n[result]\n";
  append(out, record.result);
  for (const RecordEntries& network : record.networks) {
    out += "\n[[network]]\n";
    append(out, network);
  }
  for (const RecordCurve& curve : record.curves) {
    out += "\n[[curve]]\n";
    append(out, curve.about);
    for (const auto& [name, numbers] : curve.columns)
      out += fmt::format("{} = {}\n", key(name), toml_value(numbers));
  }
  return out;
}

std::string options_to_toml(const RunRecord& record) {
  RecordEntries options = record.options;
  std::ranges::sort(options, {}, &RecordEntries::value_type::first);
  std::string out;
  append(out, options);
  return out;
}

RunRecord run_record_of(std::string_view text, const std::string& source) {
  RunRecord record;
  try {
    const toml::table table = toml::parse(text);
    for (const std::string_view part : {"data", "result"})
      if (table.contains(part) && !table[part].is_table())
        refuse_part(*table.get(part), source, fmt::format("[{}]", part));
    for (const std::string_view part : {"network", "curve"})
      if (table.contains(part) && !table[part].is_array_of_tables())
        refuse_part(*table.get(part), source, fmt::format("[[{}]]", part));
    record.options = entries_of(&table);
    record.data = entries_of(table["data"].as_table());
    record.result = entries_of(table["result"].as_table());
    if (const auto* networks = table["network"].as_array())
      for (const toml::node& network : *networks) record.networks.push_back(entries_of(network.as_table()));
    if (const auto* curves = table["curve"].as_array())
      for (const toml::node& curve : *curves) record.curves.push_back(curve_of(*curve.as_table()));
  } catch (const toml::parse_error& error) {
    const auto& place = error.source().begin;
    fail("{}:{}:{}: {}", source, place.line, place.column, one_line(error.description()));
  }
  if (record.result.empty()) fail("{}: has no [result]; expected the record of a run of kette train", source);
  return record;
}

RecordEntries options_of_toml(std::string_view text, const std::string& source) {
  try {
    const toml::table table = toml::parse(text);
    return entries_of(&table);
  } catch (const toml::parse_error& error) {
    fail("{}: {}", source, one_line(error.description()));
  }
}

std::string to_text(const RecordValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return data::shortest(*number);
  return std::get<std::string>(value);
}

const RecordValue* find(const RecordEntries& entries, std::string_view name) {
  const auto found =
      std::ranges::find(entries, name, [](const auto& entry) { return std::string_view(entry.first); });
  return found == entries.end() ? nullptr : &found->second;
}

std::string record_path(const std::string& model) {
  const std::string_view ending = ".onnx";
  return (model.ends_with(ending) ? model.substr(0, model.size() - ending.size()) : model) + ".run.toml";
}

std::string content_hash(const data::Table& table, Threads* threads) {
  std::vector<ContentHash> of_column(static_cast<size_t>(table.columns()));
  for_each_tile(threads, table.columns(), [&](int64_t c, int) {
    ContentHash& hash = of_column[static_cast<size_t>(c)];
    hash.add(table.name(c));
    if (table.is_numeric(c)) {
      table.numbers(c).visit([&](auto numbers) {
        hash.add({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
      });
    } else {
      const data::TextColumn& text = table.text(c);
      const std::span<const int32_t> codes = text.codes();
      hash.add({reinterpret_cast<const char*>(codes.data()), codes.size_bytes()});
      for (int32_t i = 0; i < text.distinct_count(); ++i) hash.add(text.distinct(i));
    }
  });
  ContentHash hash;
  for (const ContentHash& part : of_column) hash.mix(part.value());
  return fmt::format("{:016x}", hash.value());
}

}  // namespace kette::cli
