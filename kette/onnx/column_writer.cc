#include "kette/onnx/column_writer.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <numeric>
#include <set>

#include "kette/base/error.h"
#include "kette/data/missing.h"
#include "kette/data/read_options.h"
#include "kette/ops/onnx_forms.h"

namespace kette {
namespace {

using data::Feature;
using ::onnx::TensorProto;
using Texts = std::vector<std::string>;

/// ai.onnx.ml's table from texts to numbers: positions, or the given codes.
std::string encoded(GraphWriter& writer, const std::string& texts, const Texts& keys,
                    const std::vector<float>& codes, float otherwise) {
  std::string made = writer.node("LabelEncoder", {texts});
  ::onnx::NodeProto& node = writer.last_node();
  node.set_domain("ai.onnx.ml");
  ::onnx::AttributeProto& from = *node.add_attribute();
  from.set_name("keys_strings");
  from.set_type(::onnx::AttributeProto::STRINGS);
  for (const std::string& key : keys) from.add_strings(key);
  ::onnx::AttributeProto& to = *node.add_attribute();
  to.set_name("values_floats");
  to.set_type(::onnx::AttributeProto::FLOATS);
  for (const float code : codes) to.add_floats(code);
  ::onnx::AttributeProto& other = *node.add_attribute();
  other.set_name("default_float");
  other.set_type(::onnx::AttributeProto::FLOAT);
  other.set_f(otherwise);
  return made;
}

/// What stands for a missing text: the words that a table's reader takes for one, in the usual spellings.
Texts missing_texts() {
  Texts texts;
  for (const std::string& word : data::ReadOptions().missing) {
    std::string lower = word, upper = word;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const std::string& text : {word, lower, upper})
      if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
  }
  return texts;
}

std::string category(GraphWriter& writer, const Feature& feature, const std::string& input) {
  Texts keys = feature.categories;
  std::vector<float> codes;
  for (size_t i = 0; i < keys.size(); ++i)
    codes.push_back(static_cast<float>(std::min(static_cast<int64_t>(i), feature.kept)));
  const std::set<std::string> known(keys.begin(), keys.end());
  for (const std::string& text : missing_texts())
    if (!known.contains(text)) {
      keys.push_back(text);
      codes.push_back(static_cast<float>(feature.kept + 1));
    }
  return encoded(writer, input, keys, codes, static_cast<float>(feature.kept));
}

/// [N, M] words → [N, vocabulary], 1 where a word is there.
std::string words(GraphWriter& writer, const Feature& feature, const std::string& input) {
  const auto count = static_cast<int64_t>(feature.categories.size());
  std::vector<float> positions(static_cast<size_t>(count));
  std::iota(positions.begin(), positions.end(), 0.0f);
  const std::string codes =
      encoded(writer, input, feature.categories, positions, static_cast<float>(count));  // count: another
  const std::string hot =
      writer.node("OneHot", {onnx_cast(writer, codes, DType::i64), writer.integer(count + 1),
                             onnx_cast(writer, writer.integers({0, 1}), DType::f32)});  // [N, M, count + 1]
  const std::string any =
      writer.node("ReduceMax", {hot}, {{"axes", std::vector<int64_t>{1}}, {"keepdims", int64_t{0}}});
  return writer.node("Slice", {any, writer.integers({0}), writer.integers({count}), writer.integers({1})});
}

/// Whole-number arithmetic on ONNX values.
class Arithmetic {
 public:
  explicit Arithmetic(GraphWriter& writer) : writer_(writer) {}
  std::string add(const std::string& x, int64_t n) { return with("Add", x, n); }
  std::string times(const std::string& x, int64_t n) { return with("Mul", x, n); }
  /// Towards zero.
  std::string over(const std::string& x, int64_t n) { return with("Div", x, n); }
  /// In [0, n).
  std::string modulo(const std::string& x, int64_t n) { return with("Mod", x, n); }
  std::string sum(const std::string& a, const std::string& b) { return writer_.node("Add", {a, b}); }
  std::string less(const std::string& a, const std::string& b) { return writer_.node("Sub", {a, b}); }

 private:
  std::string with(std::string_view type, const std::string& x, int64_t n) {
    return writer_.node(type, {x, writer_.integer(n)});
  }
  GraphWriter& writer_;
};

/// The month less one of the day that many days after 1970-01-01. Years begin in March and come in groups of
/// 400, as in data/date.cc [Howard Hinnant, "chrono-compatible low-level date algorithms"].
std::string month_of(GraphWriter& writer, const std::string& days) {
  constexpr int64_t kDaysIn400Years = 146'097, kYearZero = 719'468;
  Arithmetic a(writer);
  const std::string day = a.modulo(a.add(days, kYearZero), kDaysIn400Years);  // of the group
  const std::string leap =
      a.sum(a.less(day, a.over(day, 1460)), a.less(a.over(day, 36'524), a.over(day, kDaysIn400Years - 1)));
  const std::string year = a.over(leap, 365);  // of the group
  const std::string before =
      a.sum(a.times(year, 365), a.less(a.over(year, 4), a.over(year, 100)));  // days in earlier years
  const std::string in_year = a.less(day, before);
  const std::string from_march = a.over(a.add(a.times(in_year, 5), 2), 153);  // 0: March
  return a.modulo(a.add(from_march, 2), 12);
}

/// Seconds since 1970-01-01 → days, month, weekday, and the hour where there is a time of day.
std::vector<std::string> date(GraphWriter& writer, const Feature& feature, const std::string& seconds) {
  const auto number = [&](double value) { return writer.scalar(value, DType::f64); };
  const std::string is_missing = writer.node("IsNaN", {seconds});
  const std::string moment = writer.node("Where", {is_missing, number(0), seconds});
  const std::string whole = writer.node("Floor", {writer.node("Div", {moment, number(86'400)})});
  const std::string days = onnx_cast(writer, whole, DType::i64);
  const auto unless_missing = [&](const std::string& value, double otherwise) {
    return writer.node(
        "Where", {is_missing, writer.scalar(otherwise, DType::f32), onnx_cast(writer, value, DType::f32)});
  };
  Arithmetic a(writer);
  const std::string weekday = a.modulo(a.add(days, 3), 7);  // 1970-01-01 was a Thursday
  std::vector<std::string> parts = {unless_missing(whole, std::numeric_limits<double>::quiet_NaN()),
                                    unless_missing(month_of(writer, days), 12), unless_missing(weekday, 7)};
  if (feature.has_time()) {
    const std::string of_day = writer.node("Sub", {moment, writer.node("Mul", {whole, number(86'400)})});
    parts.push_back(unless_missing(writer.node("Floor", {writer.node("Div", {of_day, number(3600)})}), 24));
  }
  return parts;
}

}  // namespace

bool are_numbers(const std::vector<Feature>& features) {
  return std::ranges::all_of(features, [](const Feature& f) { return f.kind == Feature::Kind::number; });
}

void write_columns(const std::vector<Feature>& features, GraphWriter& writer) {
  std::vector<std::string> inputs;
  for (const Feature& feature : features) {
    const bool are_words = feature.kind == Feature::Kind::words;
    const int type = feature.kind == Feature::Kind::number ? TensorProto::FLOAT
                     : feature.kind == Feature::Kind::date ? TensorProto::DOUBLE
                                                           : TensorProto::STRING;
    inputs.push_back(writer.column(feature.name, type, are_words ? "words of " + feature.name : ""));
  }
  std::vector<std::string> parts;
  for (size_t i = 0; i < features.size(); ++i) {
    const Feature& feature = features[i];
    if (feature.kind == Feature::Kind::number)
      parts.push_back(inputs[i]);
    else if (feature.kind == Feature::Kind::category)
      parts.push_back(category(writer, feature, inputs[i]));
    else if (feature.kind == Feature::Kind::words)
      parts.push_back(words(writer, feature, inputs[i]));
    else
      for (std::string& part : date(writer, feature, inputs[i])) parts.push_back(std::move(part));
  }
  writer.node("Concat", std::move(parts), {{"axis", int64_t{1}}});
  writer.name_last_node("features");
}

}  // namespace kette
