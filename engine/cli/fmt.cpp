#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <iterator>

#include "compiler/diag/emitter.h"
#include "compiler/diag/render.h"
#include "compiler/parse/format.h"
#include "compiler/parse/parse.h"
#include "compiler/support/environment.h"
#include "compiler/support/line_diff.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

constexpr size_t MostBytes = parse::Limits{}.bytes;

Result<std::string> ReadStandardInput() {
  std::string text;
  char buffer[65536];
  while (std::cin.read(buffer, sizeof buffer), std::cin.gcount() > 0) {
    text.append(buffer, static_cast<size_t>(std::cin.gcount()));
    if (text.size() > MostBytes) {
      return Error(ErrorCode::InvalidArgument, "standard input is larger than 10 MiB");
    }
  }
  return text;
}

struct Formatted {
  std::string before, after;
  bool errors = false;
};

// A program with mistakes in its form is told and left as it is.
Result<Formatted> FormatOne(const std::string& file) {
  Formatted result;
  const bool standard = file == "-";
  SPRINT_ASSIGN_OR_RETURN(
      result.before, standard ? ReadStandardInput() : RealFileSystem().ReadAtMost(file, MostBytes));
  SourceTable sources;
  const FileId id = sources.Add(standard ? "standard input" : file, result.before);
  diag::Emitter emitter;
  parse::Parse(id, sources, emitter);
  result.errors = emitter.has_errors();
  if (result.errors) {
    const bool terminal = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    std::fputs(
        diag::RenderTerminal(emitter.Take(), sources, terminal ? diag::Color::On : diag::Color::Off)
            .c_str(),
        stderr);
  }
  result.after = result.errors ? result.before : parse::Format(id, sources);
  return result;
}

}  // namespace

int Format(const Options& options) {
  int code = Success;
  value::List differing;
  for (const std::string& file : options.files) {
    auto formatted = FormatOne(file);
    if (!formatted.ok()) {
      code = Fail(formatted.error());
      continue;
    }
    if (formatted->errors) code = Failure;
    const bool to_output = file == "-" && !options.check_only && !options.diff;
    if (to_output) std::fputs(formatted->after.c_str(), stdout);
    if (formatted->after == formatted->before) continue;
    differing.push_back(file);
    if (options.check_only || options.diff) {
      if (code == Success) code = Pending;
      if (options.diff) {
        std::fputs(UnifiedDiff(file, formatted->before, formatted->after).c_str(), stdout);
      } else if (!options.json) {
        std::puts(file.c_str());
      }
    } else if (!to_output) {
      if (Status written = RealFileSystem().Write(file, formatted->after); !written.ok()) {
        code = Fail(written.error());
      } else if (!options.json) {
        std::puts(file.c_str());
      }
    }
  }
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"differing", differing}}, /*pretty=*/true).c_str());
  }
  return code;
}

}  // namespace sprint::cli
