// Verbs that speak the formats of others: import, export.
#include <cstdio>

#include "compiler/support/environment.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/exchange/space4ai_solution.h"
#include "engine/placement/infeasible.h"

namespace sprint::cli {
namespace {

namespace space4ai = exchange::space4ai;

void PrintNotes(const std::string& file, const std::vector<space4ai::Note>& notes,
                const char* severity) {
  for (const space4ai::Note& note : notes) {
    std::fprintf(stderr, "%s: %s: %s%s%s\n", file.c_str(), severity, note.place.c_str(),
                 note.place.empty() ? "" : ": ", note.message.c_str());
  }
}

Result<space4ai::System> ReadSystem(const std::string& file) {
  SPRINT_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(file));
  space4ai::ReadResult read = space4ai::Read(text);
  PrintNotes(file, read.warnings, "warning");
  PrintNotes(file, read.errors, "error");
  if (read.system) return std::move(*read.system);
  return Error(ErrorCode::InvalidArgument, "`" + file + "` cannot be read as a system description");
}

// To the file that was named, else to standard output.
int WriteOut(const std::string& path, const std::string& text) {
  if (path.empty()) {
    std::fputs(text.c_str(), stdout);
    return Success;
  }
  if (Status written = RealFileSystem().Write(path, text); !written.ok()) {
    return Fail(written.error());
  }
  return Success;
}

}  // namespace

int Import(const Options& options) {
  auto system = ReadSystem(options.file);
  if (!system.ok()) return Fail(system.error());
  if (options.workload > 0) system->load = options.workload;
  const size_t slash = options.file.find_last_of('/');
  const std::string name =
      slash == std::string::npos ? options.file : options.file.substr(slash + 1);
  return WriteOut(options.out, space4ai::Program(*system, name));
}

int Export(const Options& options) {
  auto system = ReadSystem(options.system);
  if (!system.ok()) return Fail(system.error());
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  Compiled& compiled = **loaded;
  if (compiled.program) {
    auto deploy = ChooseDeploy(*compiled.program, options);
    if (!deploy.ok()) return Fail(deploy.error());
    auto answer = PlaceNow(*compiled.program, **deploy, {});
    if (!answer.ok()) return Fail(answer.error(), **loaded);
    if (answer->state == placement::State::Infeasible) {
      compiled.diagnostics.push_back(placement::InfeasibleDiagnostic(*answer, **deploy));
    } else if (answer->parts.empty()) {
      return Fail(Error(ErrorCode::Timeout, "no placement was found within the steps there are"));
    }
    if (!answer->parts.empty()) {
      Print(compiled);
      auto text = space4ai::Solution(
          *system, *answer, options.flat ? space4ai::Shape::Flat : space4ai::Shape::Deployments);
      if (!text.ok()) return Fail(text.error());
      return WriteOut(options.out, *text);
    }
  }
  Print(compiled);
  return Failure;
}

}  // namespace sprint::cli
