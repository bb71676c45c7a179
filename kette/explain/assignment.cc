#include "kette/explain/assignment.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "kette/base/error.h"
#include "kette/data/parse_number.h"
#include "kette/data/table.h"

namespace kette {
namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  return first == text.npos ? std::string_view()
                            : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

int64_t index_of(std::string_view text, std::string_view whole) {
  int64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size())
    fail("{}: expected whole numbers between the brackets, as in W[1,3]", data::quote(whole));
  return index;
}

/// Numbers in brackets within brackets.
class NestedNumbers {
 public:
  explicit NestedNumbers(std::string_view text) : text_(text) {
    for (size_t at = 0; at < text_.size();) {
      const char c = text_[at];
      if (c == '[') {
        if (lengths_.size() < ++depth_) lengths_.push_back(0);
        open_.push_back(0);
        ++at;
      } else if (c == ']') {
        close();
        ++at;
      } else if (c == ',' || c == ' ' || c == '\t') {
        ++at;
      } else {
        const size_t end = std::min(text_.find_first_of("[], \t", at), text_.size());
        add(text_.substr(at, end - at));
        at = end;
      }
    }
    if (depth_ > 0) fail("a bracket is not closed in {}", data::quote(text_));
  }

  const std::vector<double>& numbers() const { return numbers_; }
  /// The lengths from the outside in; empty where the brackets do not make a tensor.
  const std::vector<int64_t>& lengths() const { return lengths_; }
  bool is_regular() const { return is_regular_; }

 private:
  void add(std::string_view word) {
    const auto number = data::parse_number(word);
    if (!number || !std::isfinite(*number)) fail("expected a finite number, found {}", data::quote(word));
    numbers_.push_back(*number);
    if (depth_ == 0) return;
    is_regular_ &= depth_ == lengths_.size();
    ++open_.back();
  }

  void close() {
    if (depth_ == 0) fail("a bracket is closed that was not opened in {}", data::quote(text_));
    int64_t& known = lengths_[--depth_];
    if (known == 0) known = open_.back();
    is_regular_ &= known == open_.back();
    open_.pop_back();
    if (depth_ > 0) ++open_.back();
  }

  std::string_view text_;
  std::vector<double> numbers_;
  std::vector<int64_t> lengths_, open_;
  size_t depth_ = 0;
  bool is_regular_ = true;
};

}  // namespace

Assignment parse_assignment(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == text.npos) fail("{}: expected name=value", data::quote(text));
  const std::string_view left = trim(text.substr(0, equals));
  Assignment assignment{.value = std::string(trim(text.substr(equals + 1)))};
  const size_t bracket = std::min(left.find('['), left.size());
  assignment.name = trim(left.substr(0, bracket));
  if (assignment.name.empty()) fail("{}: expected name=value", data::quote(text));
  if (bracket == left.size()) return assignment;
  if (!left.ends_with(']')) fail("{}: a bracket is not closed", data::quote(text));
  const std::string_view inside = left.substr(bracket + 1, left.size() - bracket - 2);
  for (size_t begin = 0; begin <= inside.size();) {
    const size_t end = std::min(inside.find(',', begin), inside.size());
    assignment.indices.push_back(index_of(trim(inside.substr(begin, end - begin)), text));
    begin = end + 1;
  }
  return assignment;
}

Tensor parse_tensor(const std::string& name, const Shape& shape, std::string_view text) {
  const NestedNumbers nested(text);
  const std::vector<double>& numbers = nested.numbers();
  if (std::ssize(numbers) != shape.size())
    fail("{} is {}: expected {} number{}, found {}", name, to_string(shape), shape.size(),
         shape.size() == 1 ? "" : "s", numbers.size());
  const std::vector<int64_t>& lengths = nested.lengths();
  const bool fits = lengths.size() < 2 || (nested.is_regular() && std::ranges::equal(lengths, shape.dims()));
  if (!fits) fail("{} is {}: the brackets are of another shape", name, to_string(shape));
  Tensor tensor(shape);
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (shape.dtype() == DType::i64 && numbers[i] != std::floor(numbers[i]))
      fail("{} is {}: expected whole numbers, found {}", name, to_string(shape), data::shortest(numbers[i]));
    tensor.set(static_cast<int64_t>(i), numbers[i]);
  }
  return tensor;
}

int64_t element_at(const Assignment& assignment, const Shape& shape) {
  std::vector<int64_t> dims(shape.dims().begin(), shape.dims().end());
  const std::vector<int64_t>& indices = assignment.indices;
  if (dims.size() == indices.size() + 1 && dims.front() == 1) dims.erase(dims.begin());
  bool fits = dims.size() == indices.size();
  int64_t element = 0;
  std::string list;
  for (size_t i = 0; i < indices.size(); ++i) {
    list += (i == 0 ? "" : ",") + std::to_string(indices[i]);
    if (!fits) continue;
    fits = indices[i] >= 1 && indices[i] <= dims[i];
    element = element * dims[i] + indices[i] - 1;
  }
  if (!fits) fail("{} is {}: there is no element [{}]", assignment.name, to_string(shape), list);
  return element;
}

}  // namespace kette
