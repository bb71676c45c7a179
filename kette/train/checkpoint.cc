#include "kette/train/checkpoint.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"
#include "kette/model/safetensors.h"

namespace kette {
namespace {

using Metadata = std::map<std::string, std::string>;

constexpr std::string_view kFormat = "kette checkpoint";
constexpr int64_t kMostCounted = int64_t{1} << 53;  // what a double holds exactly

// Single numbers --------------------------------------------------------------------------------------------

std::string text_of(int64_t value) { return std::to_string(value); }
std::string text_of(double value) { return fmt::format("{:016x}", std::bit_cast<uint64_t>(value)); }

template <class T>
T number_of(const std::string& name, std::string_view text, int base) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) fail("\"{}\" is not a number", name);
  return value;
}

const std::string& at(const Metadata& metadata, const std::string& name) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) fail("\"{}\" is missing", name);
  return found->second;
}

void read(const Metadata& metadata, const std::string& name, int64_t& value) {
  value = number_of<int64_t>(name, at(metadata, name), 10);
  if (value < 0 || value > kMostCounted) fail("\"{}\" is {}; expected a count", name, value);
}
void read(const Metadata& metadata, const std::string& name, double& value) {
  value = std::bit_cast<double>(number_of<uint64_t>(name, at(metadata, name), 16));
}

/// Calls visit(name, number) for every single number of a state: the one list for writing and reading.
template <class State, class Visit>
void for_each_number(State& s, const Visit& visit) {
  visit("epochs", s.epochs);
  visit("step", s.step);
  visit("steps", s.steps);
  visit("loss", s.loss);
  visit("rows", s.rows);
  visit("rows_seen", s.rows_seen);
  visit("learning_rate", s.learning_rate);
  visit("step_seconds", s.step_seconds);
  visit("seconds", s.seconds);
  visit("watch.epochs", s.watch.epochs);
  visit("watch.quiet_epochs", s.watch.quiet_epochs);
  visit("watch.best_epoch", s.watch.best_epoch);
  visit("watch.best_loss", s.watch.best_loss);
  visit("watch.improved_epoch", s.watch.improved_epoch);
  visit("watch.improved_loss", s.watch.improved_loss);
  visit("plateau.lowest", s.plateau.lowest);
  visit("plateau.waited", s.plateau.waited);
  visit("plateau.share", s.plateau.share);
}

template <class State, class Visit>
void for_each_lbfgs_number(State& s, const Visit& visit) {
  visit("lbfgs.value", s.value);
  visit("lbfgs.iterations", s.iterations);
  visit("lbfgs.evaluations", s.evaluations);
}

// Tensors ---------------------------------------------------------------------------------------------------

void add_all(Parameters& tensors, std::string_view prefix, const Parameters& from) {
  for (const auto& [name, tensor] : from) tensors.add(fmt::format("{}/{}", prefix, name), tensor);
}

Parameters taken(const Parameters& tensors, const std::string& prefix) {
  Parameters result;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix + "/")) result.add(name.substr(prefix.size() + 1), tensor);
  return result;
}

void add_vector(Parameters& tensors, std::string_view name, const std::vector<double>& values) {
  tensors.add(name, Tensor(Shape({static_cast<int64_t>(values.size())}, DType::f64), std::span(values)));
}

std::vector<double> vector_at(const Parameters& tensors, const std::string& name) {
  const Tensor* tensor = tensors.find(name);
  if (!tensor || tensor->shape().rank() != 1 || tensor->dtype() != DType::f64)
    fail("\"{}\" is missing or no vector of f64", name);
  const std::span<const double> values = tensor->values<double>();
  return {values.begin(), values.end()};
}

void add_lbfgs(Safetensors& file, const LbfgsState& state) {
  for_each_lbfgs_number(state, [&](const char* name, const auto& v) { file.metadata[name] = text_of(v); });
  add_vector(file.tensors, "lbfgs/x", state.x);
  add_vector(file.tensors, "lbfgs/gradient", state.gradient);
  for (size_t i = 0; i < state.steps.size(); ++i) {
    add_vector(file.tensors, fmt::format("lbfgs/step/{}", i), state.steps[i]);
    add_vector(file.tensors, fmt::format("lbfgs/change/{}", i), state.changes[i]);
  }
}

LbfgsState read_lbfgs(const Safetensors& file) {
  LbfgsState state;
  for_each_lbfgs_number(state, [&](const char* name, auto& v) { read(file.metadata, name, v); });
  state.x = vector_at(file.tensors, "lbfgs/x");
  state.gradient = vector_at(file.tensors, "lbfgs/gradient");
  for (size_t i = 0; file.tensors.find(fmt::format("lbfgs/step/{}", i)); ++i) {
    state.steps.push_back(vector_at(file.tensors, fmt::format("lbfgs/step/{}", i)));
    state.changes.push_back(vector_at(file.tensors, fmt::format("lbfgs/change/{}", i)));
  }
  return state;
}

// History: one row for each epoch. Of what was measured after the epoch, validation first, loss and measures
// follow, whose names are in the metadata as one line each
// ----------------------------------------------------------------------------

constexpr size_t kPlainColumns = 5;

struct HistoryPart {
  std::optional<Validation> EpochReport::*value;
  const char* names;  // their key in the metadata
};
constexpr std::array<HistoryPart, 2> kHistoryParts = {
    {{&EpochReport::validation, "measures"}, {&EpochReport::training, "training_measures"}}};

/// Measures that were taken after one epoch are there for all; NaN where this one was not looked at.
void add_measured(std::vector<double>& numbers, const std::optional<Validation>& value, size_t measures) {
  numbers.push_back(value ? value->loss : NAN);
  for (size_t i = 0; i < measures; ++i)
    numbers.push_back(value && i < value->measures.size() ? value->measures[i].second : NAN);
}

void add_history(Safetensors& file, const std::vector<EpochReport>& history) {
  if (history.empty()) return;
  // A run that is gone on with may be measured on more than before: the last epoch knows.
  const EpochReport& last = history.back();
  size_t columns = kPlainColumns;
  for (const HistoryPart& part : kHistoryParts) {
    if (!(last.*part.value)) continue;
    columns += 1 + (last.*part.value)->measures.size();
    for (const auto& [name, value] : (last.*part.value)->measures) file.metadata[part.names] += name + "\n";
  }
  std::vector<double> numbers;
  for (const EpochReport& report : history) {
    for (const double v : {static_cast<double>(report.epoch), static_cast<double>(report.steps), report.loss,
                           report.seconds, report.learning_rate})
      numbers.push_back(v);
    for (const HistoryPart& part : kHistoryParts)
      if (last.*part.value) add_measured(numbers, report.*part.value, (last.*part.value)->measures.size());
  }
  const Shape shape({static_cast<int64_t>(history.size()), static_cast<int64_t>(columns)}, DType::f64);
  file.tensors.add("history", Tensor(shape, std::span<const double>(numbers)));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

int64_t count_of(double value) {
  if (!(value >= 0 && value <= static_cast<double>(kMostCounted)))
    fail("\"history\" holds {} where a count was expected", value);
  return static_cast<int64_t>(value);
}

std::vector<EpochReport> read_history(const Safetensors& file) {
  const Tensor* tensor = file.tensors.find("history");
  if (!tensor) return {};
  std::array<std::optional<std::vector<std::string>>, kHistoryParts.size()> names;
  size_t columns = kPlainColumns;
  for (size_t part = 0; part < kHistoryParts.size(); ++part) {
    const auto found = file.metadata.find(kHistoryParts[part].names);
    if (found == file.metadata.end()) continue;
    names[part] = lines_of(found->second);
    columns += 1 + names[part]->size();
  }
  const Shape& shape = tensor->shape();
  if (shape.rank() != 2 || std::cmp_not_equal(shape[1], columns) || shape.dtype() != DType::f64)
    fail("\"history\" is {}; expected f64[epochs,{}]", to_string(shape), columns);
  std::vector<EpochReport> history;
  std::span<const double> numbers = tensor->values<double>();
  for (; !numbers.empty(); numbers = numbers.subspan(columns)) {
    EpochReport& report = history.emplace_back();
    report.epoch = count_of(numbers[0]);
    report.steps = count_of(numbers[1]);
    report.loss = numbers[2];
    report.seconds = numbers[3];
    report.learning_rate = numbers[4];
    size_t column = kPlainColumns;
    for (size_t part = 0; part < kHistoryParts.size(); ++part) {
      if (!names[part]) continue;
      const bool is_there =
          kHistoryParts[part].value == &EpochReport::validation || !std::isnan(numbers[column]);
      Validation value{.loss = numbers[column++], .measures = {}};
      for (const std::string& name : *names[part]) value.measures.emplace_back(name, numbers[column++]);
      if (is_there) report.*kHistoryParts[part].value = std::move(value);
    }
  }
  return history;
}

// Whose file it is ------------------------------------------------------------------------------------------

std::pair<std::string, std::string> name_and_value(const std::string& line) {
  const size_t colon = line.find(':');
  if (colon == std::string::npos) return {line, ""};
  const size_t value = line.find_first_not_of(' ', colon + 1);
  return {line.substr(0, colon), value == std::string::npos ? "" : line.substr(value)};
}

/// For a message: one line, not too long.
std::string shown(std::string text) {
  if (text.empty()) return "empty";
  if (text.size() > 200) text = text.substr(0, 200) + "…";
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  return text;
}

void check_fingerprint(std::string_view there, std::string_view here) {
  if (there == here) return;
  Metadata theirs, ours;
  for (const std::string& line : lines_of(there)) theirs.insert(name_and_value(line));
  for (const std::string& line : lines_of(here)) {
    const auto [name, value] = name_and_value(line);
    ours.emplace(name, value);
    const auto found = theirs.find(name);
    if (found == theirs.end())
      fail("belongs to another run: it has no {}, here {}", shown(name), shown(value));
    if (found->second != value)
      fail("belongs to another run: {} is {} there, {} here", shown(name), shown(found->second),
           shown(value));
  }
  for (const auto& [name, value] : theirs)
    if (!ours.contains(name))
      fail("belongs to another run: {} is {} there, here there is none", shown(name), shown(value));
  fail("belongs to another run");
}

TrainingState state_of(const Safetensors& file, std::string_view fingerprint) {
  const auto format = file.metadata.find("format");
  if (format == file.metadata.end() || format->second != kFormat) fail("not a checkpoint");
  int64_t version = 0;
  read(file.metadata, "version", version);
  if (version > kCheckpointVersion)
    fail("version {} of the format; expected at most {}", version, kCheckpointVersion);
  check_fingerprint(at(file.metadata, "fingerprint"), fingerprint);

  TrainingState state{.weights = taken(file.tensors, "weights"),
                      .optimizer = taken(file.tensors, "optimizer")};
  if (Parameters best = taken(file.tensors, "best"); best.size() > 0) state.best.emplace(std::move(best));
  for_each_number(state, [&](const char* name, auto& v) { read(file.metadata, name, v); });
  if (file.metadata.contains("watch.last_loss")) {
    double last = 0;
    read(file.metadata, "watch.last_loss", last);
    state.watch.last_loss = last;
  }
  if (file.metadata.contains("lbfgs.value")) state.lbfgs = read_lbfgs(file);
  state.history = read_history(file);
  return state;
}

TrainingState state_of(const Safetensors& file, std::string_view fingerprint, std::string_view source) {
  try {
    return state_of(file, fingerprint);
  } catch (const Error& error) {
    fail("{}: {}", source, error.what());
  }
}

}  // namespace

std::string to_checkpoint(const TrainingState& state, std::string_view fingerprint) {
  Safetensors file;
  file.metadata["format"] = kFormat;
  file.metadata["version"] = text_of(int64_t{kCheckpointVersion});
  file.metadata["fingerprint"] = fingerprint;
  for_each_number(state, [&](const char* name, const auto& v) { file.metadata[name] = text_of(v); });
  if (state.watch.last_loss) file.metadata["watch.last_loss"] = text_of(*state.watch.last_loss);
  add_all(file.tensors, "weights", state.weights);
  add_all(file.tensors, "optimizer", state.optimizer);
  if (state.best) add_all(file.tensors, "best", *state.best);
  if (state.lbfgs) add_lbfgs(file, *state.lbfgs);
  add_history(file, state.history);
  return to_safetensors(file);
}

TrainingState from_checkpoint(std::string_view bytes, std::string_view fingerprint, std::string_view source) {
  return state_of(from_safetensors(bytes, source), fingerprint, source);
}

void save_checkpoint(const std::string& path, const TrainingState& state, std::string_view fingerprint) {
  write_file_atomically(path, to_checkpoint(state, fingerprint));
}

TrainingState load_checkpoint(const std::string& path, std::string_view fingerprint) {
  return state_of(load_safetensors(path), fingerprint, path);
}

}  // namespace kette
