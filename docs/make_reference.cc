// Writes docs/reference.md, every command with every option, from their definitions: make_reference [--check]
// FILE
#include "docs/written_file.h"
#include "kette/cli/reference.h"

int main(int argc, char** argv) { return kette::write_or_check(argc, argv, kette::cli::reference_page); }
