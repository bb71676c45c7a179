#include "kette/onnx/read.h"

#include <fcntl.h>
#include <onnx/onnx_pb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <map>
#include <new>
#include <vector>

#include "kette/base/error.h"
#include "kette/data/table.h"
#include "kette/model/verify.h"
#include "kette/onnx/foreign_model.h"
#include "kette/onnx/graph_reader.h"
#include "kette/onnx/schema_json.h"

namespace kette {
namespace {

constexpr int64_t kNewestOperatorSet = 25;

/// protobuf would write to standard error what it thinks of damaged files.
void silence_protobuf() {
  [[maybe_unused]] static const bool once = (google::protobuf::SetLogHandler(nullptr), true);
}

::onnx::ModelProto parsed(std::string_view bytes) {
  silence_protobuf();
  if (bytes.empty()) fail("the file is empty");
  if (bytes.size() > INT_MAX) fail("the file is larger than 2 GiB, the most that an ONNX file can hold");
  ::onnx::ModelProto proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !proto.has_graph())
    fail("not an ONNX model, or cut short");
  return proto;
}

std::map<std::string, std::string> take_metadata(const ::onnx::ModelProto& proto) {
  std::map<std::string, std::string> metadata;
  for (const auto& entry : proto.metadata_props()) metadata.insert_or_assign(entry.key(), entry.value());
  return metadata;
}

/// Takes the entry out.
std::string required(std::map<std::string, std::string>& metadata, const char* key) {
  const auto entry = metadata.extract(key);
  if (entry.empty()) fail("the metadata {} are missing: the file is cut short", key);
  return entry.mapped();
}

ReadingRules rules_of(const ::onnx::ModelProto& proto, const std::string& folder) {
  ReadingRules rules{.folder = folder};
  for (const auto& set : proto.opset_import()) {
    const std::string domain = set.domain() == "ai.onnx" ? "" : set.domain();
    if (domain.empty() && (set.version() < 1 || set.version() > kNewestOperatorSet))
      fail("operator set ai.onnx {} is not known; known are 1 to {}", set.version(), kNewestOperatorSet);
    rules.versions[domain] = set.version();
  }
  return rules;
}

Model own_model(const ::onnx::ModelProto& proto, const ReadingRules& rules) {
  Model model;
  model.metadata = take_metadata(proto);
  const std::string version = required(model.metadata, "kette.version");
  model.schema = schema_from_json(required(model.metadata, "kette.schema"), version);
  GraphSource source{.proto = proto.graph(), .rules = rules};
  source.trainable = texts_from_json(required(model.metadata, "kette.parameters"), "kette.parameters");
  verify(model.schema);
  Graph& graph = *model.graph;
  const auto is_features = [](const auto& input) { return input.name() == "features"; };
  if (std::ranges::none_of(proto.graph().input(),
                           is_features))  // what computes them is what data::encode does
    source.given["features"] = {
        .value = graph.input("features", Shape({kBatch, data::total_width(model.schema.features)})),
        .name = "features"};
  const bool classes = model.schema.task != data::Task::regression;
  const std::vector<std::string> wanted = {"features", "scores", classes ? "probabilities" : "prediction"};
  const std::vector<Operand> values = read_graph(source, wanted, graph, model.parameters);
  model.features = values[0].value;
  const Value prepared = graph.find("prepared");
  model.prepared = prepared && prepared.shape().rank() == 2 ? prepared : model.features;
  model.scores = values[1].value;
  model.prediction = values[2].value;
  verify(model);
  return model;
}

Model read_model(std::string_view bytes, const std::string& folder, const ImportOptions& options) {
  const ::onnx::ModelProto proto = parsed(bytes);
  const ReadingRules rules = rules_of(proto, folder);
  if (proto.producer_name() != "kette") return foreign_model(proto, options, rules);
  if (options != ImportOptions{})
    fail("is a file of kette, which says already what its columns and classes are");
  return own_model(proto, rules);
}

std::string read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  int error = file < 0 || ::fstat(file, &status) != 0 ? errno : 0;
  if (error == 0 && status.st_size > INT_MAX) error = EFBIG;
  std::string bytes;
  size_t size = 0;
  while (error == 0) {
    // One read takes a regular file whole; the byte more finds its end.
    bytes.resize(
        size + std::max<size_t>(size_t{1} << 16, size == 0 ? static_cast<size_t>(status.st_size) + 1 : size));
    const ssize_t count = ::read(file, bytes.data() + size, bytes.size() - size);
    if (count < 0 && errno != EINTR) error = errno;
    if (count == 0 || size > INT_MAX) break;
    size += static_cast<size_t>(std::max<ssize_t>(count, 0));
  }
  if (file >= 0) ::close(file);
  if (error != 0) fail("cannot be read: {}", std::strerror(error));
  bytes.resize(size);
  return bytes;
}

template <class Read>
Model with_source(std::string_view source, Read read) {
  try {
    return read();
  } catch (const Error& error) {
    fail("{}: {}", source, error.what());
  } catch (const std::bad_alloc&) {
    fail("{}: not enough memory", source);
  }
}

}  // namespace

Model from_onnx(std::string_view bytes, std::string_view source, const ImportOptions& options) {
  return with_source(source, [&] { return read_model(bytes, "", options); });
}

Model load_model(const std::string& path, const ImportOptions& options) {
  return with_source(path, [&] {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return read_model(read_file(path), folder.empty() ? "." : folder, options);
  });
}

}  // namespace kette
