#include <cstdio>
#include <set>

#include "compiler/diag/emitter.h"
#include "engine/cli/options.h"
#include "engine/cli/plan_json.h"
#include "engine/cli/session.h"

namespace sprint::cli {

namespace {

// " (2 components, 1 application)"; "" for a program of nothing.
std::string Holds(const ir::Program& program) {
  std::string text;
  const auto add = [&](size_t count, const char* one, const char* many) {
    if (count == 0) return;
    text += (text.empty() ? " (" : ", ") + std::to_string(count) + " " + (count == 1 ? one : many);
  };
  add(program.components.size(), "component", "components");
  add(program.applications.size(), "application", "applications");
  add(program.continua.size(), "continuum", "continua");
  add(program.deploys.size(), "deploy", "deploys");
  add(program.resources.size(), "resource", "resources");
  return text.empty() ? text : text + ")";
}

}  // namespace

// Each file is a program of its own; what several of them import is told once.
int Check(const Options& options) {
  std::vector<std::string> files = options.files;
  if (files.empty()) {
    files = ProgramsHere();
    if (files.empty()) {
      return Fail(Error(ErrorCode::NotFound, "there is no .sprint file in this folder; name one"));
    }
  }
  int code = Success;
  value::List all;
  std::set<std::string> told;
  for (const std::string& file : files) {
    Options one = options;
    one.file = file;
    auto loaded = Load(one);
    if (!loaded.ok()) return Fail(loaded.error());
    Compiled& compiled = **loaded;
    if (!compiled.program) code = Failure;
    std::erase_if(compiled.diagnostics, [&](const diag::Diagnostic& diagnostic) {
      return !told.insert(diag::RenderCompact({diagnostic}, compiled.sources)).second;
    });
    if (options.json) {
      const value::Value list = DiagnosticsJson(compiled);
      if (const auto* items = list.As<value::List>()) {
        all.insert(all.end(), items->begin(), items->end());
      }
      continue;
    }
    Print(compiled);
    if (!compiled.program) continue;
    std::printf("%s: no mistakes%s\n", compiled.path.c_str(), Holds(*compiled.program).c_str());
  }
  if (options.json) std::puts(value::ToJson(all, /*pretty=*/true).c_str());
  return code;
}

}  // namespace sprint::cli
