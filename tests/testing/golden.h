#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

// Golden tests: a program with its expected diagnostics between its lines.
//
//   //@ file: NAME     what follows is the file NAME; without it the whole is one file
//   //@ param: n=v     a value for a param of the program
//   //! @+1 `marked text` error[E0203]: message
//   //! @-4 `marked text` label: message
//   //! other.sprint `marked text` label: message
//   //!     help: message
//   //!     fix: `replacement`
//
// A fact stands above the line it is about; `@` counts lines from the fact to the line
// where the marked text begins. Facts about no line, or about the library, stand at the
// top. The match is exact: every diagnostic is expected, and none besides.
namespace sprint::testing {

struct Golden {
  std::string head;  // lines above the first `//@ file:`
  // In the order written, without facts.
  std::vector<std::pair<std::string, std::string>> files;
  std::map<std::string, std::string> params;
};

// `name` is the name of the one file when the text is not split.
Golden ParseGolden(const std::string& name, const std::string& text);

// Checks every file of `golden` that no other imports, and gives the text with the
// facts it should have. `failed` gets the names of files with an error of their own.
std::string WithFacts(const Golden& golden, std::vector<std::string>& failed);

}  // namespace sprint::testing
