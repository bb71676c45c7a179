// What the programs that write a page of docs/ have in common: make_x [--check] FILE. With --check the file
// is only compared; exit code 1 when it is out of date.
#pragma once

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "kette/base/atomic_file.h"
#include "kette/base/error.h"

namespace kette {

inline int write_or_check(int argc, char** argv, std::string (*page)()) {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    fmt::print(stderr, "usage: {} [--check] FILE\n", argv[0]);
    return 2;
  }
  const std::string path = argv[argc - 1], text = page();
  if (!check) {
    write_file_atomically(path, text);
    return 0;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream found;
  found << file.rdbuf();
  if (found.str() == text) return 0;
  fmt::print(stderr, "{}: out of date; write it with: cmake --build build/release --target docs\n", path);
  return 1;
}

}  // namespace kette
