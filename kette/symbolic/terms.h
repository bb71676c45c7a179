// Sums and products of a formula as lists: what simplification collects in. Nodes with a name are symbols:
// they are not taken apart. These functions recurse into sums, products and powers of a node.
#pragma once

#include <optional>
#include <vector>

#include "kette/graph/graph.h"

namespace kette {

/// A fraction of whole numbers while these are exact in a double; else any number over 1.
struct Fraction {
  double over = 0, under = 1;
  bool is_decimal = false;  // a number like 0.3 went into it: it is written so, if it can be
};
Fraction operator*(Fraction a, Fraction b);
Fraction operator+(Fraction a, Fraction b);
/// 0.3 → 3/10; 2 → 2/1; other numbers over 1.
Fraction fraction_of(double number);

/// factor · Π base^exponent; exponents are whole numbers other than 0.
struct Product {
  struct Power {
    Value base;
    double exponent = 1;
  };
  Fraction factor = {1};
  std::vector<Power> powers;
};

/// Splits a node; what is neither product, quotient, negation nor power is a base.
Product product_of(Value value);
/// Joins equal bases.
Product multiply(const Product& a, const Product& b);
/// The n-th power, where all exponents stay whole; else nothing.
std::optional<Product> raised(const Product& product, double n);
/// The node: a sign, numerator over denominator, numbers first, then variables, then the rest.
Value node_of(Graph& graph, const Product& product);

/// Σ factor·core; the core of a number is empty.
struct Sum {
  struct Part {
    Fraction factor;
    Value core;
  };
  std::vector<Part> parts;
};

Sum sum_of(Value value);
/// a + sign·b, like terms joined.
Sum add(const Sum& a, const Sum& b, double sign);
/// The node: a positive term first where there is one, numbers last.
Value node_of(Graph& graph, const Sum& sum);

/// Of a constant that formulas write as a number: π and e are symbols.
std::optional<double> plain_number_of(Value x);

}  // namespace kette
