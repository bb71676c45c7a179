#include "kette/source/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "kette/base/error.h"
#include "kette/graph/placeholders.h"
#include "kette/model/verify.h"
#include "kette/nn/parameters.h"
#include "kette/ops/ops.h"
#include "kette/source/c_columns.h"
#include "kette/source/c_graph.h"
#include "kette/source/c_text.h"

namespace kette {
namespace {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// Names for a comment, in lines.
std::string in_comments(std::span<const std::string> names, const std::string& between) {
  std::string text;
  size_t start = 0;  // of the line
  for (const std::string& name : names) {
    if (!text.empty()) text += between;
    if (text.size() - start > 100) {
      start = text.size();
      text += "\n// ";
    }
    text += in_comment(name);
  }
  return text;
}

/// Texts of both languages, from the same parts.
class SourceFile {
 public:
  SourceFile(const Model& model, const SourceOptions& options)
      : model_(model),
        schema_(model.schema),
        options_(options),
        cpp_(options.language == SourceLanguage::cpp),
        classes_(schema_.task != data::Task::regression),
        array_(are_an_array(schema_.features)),
        inner_(cpp_ ? "" : options.name + "_"),
        call_(cpp_ ? "detail::" : options.name + "_"),
        names_{cpp_ ? "inline " : "static ", inner_, call_, cpp_ ? "row." : "row->"},
        columns_(c_columns(schema_.features)),
        functions_(std::string(names_.head), inner_, call_),
        outputs_(static_cast<int64_t>(classes_ ? schema_.labels.size() : schema_.targets.size())),
        width_(data::total_width(schema_.features)) {
    write_graph();
  }

  std::string text() const {
    const std::string encoding = array_ ? array_check() : c_encoding_functions(schema_.features, names_);
    std::string result = head() + guard_begin();
    if (cpp_) {
      result += constants() + row_type();
      result += "namespace detail {\n" + encoding + "\n" + functions_.definitions() +
                "\n}  // namespace detail\n\n";
      result += definitions();
    } else {
      result += constants() + row_type() + declarations();
      result += fill("#ifdef __cplusplus\n}\n#endif\n\n#ifdef {N}_IMPLEMENTATION\n");
      result += encoding + "\n" + functions_.definitions() + "\n" + definitions();
      result += fill("#endif  // {N}_IMPLEMENTATION\n\n");
    }
    return result + guard_end();
  }

 private:
  /// {n} the name, {N} in capitals, {p} before what is public, {P} before constants, {d} before inner
  /// functions, {f} before a definition, {Row} the type of a parameter that is a row, and some sizes.
  std::string fill(std::string_view text) const {
    return with_places_filled(text, [&](std::string_view place) -> std::optional<std::string> {
      if (place == "n") return options_.name;
      if (place == "N") return upper(options_.name);
      if (place == "p") return cpp_ ? "" : options_.name + "_";
      if (place == "d") return call_;
      if (place == "f") return cpp_ ? "inline " : "";
      if (place == "Row")
        return array_ ? fmt::format("const float row[{}]", constant("feature_count"))
               : cpp_ ? "const Row& row"
                      : fmt::format("const {}_row* row", options_.name);
      if (place == "features") return constant("feature_count");
      if (place == "outputs") return constant("output_count");
      if (place == "storage") return upper(options_.name) + "_STORAGE ";
      return std::nullopt;
    });
  }
  std::string constant(const std::string& name) const {
    return cpp_ ? name : upper(options_.name + "_" + name);
  }

  /// Where the prediction is the softmax of the scores, the class is known without it.
  void write_graph() {
    const Node& prediction = model_.graph->node(model_.prediction);
    const bool splits = classes_ && prediction.op == &kSoftmax && prediction.inputs[0] == model_.scores.id &&
                        !model_.scores.name().empty() &&
                        model_.graph->node(model_.scores).kind == NodeKind::operation;
    const std::string storage = fill("{storage}");
    const std::vector<std::string> out = {"out"};
    const std::vector<Value> wanted = {splits ? model_.scores : model_.prediction};
    const CStatements first =
        c_statements(frozen(wanted, model_.parameters), {{"features", "features"}}, out, storage, functions_);
    const bool reads = first.text.find("features") != std::string::npos;
    statements_ = (reads ? "" : "(void)features;\n") + first.text;
    weight_bytes_ = first.constant_bytes;
    workspace_bytes_ = first.workspace_bytes;
    if (!splits) return;
    const std::vector<Value> probabilities = {model_.prediction}, given = {model_.scores};
    const CStatements last = c_statements(frozen(probabilities, model_.parameters, given),
                                          {{model_.scores.name(), "before"}}, out, storage, functions_);
    softmax_ = last.text;
    workspace_bytes_ += last.workspace_bytes + 4 * outputs_;
  }

  std::string head() const {
    std::string text = fmt::format(
        "// {}: a trained network that needs nothing else. Written by kette export.\n//\n", options_.file);
    const int64_t bytes = workspace_bytes_ + (array_ ? 0 : 4 * width_) + 4 * outputs_;
    text += fmt::format("// Predicts {}{} from {} columns. {} bytes of constants, {} bytes on the stack.\n",
                        in_comments(schema_.targets, ", "),
                        classes_ ? fmt::format(", one of {} classes,", outputs_) : "", columns_.size(),
                        weight_bytes_, bytes);
    text += "//\n// Use:\n" + example() + "//\n";
    text +=
        "// It allocates nothing, writes to no global variable, and may be used by several threads at once. "
        "Missing "
        "numbers are\n// NAN, so it must not be compiled with -ffast-math or -ffinite-math-only.\n";
    return text;
  }

  std::string example() const {
    std::string text;
    if (!cpp_) text += fill("//   #define {N}_IMPLEMENTATION  // in one of the files that include it\n");
    text += fmt::format("//   #include \"{}\"\n//   ...\n", options_.file);
    if (array_) {
      text += fill(cpp_ ? "//   float row[{n}::feature_count] = {...};\n"
                        : "//   float row[{features}] = {...};\n");
    } else {
      const CColumn& column = columns_.front();
      text += fill(cpp_ ? "//   {n}::Row row;  // all missing\n" : "//   {n}_row row = {N}_MISSING_ROW;\n");
      text +=
          fmt::format("//   row.{} = {};\n", column.member, column.type == "const char*" ? "\"...\"" : "1");
    }
    const std::string scope = cpp_ ? options_.name + "::" : options_.name + "_";
    const std::string row = array_ || cpp_ ? "row" : "&row";
    if (classes_)
      return text +
             fmt::format("//   int answer = {0}predict({1});  // {0}label(answer) is its text\n", scope, row);
    if (schema_.targets.size() == 1)
      return text + fmt::format("//   float answer = {}predict({});\n", scope, row);
    return text +
           fmt::format("//   float answers[{}];\n//   {}predict({}, answers);\n", outputs_, scope, row);
  }

  std::string guard_begin() const {
    std::string text = fill(
        "#ifndef {N}_INCLUDED\n#define {N}_INCLUDED\n\n#include <math.h>\n#include <stdint.h>\n#include "
        "<string.h>\n\n"
        "#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__\n"
        "#error \"{n}: missing numbers are NAN, which -ffast-math and -ffinite-math-only leave "
        "out\"\n#endif\n\n"
        "// What stands before the arrays that are written. Define it as `static` to keep them off a small "
        "stack; then "
        "only one\n// thread may use the functions.\n"
        "#ifndef {N}_STORAGE\n#define {N}_STORAGE\n#endif\n\n");
    if (!cpp_) return text + "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    return text + fill("namespace {n} {\n") +
           fmt::format(
               "inline namespace model_{:08x} {{  // keeps models apart that have one name in one "
               "program\n\n",
               static_cast<uint32_t>(stream_of(statements_)));
  }

  std::string guard_end() const {
    return (cpp_ ? fill("}  // inline namespace\n}  // namespace {n}\n\n") : "") +
           fill("#endif  // {N}_INCLUDED\n");
  }

  std::string constants() const {
    std::string text;
    const auto add = [&](const std::string& name, int64_t value, std::string_view what) {
      text += cpp_ ? fmt::format("constexpr int32_t {} = {};  // {}\n", name, value, what)
                   : fmt::format("#define {} {}  // {}\n", constant(name), value, what);
    };
    add("feature_count", width_, "numbers that the network reads");
    add("output_count", outputs_, classes_ ? "classes" : "numbers that it predicts");
    add("weight_bytes", weight_bytes_, "constants");
    add("workspace_bytes", workspace_bytes_, "arrays that `run` writes");
    return text + "\n";
  }

  std::string row_type() const {
    if (array_) {
      return fmt::format(
          "// A row is an array of its columns, NAN where a number is missing, in this order:\n// {}\n\n",
          in_comments(data::names_of(schema_.features), " "));
    }
    std::string text = cpp_ ? "// A row of the table, all of it missing at first: a number is then NAN, a "
                              "text a null pointer or empty.\n"
                              "struct Row {\n"
                            : "// A row of the table. A missing number is NAN, a missing text a null pointer "
                              "or empty.\ntypedef struct {\n";
    std::string missing;
    for (const CColumn& column : columns_) {
      const bool is_text = column.type == "const char*";
      text += fmt::format("  {} {}{};  // {}\n", column.type, column.member,
                          !cpp_     ? ""
                          : is_text ? " = nullptr"
                                    : " = NAN",
                          c_description(*column.feature));
      missing += fmt::format("{}{}", missing.empty() ? "" : ", ", is_text ? "0" : "NAN");
    }
    if (cpp_) return text + "};\n\n";
    return text + fill("} {n}_row;\n#define {N}_MISSING_ROW {") + missing + "}\n\n";
  }

  // What each function does, with its head.
  struct Signature {
    std::string comment, head, body;
  };

  std::vector<Signature> functions() const {
    const std::string reads = fill(array_ ? "  if (!{d}is_finite_or_missing(row)) return {failed};\n"
                                          : "  {storage}float features[{features}];\n"
                                            "  if ({p}encode(row, features) != 0) return {failed};\n");
    const std::string features = array_ ? "row" : "features";
    const auto reading = [&](std::string_view failed) {
      return with_places_filled(reads, [&](std::string_view place) {
        return place == "failed" ? std::optional<std::string>(failed) : std::nullopt;
      });
    };
    const std::string unreadable =
        array_ ? "where a number is infinite" : "for a row that cannot be read (see encode)";
    std::vector<Signature> all;
    const auto public_one = [&](std::string comment, std::string_view head, std::string body) {
      all.push_back({std::move(comment), fill(head), std::move(body)});
    };
    if (!array_)
      public_one(
          "// From a row to what the network reads. 0, or the number, from 1 on, of the first column that "
          "cannot be "
          "read: an\n// infinite number, or a text that is no date.\n",
          "int {p}encode({Row}, float features[{features}])",
          indented(c_encoding(columns_, names_), 2) + "  return 0;\n");
    if (!softmax_.empty())
      public_one(
          "// The network without softmax: the largest score belongs to the class that is most probable.\n",
          "void {p}scores(const float features[{features}], float out[{outputs}])", indented(statements_, 2));
    public_one(
        fmt::format("// The network: {}. `out` must not overlap `features`.\n",
                    classes_ ? "probabilities of the classes" : "the prediction, in the units of the table"),
        "void {p}run(const float features[{features}], float out[{outputs}])",
        softmax_.empty() ? indented(statements_, 2)
                         : fill("  {storage}float before[{outputs}];\n  {p}scores(features, before);\n") +
                               indented(softmax_, 2));
    if (classes_) {
      const std::string largest =
          "  int best = 0;\n{reading}"
          "  {p}{function}({features}, out);\n"
          "  for (int i = 1; i < {outputs}; ++i)\n    if (out[i] > out[best]) best = i;\n  return best;\n";
      const auto with_largest = [&](const std::string& before, const std::string& function) {
        return before +
               fill(with_places_filled(largest, [&](std::string_view place) -> std::optional<std::string> {
                 if (place == "reading") return reading("-1");
                 if (place == "function") return function;
                 if (place == "features") return features;
                 return std::nullopt;
               }));
      };
      public_one(
          fmt::format("// The number of the most probable class; -1 {}.\n", unreadable),
          "int {p}predict({Row})",
          with_largest(fill("  {storage}float out[{outputs}];\n"), softmax_.empty() ? "run" : "scores"));
      public_one("// The same, and the probability of each class.\n",
                 "int {p}probabilities({Row}, float out[{outputs}])", with_largest("", "run"));
      std::string labels;
      for (const std::string& label : schema_.labels)
        labels += (labels.empty() ? "" : ", ") + c_string(label);
      public_one(fmt::format("// The text of a class: {}; empty for other numbers.\n",
                             in_comments(schema_.labels, ", ")),
                 "const char* {p}label(int number)",
                 fmt::format("  static const char* const labels[] = {{{}}};\n", labels) +
                     fill("  return number >= 0 && number < {outputs} ? labels[number] : \"\";\n"));
    } else if (schema_.targets.size() == 1) {
      public_one(fmt::format("// The prediction, in the units of the table; NAN {}.\n", unreadable),
                 "float {p}predict({Row})",
                 fill("  {storage}float out[{outputs}];\n") + reading("NAN") + fill("  {p}run(") + features +
                     ", out);\n  return out[0];\n");
    } else {
      public_one(fmt::format("// The predictions of {}; 1, or 0 {}.\n", in_comments(schema_.targets, ", "),
                             unreadable),
                 "int {p}predict({Row}, float out[{outputs}])",
                 reading("0") + fill("  {p}run(") + features + ", out);\n  return 1;\n");
    }
    return all;
  }

  std::string declarations() const {
    std::string text;
    for (const Signature& function : functions()) text += function.comment + function.head + ";\n\n";
    return text;
  }

  std::string definitions() const {
    std::string text;
    for (const Signature& function : functions())
      text += (cpp_ ? function.comment : "") + fill("{f}") + function.head + " {\n" + function.body + "}\n\n";
    return text;
  }

  std::string array_check() const {
    return fmt::format(R"(
{0}int {1}is_finite_or_missing(const float* row) {{
  for (int32_t i = 0; i < {2}; ++i)
    if (row[i] == row[i] && row[i] - row[i] != 0) return 0;
  return 1;
}}
)",
                       names_.head, inner_, constant("feature_count"));
  }

  const Model& model_;
  const Schema& schema_;
  const SourceOptions& options_;
  bool cpp_, classes_, array_;
  std::string inner_, call_;
  CNames names_;
  std::vector<CColumn> columns_;
  CFunctions functions_;
  int64_t outputs_, width_;
  std::string statements_, softmax_;
  int64_t weight_bytes_ = 0, workspace_bytes_ = 0;
};

}  // namespace

std::string to_source(const Model& model, const SourceOptions& options) {
  if (!is_c_identifier(options.name))
    fail(
        "[export] the name {} is no name in C: expected letters, digits and _, no digit first, and no "
        "keyword",
        data::quote(options.name));
  verify(model);
  return SourceFile(model, options).text();
}

std::string source_name(std::string_view path) {
  return c_identifier(std::filesystem::path(path).stem().string(), "model");
}

}  // namespace kette
