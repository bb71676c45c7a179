// A graph applied to one row, as C statements. The form of each operation comes from its OpDef.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kette/compile/module.h"
#include "kette/nn/parameters.h"

namespace kette {

/// What `outputs` need, with parameters and all that follows from them as constants, simplified, and matrices
/// stored in the order in which they are read. `given` (named) become inputs. Throws Error when a parameter
/// has no tensor.
Module frozen(std::span<const Value> outputs, const Parameters& parameters,
              std::span<const Value> given = {});

/// Small functions that statements call, such as that of sigmoid; those of one file together.
class CFunctions {
 public:
  /// `head` stands before a definition ("static "), `prefix` before a name, `call` before it where it is
  /// called.
  CFunctions(std::string head, std::string prefix, std::string call)
      : head_(std::move(head)), prefix_(std::move(prefix)), call_(std::move(call)) {}
  /// How the function with this body, of operands x0, x1, …, is called.
  std::string name(std::string_view op, DType dtype, size_t operands, const std::string& body);
  const std::string& definitions() const { return definitions_; }

 private:
  std::string head_, prefix_, call_, definitions_;
  std::map<std::string, std::string> names_;  // by definition without name
};

struct CStatements {
  std::string text;
  int64_t workspace_bytes = 0;  // arrays that are written
  int64_t constant_bytes = 0;
};

/// Inputs and outputs by the names of their arrays; no input may overlap an output. `storage` stands before
/// the arrays that are written. Every buffer is reused as soon as its value is no longer needed, and a chain
/// of element-wise operations is one loop. Throws Error that lists all operations without a C form, or names
/// a missing input.
CStatements c_statements(const Module& module, const std::map<std::string, std::string>& inputs,
                         std::span<const std::string> outputs, std::string_view storage,
                         CFunctions& functions);

}  // namespace kette
