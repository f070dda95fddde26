// Verbs for those who write programs: init, fmt, explain, completion.
#include <cstdio>

#include "compiler/diag/emitter.h"
#include "compiler/diag/explain.h"
#include "compiler/parse/format.h"
#include "compiler/support/environment.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

constexpr const char* Starter =
    R"(/// Two components on this machine: change them, then `sprint check` and `sprint plan`.

import std.local

data Text { class = public, size = 1 KiB }

component Read {
  image  = "hello-read"
  memory = 64 MiB
  input  = Text
  output = Text
  demand { local.Slice = 5 ms }
}

component Count {
  image  = "hello-count"
  memory = 64 MiB
  input  = Text
  output = Text
  demand { local.Slice = 8 ms }
}

application Hello {
  workload = 10 rps
  flow Read -> Count
  require quick: response(Read -> Count) <= 200 ms at p95
}

continuum Here {
  zone home {
    country = "ES"
    trust   = owned
    host    = local.Process
    nodes slice[2]: local.Slice { cores = 0.5, price = 0.001 EUR/h }
  }
}

deploy Hello on Here {
  minimize cost
}
)";

constexpr const char* Bash = R"(# bash: source <(sprint completion bash)
_sprint() {
  local word=${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "init check fmt explain plan apply destroy show output status agent history graph why completion" -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "--help --json --deploy --param --out --plan --yes --parallel --no-refresh --check --window --seconds" -- "$word"))
  else
    COMPREPLY=($(compgen -f -X '!*.sprint' -- "$word") $(compgen -d -- "$word"))
  fi
}
complete -o filenames -F _sprint sprint
)";

}  // namespace

int Init(const Options& options) {
  const std::string path = options.file.empty() ? "main.sprint" : options.file;
  if (RealFileSystem().Exists(path)) {
    return Fail(Error(ErrorCode::Conflict, "`" + path + "` is there already"));
  }
  if (Status written = RealFileSystem().Write(path, Starter); !written.ok()) {
    return Fail(written.error());
  }
  std::printf("wrote %s; next:\n  sprint check %s\n  sprint plan %s\n", path.c_str(), path.c_str(),
              path.c_str());
  return Success;
}

int Format(const Options& options) {
  int code = Success;
  for (const std::string& file : options.files) {
    auto text = RealFileSystem().Read(file);
    if (!text.ok()) return Fail(text.error());
    SourceTable sources;
    const FileId id = sources.Add(file, *text);
    const std::string formatted = parse::Format(id, sources);
    if (formatted == *text) continue;
    std::puts(file.c_str());
    if (options.check_only) {
      code = Pending;
      continue;
    }
    if (Status written = RealFileSystem().Write(file, formatted); !written.ok()) {
      return Fail(written.error());
    }
  }
  return code;
}

int Explain(const Options& options) {
  if (const diag::Page* page = diag::FindPage(options.subject)) {
    std::fputs(diag::RenderPage(*page).c_str(), stdout);
    return Success;
  }
  std::vector<std::string> codes;
  for (const std::string_view code : diag::Kinds()) codes.emplace_back(code);
  const auto meant = diag::ClosestMatch(options.subject, codes);
  return Fail(Error(ErrorCode::NotFound, "there is no diagnostic `" + options.subject + "`" +
                                             (meant ? "; did you mean `" + *meant + "`?" : "")));
}

int Completion(const Options& options) {
  if (options.subject != "bash") {
    return Fail(Error(ErrorCode::InvalidArgument, "completion is there for `bash`"));
  }
  std::fputs(Bash, stdout);
  return Success;
}

}  // namespace sprint::cli
