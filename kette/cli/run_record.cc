#include "kette/cli/run_record.h"

#include <toml++/toml.h>

#include <cmath>
#include <sstream>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"

namespace kette::cli {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

/// A text as TOML's basic string.
std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
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

/// TOML wants digits on both sides of a point, and no more than one leading zero.
std::string value_of(const std::string& text) {
  if (text == "true" || text == "false") return text;
  const std::optional<double> number = data::parse_number(text);
  if (!number || !std::isfinite(*number)) return toml_text(text);
  const bool is_plain = text.find_first_not_of("0123456789") == std::string::npos && text.size() < 19 &&
                        (text.size() == 1 || text[0] != '0');
  if (is_plain) return text;
  std::string written = data::shortest(*number);
  if (written.find_first_of(".e") == std::string::npos) written += ".0";
  return written;
}

void append(std::string& out, const Entries& entries) {
  for (const auto& [name, value] : entries) out += fmt::format("{} = {}\n", name, value_of(value));
}

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* real = node.as_floating_point()) return data::shortest(real->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return "";
}

Entries entries_of(const toml::table* table) {
  Entries entries;
  if (table != nullptr)
    for (const auto& [key, node] : *table) entries.emplace_back(std::string(key.str()), text_of(node));
  return entries;
}

}  // namespace

std::string to_toml(const RunRecord& record) {
  std::string out =
      "# The record of a run of kette train; its options can be given to another by --config.\n";
  append(out, record.options);
  out += "\n[data]\n";
  append(out, record.data);
  out += "\n[result]\n";
  append(out, record.result);
  for (const Entries& network : record.networks) {
    out += "\n[[network]]\n";
    append(out, network);
  }
  return out;
}

RunRecord run_record_of(std::string_view text, const std::string& source) {
  RunRecord record;
  try {
    const toml::table table = toml::parse(text);
    for (const auto& [key, node] : table)
      if (!node.is_table() && !node.is_array_of_tables())
        record.options.emplace_back(std::string(key.str()), text_of(node));
    record.data = entries_of(table["data"].as_table());
    record.result = entries_of(table["result"].as_table());
    if (const auto* networks = table["network"].as_array())
      for (const toml::node& network : *networks) record.networks.push_back(entries_of(network.as_table()));
  } catch (const toml::parse_error& error) {
    fail("{}:{}:{}: {}", source, error.source().begin.line, error.source().begin.column, error.description());
  }
  if (record.result.empty()) fail("{}: has no [result]; expected the record of a run of kette train", source);
  return record;
}

std::string record_path(const std::string& model) {
  const std::string_view ending = ".onnx";
  return (model.ends_with(ending) ? model.substr(0, model.size() - ending.size()) : model) + ".run.toml";
}

void ContentHash::add(std::string_view bytes) {
  for (const char c : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
}

std::string ContentHash::text() const { return fmt::format("{:016x}", hash_); }

std::string content_hash(const data::Table& table) {
  ContentHash hash;
  for (int64_t c = 0; c < table.columns(); ++c) {
    hash.add(table.name(c));
    if (table.is_numeric(c)) {
      const std::span<const double> numbers = table.numbers(c);
      hash.add({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()});
    } else {
      const data::TextColumn& text = table.text(c);
      const std::span<const int32_t> codes = text.codes();
      hash.add({reinterpret_cast<const char*>(codes.data()), codes.size_bytes()});
      for (int32_t i = 0; i < text.distinct_count(); ++i) hash.add(text.distinct(i));
    }
  }
  return hash.text();
}

}  // namespace kette::cli
