#include "kette/cli/program.h"

int main(int argc, char** argv) { return kette::cli::run(argc, argv); }
