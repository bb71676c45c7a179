// The program `kette`: finds the sub-command, reads its options, and turns failures into one line and an exit
// code.
#pragma once

namespace kette::cli {

/// What main() is given and returns: 0 done, 1 failed, 2 wrong usage. Failures are one line on standard
/// error.
int run(int argc, char** argv);

}  // namespace kette::cli
