#include "kette/nn/parameters.h"

#include <algorithm>

#include "kette/base/error.h"

namespace kette {

Tensor& Parameters::add(std::string_view name, Tensor tensor) {
  if (!index_.emplace(name, entries_.size()).second) fail("[parameters] the name \"{}\" is taken", name);
  return entries_.emplace_back(name, std::move(tensor)).second;
}

const Tensor* Parameters::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &entries_[found->second].second;
}

Tensor* Parameters::find(std::string_view name) {
  return const_cast<Tensor*>(std::as_const(*this).find(name));
}

const Tensor& Parameters::at(std::string_view name) const {
  if (const Tensor* tensor = find(name)) return *tensor;
  std::string known;
  for (const auto& [other, tensor] : entries_) known += fmt::format("{}{}", known.empty() ? "" : ", ", other);
  fail("[parameters] there is no \"{}\"; known: {}", name, known.empty() ? "none" : known);
}

Tensor& Parameters::at(std::string_view name) { return const_cast<Tensor&>(std::as_const(*this).at(name)); }

void Parameters::copy_values(const Parameters& other) {
  for (const auto& [name, tensor] : entries_)
    if (const Shape& given = other.at(name).shape(); given != tensor.shape())
      fail("[parameters] \"{}\" is {}; expected {}", name, to_string(given), to_string(tensor.shape()));
  for (auto& [name, tensor] : entries_) {
    const Tensor& from = other.at(name);
    std::copy_n(from.bytes(), static_cast<size_t>(from.shape().bytes()), tensor.bytes());
  }
}

int64_t Parameters::elements() const {
  int64_t total = 0;
  for (const auto& [name, tensor] : entries_) total += tensor.size();
  return total;
}

uint64_t stream_of(std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

Parameters initialized(std::span<const Parameter> list, uint64_t seed) {
  Parameters result;
  for (const Parameter& parameter : list) {
    const Node& node = parameter.value.graph->node(parameter.value);
    initialize(result.add(node.name, Tensor(node.shape)), parameter.initializer,
               Random(seed, stream_of(node.name)));
  }
  return result;
}

}  // namespace kette
