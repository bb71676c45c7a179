// The assembler takes the page in as it is: half a megabyte of text would cost a compiler seconds.
#include "kette/report/page_text.h"

// KETTE_PAGE is the file's path, in quotes: see web/report/CMakeLists.txt.
asm(R"(
  .section .rodata
  .global kette_page_begin
  .global kette_page_end
kette_page_begin:
  .incbin ")" KETTE_PAGE R"("
kette_page_end:
  .byte 0
  .previous
)");

extern "C" {
extern const char kette_page_begin[], kette_page_end[];
}

namespace kette {

std::string_view page_text() {
  return {kette_page_begin, static_cast<size_t>(kette_page_end - kette_page_begin)};
}

}  // namespace kette
