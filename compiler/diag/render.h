#pragma once

#include <string>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/support/loc.h"

namespace sprint::diag {

enum class Color { Off, On };

// For people: the lines of the program with every marked text under carets.
//
//   error[E0203]: `component` has no attribute `memry`
//     --> a.sprint:3:3
//      |
//    1 | component A {
//      |           - what the label says
//   ...
//    3 |   memry = 1 GiB
//      |   ^^^^^
//      = help: did you mean `memory`?
//
// Control characters of the program are shown as spaces, and of a very long line only
// the part around the mark.
std::string RenderTerminal(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources,
                           Color color = Color::Off);

// For programs: an array of objects with code, severity, file, line, column, end_line,
// end_column (1-based, bytes; absent where there is no place), message, help, labels and
// fix ({file, …, text}: put `text` there). One line, no spaces.
std::string RenderJson(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources);

}  // namespace sprint::diag
