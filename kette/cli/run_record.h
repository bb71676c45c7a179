// What a run was: written beside its model, read by `kette compare` and, as options, by `--config`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kette/base/threads.h"
#include "kette/data/table.h"
#include "kette/report/report.h"

namespace kette::cli {

using RecordValue = std::variant<bool, int64_t, double, std::string>;
/// Names and values, in the order of the file.
using RecordEntries = std::vector<std::pair<std::string, RecordValue>>;

/// How training of one network went: numbers that belong together by their position.
struct RecordCurve {
  RecordEntries about;  // "name" of several: fold 1; "kept": the epoch whose weights the model has
  /// "epoch" or "row"; "loss", of the steps on the way there; "validation_loss", "validation_accuracy", … NaN
  /// where there is none.
  std::vector<std::pair<std::string, std::vector<double>>> columns;

  /// Null where there is none of that name.
  const std::vector<double>* column(std::string_view name) const;
};

struct RunRecord {
  /// Every option by its long name, with the value that held. Tables to train on are not among them, nor is
  /// what leaves the model as it is, such as --threads: with these options the same table gives the same
  /// model again.
  RecordEntries options;
  RecordEntries data;    // files, rows, hash
  RecordEntries result;  // kette, model, epochs, seconds, samples_per_second, then the measures
  std::vector<RecordEntries> networks;  // of a search: what each was
  std::vector<RecordCurve> curves;      // of a search: of the best

  /// Those of `result` that are measures, the one to look at first.
  RecordEntries measures() const;
};

/// Of at most some hundred points, to seven digits. `unit`: what it is counted in, "epoch" or "row".
RecordCurve record_curve(const LearningCurve& curve, const std::string& unit);

std::string to_toml(const RunRecord& record);
/// The options alone, by name: what a model file says of how it came about.
std::string options_to_toml(const RunRecord& record);
/// Throws Error `run.toml:3:1: …` for what is no TOML, and beginning with `source` for what is no record of a
/// run.
RunRecord run_record_of(std::string_view text, const std::string& source);
/// What options_to_toml() wrote. Throws Error for what is no TOML.
RecordEntries options_of_toml(std::string_view text, const std::string& source);

/// As it stands on a command line: `true`, `64`, `0.003`, `relu`.
std::string to_text(const RecordValue& value);
/// The value of that name, or null.
const RecordValue* find(const RecordEntries& entries, std::string_view name);

/// "houses.onnx" → "houses.run.toml"
std::string record_path(const std::string& model);

/// A fingerprint of the names and fields of a table's columns: 64 bits in hexadecimal. No protection against
/// forgery.
std::string content_hash(const data::Table& table, Threads* threads = nullptr);

}  // namespace kette::cli
