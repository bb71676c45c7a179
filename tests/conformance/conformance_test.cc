// ONNX's own backend cases: a model, inputs and expected outputs each (github.com/onnx/onnx,
// onnx/backend/test/data).
//
//     conformance_test FOLDER PASSED [--list] [--update]
//
// A case passes when the model is read as a graph, and both the compiled program and the float64 interpreter
// give the expected outputs within ONNX's tolerance (1e-3 relative, 1e-7 absolute). Whole numbers of any
// width are computed as i64, half precision as float32. A case is unsupported when reading is refused; that a
// refusal is deserved is seen in --list. The exit code is 1 when a case fails, or when one that PASSED names
// no longer passes;
// --update writes the file anew.
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "kette/autodiff/interpret.h"
#include "kette/base/error.h"
#include "kette/compile/program.h"
#include "kette/onnx/graph_reader.h"
#include "kette/onnx/tensor_proto.h"

namespace {

namespace fs = std::filesystem;
using kette::Operand;
using kette::Tensor;

constexpr int kSkipped = 77;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// What ends a case early.
struct Unsupported {
  std::string why;
};

struct Data {
  Tensor tensor;
  bool is_bool = false;
  bool is_float = false;
};

Data read_data(const fs::path& path) {
  onnx::TensorProto proto;
  if (!proto.ParseFromString(bytes_of(path))) throw Unsupported{"no tensor: " + path.filename().string()};
  try {
    const bool is_bool = kette::is_bool(proto.data_type());
    Tensor tensor = kette::read_tensor(proto);
    const bool is_float = kette::is_float(tensor.dtype()) && !is_bool;
    return {std::move(tensor), is_bool, is_float};
  } catch (const kette::Error& error) {
    throw Unsupported{error.what()};
  }
}

/// input_0.pb, input_1.pb, … for as many names as the model has.
std::vector<Data> read_list(const fs::path& folder, std::string_view kind, size_t count) {
  std::vector<Data> list;
  for (size_t i = 0; i < count; ++i) list.push_back(read_data(folder / fmt::format("{}_{}.pb", kind, i)));
  return list;
}

std::optional<std::string> difference(const std::string& name, const kette::Shape& shape,
                                      const std::function<double(int64_t)>& found, const Data& expected,
                                      const char* by) {
  if (!shape.same_dims(expected.tensor.shape()))
    return fmt::format("{} is {}; expected {} ({})", name, dims_to_string(shape),
                       dims_to_string(expected.tensor.shape()), by);
  for (int64_t i = 0; i < expected.tensor.size(); ++i) {
    const double value = found(i), right = expected.tensor.at(i);
    const bool same = std::isnan(right)
                          ? std::isnan(value)
                          : value == right || std::abs(value - right) <= 1e-7 + 1e-3 * std::abs(right);
    if (!same) return fmt::format("{}[{}] is {}; expected {} ({})", name, i, value, right, by);
  }
  return std::nullopt;
}

/// Nothing when the data set is as expected.
std::optional<std::string> check(const onnx::ModelProto& model, const fs::path& data) {
  onnx::GraphProto graph = model.graph();
  std::set<std::string> initial;
  for (const auto& tensor : graph.initializer()) initial.insert(tensor.name());
  std::vector<onnx::ValueInfoProto*> inputs;
  for (auto& input : *graph.mutable_input())
    if (!initial.contains(input.name())) inputs.push_back(&input);
  std::vector<std::string> wanted;
  for (const auto& output : graph.output()) wanted.push_back(output.name());
  const std::vector<Data> given = read_list(data, "input", inputs.size());
  const std::vector<Data> expected = read_list(data, "output", wanted.size());

  kette::GraphSource source{.proto = graph};
  for (const auto& set : model.opset_import())
    source.rules.versions[set.domain() == "ai.onnx" ? "" : set.domain()] = set.version();
  kette::Bindings bindings;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& tensor = given[i].tensor;
    bindings.emplace(inputs[i]->name(), tensor);
    if (!given[i].is_float) source.known.emplace(inputs[i]->name(), tensor);
    auto& type = *inputs[i]->mutable_type()->mutable_tensor_type();
    type.clear_shape();
    for (const int64_t dim : tensor.shape().dims()) type.mutable_shape()->add_dim()->set_dim_value(dim);
    type.mutable_shape();
  }
  kette::Graph built;
  kette::Parameters parameters;
  std::vector<Operand> results;
  try {
    results = read_graph(source, wanted, built, parameters);
  } catch (const kette::Error& error) {
    throw Unsupported{error.what()};
  }
  std::vector<kette::Value> values;
  for (const Operand& result : results) values.push_back(result.value);
  std::erase_if(bindings, [&](const auto& bound) { return !built.find(bound.first); });
  kette::Program program(values, {}, [](std::string_view) { return nullptr; });
  program.bind(1);
  for (const auto& [name, tensor] : bindings) try {
      program.set(name, tensor);
    } catch (const kette::Error&) {  // an input that no output needs
    }
  program.run();
  const std::vector<kette::Reference> references = interpret(built, values, bindings);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const bool is_truth = results[i].truth != Operand::Truth::no;
    if (is_truth != expected[i].is_bool)
      return fmt::format("{} {} truth values", wanted[i], is_truth ? "holds" : "does not hold");
    if (!is_truth && kette::is_float(values[i].dtype()) != expected[i].is_float)
      return fmt::format("{} is {}", wanted[i], to_string(values[i].dtype()));
    const auto as_read = [&](double value) { return is_truth ? (value != 0 ? 1.0 : 0.0) : value; };
    const Tensor made = program.output_tensor(i);
    const kette::Reference& reference = references[static_cast<size_t>(values[i].id)];
    if (auto why = difference(
            wanted[i], made.shape(), [&](int64_t k) { return as_read(made.at(k)); }, expected[i], "program"))
      return why;
    if (auto why = difference(
            wanted[i], reference.shape,
            [&](int64_t k) { return as_read(reference.values[static_cast<size_t>(k)]); }, expected[i],
            "interpreter"))
      return why;
  }
  return std::nullopt;
}

struct Outcome {
  enum Kind { passed, failed, unsupported } kind;
  std::string why;
};

/// Where ONNX itself has found a model that contradicts its expected outputs, and how it mended it.
struct Erratum {
  std::string_view name;
  float epsilon;  // the attribute that its node lacks
};
constexpr Erratum kErrata[] = {{"node/test_adam_multiple", 0.01f}};  // github.com/onnx/onnx/issues/7749

bool mend(std::string_view name, onnx::ModelProto& model) {
  const auto* found = std::ranges::find(kErrata, name, &Erratum::name);
  if (found == std::end(kErrata)) return false;
  onnx::NodeProto& node = *model.mutable_graph()->mutable_node(0);
  for (const auto& attribute : node.attribute())
    if (attribute.name() == "epsilon") return false;  // a later release of the cases
  onnx::AttributeProto& epsilon = *node.add_attribute();
  epsilon.set_name("epsilon");
  epsilon.set_type(onnx::AttributeProto::FLOAT);
  epsilon.set_f(found->epsilon);
  return true;
}

Outcome outcome_of(std::string_view name, const fs::path& folder) {
  onnx::ModelProto model;
  if (!model.ParseFromString(bytes_of(folder / "model.onnx"))) return {Outcome::failed, "not an ONNX model"};
  if (mend(name, model)) fmt::print("{}: with the erratum that ONNX published\n", name);
  try {
    bool any = false;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (!entry.is_directory()) continue;
      any = true;
      if (auto why = check(model, entry.path())) return {Outcome::failed, *why};
    }
    return any ? Outcome{Outcome::passed, ""} : Outcome{Outcome::failed, "there are no data"};
  } catch (const Unsupported& reason) {
    return {Outcome::unsupported, reason.why};
  } catch (const kette::Error& error) {
    return {Outcome::failed, error.what()};
  }
}

std::set<std::string> read_names(const fs::path& path) {
  std::ifstream file(path);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line[0] != '#') names.insert(line);
  return names;
}

void write_names(const fs::path& path, const std::set<std::string>& names) {
  std::ofstream file(path);
  file << "# Cases of ONNX that pass: they must go on passing. Written by conformance_test --update.\n";
  for (const std::string& name : names) file << name << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: conformance_test FOLDER PASSED [--list] [--update]\n");
    return 2;
  }
  const fs::path folder = argv[1], ratchet = argv[2];
  const std::set<std::string> flags(argv + 3, argv + argc);
  if (!fs::is_directory(folder)) {
    fmt::print("skipped: the cases of ONNX are not beside this checkout\n");
    return kSkipped;
  }
  std::map<std::string, fs::path> cases;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().filename() == "model.onnx")
      cases.emplace(fs::relative(entry.path().parent_path(), folder).string(), entry.path().parent_path());
  std::map<Outcome::Kind, int> count;
  std::set<std::string> passed;
  for (const auto& [name, path] : cases) {
    const Outcome outcome = outcome_of(name, path);
    ++count[outcome.kind];
    if (outcome.kind == Outcome::passed) passed.insert(name);
    if (outcome.kind == Outcome::failed || (outcome.kind == Outcome::unsupported && flags.contains("--list")))
      fmt::print("{} {}: {}\n", outcome.kind == Outcome::failed ? "FAILED" : "unsupported", name,
                 outcome.why);
  }
  fmt::print("found {}, passed {}, failed {}, unsupported {}\n", cases.size(), count[Outcome::passed],
             count[Outcome::failed], count[Outcome::unsupported]);
  if (flags.contains("--update")) write_names(ratchet, passed);
  int lost = 0;
  for (const std::string& name : read_names(ratchet))
    if (!passed.contains(name)) {
      fmt::print("LOST {}: it passed before\n", name);
      ++lost;
    }
  return count[Outcome::failed] > 0 || lost > 0 || cases.empty() ? 1 : 0;
}
