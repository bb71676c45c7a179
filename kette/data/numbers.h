// The numbers of a column, whatever they are stored as.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace kette::data {

/// A view of numbers that reads as one of doubles. Whole numbers from 0 to 255 (the pixels of images) may be
/// stored in a byte each: an eighth of the memory, which costs more time than the arithmetic on it.
class Numbers {
 public:
  Numbers() = default;
  Numbers(std::span<const double> numbers) : doubles_(numbers.data()), size_(numbers.size()) {}
  Numbers(const std::vector<double>& numbers) : Numbers(std::span(numbers)) {}
  explicit Numbers(std::span<const uint8_t> numbers) : bytes_(numbers.data()), size_(numbers.size()) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  double operator[](size_t i) const { return bytes_ != nullptr ? bytes_[i] : doubles_[i]; }
  double front() const { return (*this)[0]; }
  /// Where they are stored, if in a byte each; else null.
  const uint8_t* bytes() const { return bytes_; }

  /// function(values) with the span they are stored as: for loops over many.
  template <class Function>
  decltype(auto) visit(const Function& function) const {
    if (bytes_ != nullptr) return function(std::span(bytes_, size_));
    return function(std::span(doubles_, size_));
  }

  class Iterator {
   public:
    using value_type = double;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;  // its numbers are no objects that can be pointed at
    using iterator_concept = std::forward_iterator_tag;

    Iterator() = default;
    Iterator(const double* doubles, const uint8_t* bytes, size_t at)
        : doubles_(doubles), bytes_(bytes), at_(at) {}
    double operator*() const { return bytes_ != nullptr ? bytes_[at_] : doubles_[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++at_;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const double* doubles_ = nullptr;
    const uint8_t* bytes_ = nullptr;
    size_t at_ = 0;
  };
  Iterator begin() const { return {doubles_, bytes_, 0}; }
  Iterator end() const { return {doubles_, bytes_, size_}; }
  std::vector<double> to_vector() const {
    return visit([](auto values) { return std::vector<double>(values.begin(), values.end()); });
  }

 private:
  const double* doubles_ = nullptr;
  const uint8_t* bytes_ = nullptr;
  size_t size_ = 0;
};

}  // namespace kette::data
