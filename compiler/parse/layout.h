#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/diag/emitter.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/tokens.h"

// Internal to compiler/parse: what lies between the lexer and the grammar.
namespace sprint::parse {

// Counts what it reports, so that a file full of mistakes can be left early.
class Log {
 public:
  Log(FileId file, diag::Emitter& emitter) : file_(file), emitter_(emitter) {}
  diag::Report Error(const char* code, uint32_t begin, uint32_t end, std::string message) {
    ++errors_;
    places_.push_back(begin);
    return emitter_.Error(code, At(begin, end), std::move(message));
  }
  Loc At(uint32_t begin, uint32_t end) const { return {file_, begin, end}; }
  FileId file() const { return file_; }
  size_t errors() const { return errors_; }
  // Whether something was reported that begins within [begin, end).
  bool HasErrorIn(uint32_t begin, uint32_t end) const {
    return std::any_of(places_.begin(), places_.end(),
                       [&](uint32_t place) { return place >= begin && place < end; });
  }

 private:
  FileId file_;
  diag::Emitter& emitter_;
  size_t errors_ = 0;
  std::vector<uint32_t> places_;
};

// The tokens as the grammar wants them:
//   - all brackets and texts are closed: a missing end is reported here, and stands in
//     as a token without length where it most likely belongs;
//   - a NEWLINE is left only where it separates;
//   - `40 %`, `2 GiB`, `4 moves/h`: what follows a number is its UNIT. A word is, unless
//     an attribute begins with it; a `%` is, unless an operand follows on the line; a
//     `/word` belongs to it if no space is between.
struct Layout {
  std::vector<Token> tokens;
  // One a declaration: [first, last) of `tokens`.
  std::vector<std::pair<size_t, size_t>> declarations;
  // By where the documented thing begins.
  std::unordered_map<uint32_t, std::string> docs;
  std::string file_doc;
  // False when a limit was exceeded: then there are no declarations.
  bool within_limits = true;
};

Layout Arrange(std::string_view text, const std::vector<Token>& tokens, const Limits& limits,
               Log& log);

// How many tokens behind the number tokens[at] are its unit: 0, 1, or 3 for `EUR/h`.
// Shared with the formatter.
size_t UnitLength(const std::vector<Token>& tokens, size_t at);
// Whether the line end before tokens[at] goes on with the expression of `previous`,
// where `previous` is the type of the token before it. Shared with the formatter.
bool Continues(const std::vector<Token>& tokens, size_t at, size_t previous);
// The type of what closes `open`, 0 if it opens nothing.
uint16_t Closing(size_t open);

}  // namespace sprint::parse
