// kette export: a model in another form.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kette/cli/choices.h"
#include "kette/cli/command.h"
#include "kette/cli/files.h"
#include "kette/data/table.h"
#include "kette/model/weights.h"
#include "kette/onnx/read.h"
#include "kette/source/c_text.h"
#include "kette/source/export.h"

namespace kette::cli {
namespace {

constexpr const char* kExportExamples = R"(Examples:
  kette export houses.onnx --to c                  houses.h: C99, also for C++ and for microcontrollers
  kette export houses.onnx --to c++ --name homes   houses.hpp: C++11, in the namespace homes
  kette export houses.onnx --to c --out -          to standard output
  kette export houses.onnx --to safetensors        its weights by name, for other tools

The C or C++ needs no library but the standard mathematical functions: raw values of a row in, the prediction out.
It allocates nothing. docs/export.md shows how it is used. kette import --weights takes safetensors back in.)";

struct ExportFlags {
  std::string model, to, name, out;
};

/// A form that a model can be exported to.
struct ExportTarget {
  std::string_view name, extension;
  std::string (*write)(const Model& model, const ExportFlags& flags);
};

template <SourceLanguage language>
std::string source(const Model& model, const ExportFlags& flags) {
  const std::string file = flags.out == "-" ? flags.name + (language == SourceLanguage::c ? ".h" : ".hpp")
                                            : std::filesystem::path(flags.out).filename().string();
  return to_source(model, {.language = language, .name = flags.name, .file = file});
}

constexpr std::array kExportTargets = {
    ExportTarget{"c", ".h", source<SourceLanguage::c>},
    ExportTarget{"c++", ".hpp", source<SourceLanguage::cpp>},
    ExportTarget{"safetensors", ".safetensors",
                 [](const Model& model, const ExportFlags&) { return weights_to_safetensors(model); }},
};

std::vector<std::string> export_target_names() {
  std::vector<std::string> names;
  for (const ExportTarget& target : kExportTargets) names.emplace_back(target.name);
  return names;
}

int run(ExportFlags flags) {
  const ExportTarget& target = *std::ranges::find(kExportTargets, flags.to, &ExportTarget::name);
  if (!flags.name.empty() && !is_c_identifier(flags.name))
    throw UsageError(
        fmt::format("--name: expected letters, digits and _, no digit first, and no keyword of C, found {}",
                    data::quote(flags.name)));
  if (!flags.name.empty() && flags.to == "safetensors")
    throw UsageError("--name: only for --to c and c++; weights have the names that the model gives them");
  if (flags.name.empty()) flags.name = source_name(flags.model);
  if (flags.out.empty())
    flags.out = std::filesystem::path(flags.model).replace_extension(target.extension).string();
  check_output(flags.out, flags.model);
  const Model model = load_model(flags.model);
  write_output(flags.out, target.write(model, flags));
  return 0;
}

}  // namespace

const Command kExport{
    "export", "Write a model as C or C++ that needs nothing else, or its weights",
    [](CLI::App& app) -> std::function<int()> {
      auto flags = std::make_shared<ExportFlags>();
      app.add_option("MODEL", flags->model, "Model written by kette train")->required();
      app.add_option("--to", flags->to,
                     "One header of C99, or of C++11, or the weights in the safetensors format")
          ->required()
          ->check(one_of(export_target_names()));
      app.add_option(
             "--name", flags->name,
             "C: what its functions begin with, C++: its namespace (the default is made of the model's name)")
          ->type_name("NAME");
      app.add_option(
             "--out", flags->out,
             "Where to write (-: standard output; the default is beside the model: .h, .hpp, .safetensors)")
          ->type_name("FILE");
      app.footer(kExportExamples);
      return [flags] { return run(*flags); };
    }};

}  // namespace kette::cli
