#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "compiler/parse/format.h"
#include "compiler/parse/parse.h"
#include "tests/unit/compiler/parse/show.h"

// Whatever the bytes: the parser returns, keeps what parse.h promises, and never gives
// up; what it accepts is formatted to the same tree, and formatting again changes nothing.
namespace {

using sprint::diag::Diagnostic;
using sprint::diag::Emitter;

[[noreturn]] void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

struct Outcome {
  bool errors;
  std::string tree;
};

Outcome Read(const std::string& text) {
  sprint::SourceTable sources;
  const sprint::FileId file = sources.Add("fuzz", text);
  Emitter emitter;
  const sprint::ast::File parsed = sprint::parse::Parse(file, sources, emitter);
  Outcome outcome{emitter.has_errors(), sprint::parse::ShowFile(parsed)};
  for (const Diagnostic& problem : emitter.Take()) {
    if (problem.code == "E0114") Fail("the parser gave up", problem.message);
    if (problem.loc.end > text.size() || problem.loc.begin > problem.loc.end) {
      Fail("a place outside of the text", problem.message);
    }
  }
  const bool poison = outcome.tree.find("<error>") != std::string::npos;
  if (poison && !outcome.errors && text.find("<error>") == std::string::npos) {
    Fail("poison without an error", outcome.tree);
  }
  if (outcome.tree.find("NULL") != std::string::npos && text.find("NULL") == std::string::npos) {
    Fail("a missing value", outcome.tree);
  }
  return outcome;
}

std::string Formatted(const std::string& text) {
  sprint::SourceTable sources;
  return sprint::parse::Format(sources.Add("fuzz", text), sources);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Outcome first = Read(text);
  if (first.errors) return 0;
  const std::string formatted = Formatted(text);
  const Outcome second = Read(formatted);
  if (second.errors || second.tree != first.tree) {
    Fail("formatting changed the meaning",
         first.tree + "\n--\n" + second.tree + "\n--\n" + formatted);
  }
  const std::string again = Formatted(formatted);
  if (again != formatted) Fail("formatting is not stable", formatted + "\n--\n" + again);
  return 0;
}
