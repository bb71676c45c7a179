// A sub-command of the program: one file each.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "kette/base/error.h"

namespace CLI {
class App;
}

namespace kette::cli {

/// `declare` adds options to the sub-command's parser and returns what does the work once they are read: it
/// returns the exit code and throws Error (exit code 1) or UsageError (2).
struct Command {
  std::string name;
  std::string summary;
  std::function<int()> (*declare)(CLI::App&);
};

extern const Command kTrain, kPredict, kEvaluate, kCompare, kDescribe, kData, kImport, kExport, kGraph,
    kExplain, kCheck, kDerive, kPlot, kOps, kHelp, kCompletion, kMan, kVersion;

/// The command line itself is wrong. `below`: lines under the message that show the place.
class UsageError : public Error {
 public:
  explicit UsageError(const std::string& message, std::string below = "")
      : Error(message), below_(std::move(below)) {}
  const std::string& below() const { return below_; }

 private:
  std::string below_;
};

/// Calls a parser of the library for the value of an option; its Error becomes a UsageError that names the
/// option.
template <class Parse>
auto option_value(const std::string& option, Parse parse) {
  try {
    return parse();
  } catch (const Error& error) {
    throw UsageError(fmt::format("{}: {}", option, error.what()));
  }
}

}  // namespace kette::cli
