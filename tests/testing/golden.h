#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

// Golden tests: a program with its expected diagnostics between its lines.
//
//   //@ file: NAME     what follows is the file NAME; without it the whole is one file
//   //@ param: n=v     a value for a param of the program
//   //@ example: a/b.sprint   examples/a/b.sprint is there too, as b.sprint
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
  std::map<std::string, std::string> given{};  // of the examples
  std::string stage{};                         // the folder it lies in, see testing/stages.h
};

// The golden at `path`, of this text. Its own name is that of the one file when the text is
// not split. Examples are read from `examples/` beside the folder `tests` of the path.
Golden ParseGolden(const std::string& path, const std::string& text);

struct Facts {
  std::string text;                 // with the facts it should have
  std::vector<std::string> failed;  // names of programs with an error of their own
  std::string output;               // of the stage, of each file that no other imports
};
// Checks every program of `golden` that no other imports.
Facts CheckGolden(const Golden& golden);

}  // namespace sprint::testing
