// A model as an ONNX file that any ONNX tool can run: from raw features to decoded predictions.
//
// Input `features` f32 [N, columns]. Outputs: for regression `prediction` f32 [N, 1]; for classes
// `probabilities` f32 [N, classes] and `label`, text [N]. IR version 8, operator sets ai.onnx 17 and
// ai.onnx.ml 3. Nodes and parameters keep their names. Metadata, besides the model's own:
//
//     kette.version      of the program that wrote the file
//     kette.schema       task, features, target and labels as JSON (schema_json.h)
//     kette.parameters   names of the initialisers that training changes, as JSON
#pragma once

#include <string>

namespace kette {

struct Model;

/// The bytes of the file: of what the prediction and the scores need, no matter what else is in the graph.
/// Equal models give equal bytes. Throws Error when the model is not as verify(model) demands, needs another
/// input than `features`, uses an operation without an ONNX form, or is larger than 2 GiB.
std::string to_onnx(const Model& model);

/// Writes the file; it is either complete or as it was before. Throws Error, also when it cannot be written.
void save_model(const Model& model, const std::string& path);

}  // namespace kette
