#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "compiler/support/loc.h"

// What fuzz targets that compile something ask of the answer. They end the program.
namespace sprint::fuzz {

[[noreturn]] inline void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

// It is inside a text of the sources.
inline void CheckPlace(Loc loc, const SourceTable& sources) {
  if (!loc.ok() || loc.begin > loc.end || loc.end > sources.text(loc.file).size()) {
    Fail("a place outside of the texts", std::to_string(loc.begin));
  }
}

// The same is said of the same bytes each time.
template <typename Say>
void CheckSame(Say say, const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string said = say(text);
  if (const std::string again = say(text); again != said) {
    Fail("the second time it says something else", said + "\n--\n" + again);
  }
}

}  // namespace sprint::fuzz
