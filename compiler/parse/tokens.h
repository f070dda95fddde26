#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

// Internal to compiler/parse: the generated lexer, seen as plain data.
namespace sprint::parse {

// `type` is a constant of grammar::SprintLexer. [begin, end) are bytes of the source.
struct Token {
  uint16_t type = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t line = 1;  // 1-based, where it begins
};

// What was read, comments and line ends included. `complete` is false when the limit
// stopped the reading.
struct Tokens {
  std::vector<Token> all;
  bool complete = true;
};

// Bytes that are no token become one of type UNKNOWN each. A text that is not closed
// on its line ends there: the line end follows, and CLOSE_TEXT is missing.
Tokens ReadTokens(std::string_view text, size_t limit);

// Contextual keywords are words too; the words of expressions are `reserved`.
bool IsReserved(size_t type);
bool IsName(size_t type);
inline bool IsWord(size_t type) { return IsReserved(type) || IsName(type); }

}  // namespace sprint::parse
