// Values as people type them: `age=40`, `x=[0.5, -1]`, `W=[[1, 2], [3, 4]]`, `W1[1,3]=0.2`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kette/tensor/tensor.h"

namespace kette {

struct Assignment {
  std::string name;
  std::vector<int64_t> indices;  // from 1; empty: the whole
  std::string value;             // as it stands
};

/// Throws Error unless it is `name=value` or `name[i,…]=value`.
Assignment parse_assignment(std::string_view text);

/// Numbers for a tensor of that shape: one after the other, in brackets or not, or in brackets within
/// brackets as its dims say. Throws Error for another number of them, brackets that do not match, what is no
/// finite number, and where the type is i64 for what is not whole.
Tensor parse_tensor(const std::string& name, const Shape& shape, std::string_view text);

/// The position of an element, row-major; a row of a single row may be counted with one index. Throws Error
/// when there is none.
int64_t element_at(const Assignment& assignment, const Shape& shape);

}  // namespace kette
