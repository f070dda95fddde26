#include <cstdio>
#include <filesystem>

#include "compiler/support/environment.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

constexpr const char* Program =
    R"(/// Two services on this machine: `Read` takes a text and hands it on, `Count` counts its
/// words.  Change them, then `sprint check` and `sprint plan`.

import std.local

data Story { class = public, size = 1 KiB }
data Total { class = public, size = 100 B }

component Read {
  command = ["python3", "service.py", "read"]
  memory  = 64 MiB
  input   = Story
  output  = Story
  demand  { local.Slice = 5 ms }
}

component Count {
  command = ["python3", "service.py", "count"]
  memory  = 64 MiB
  input   = Story
  output  = Total
  demand  { local.Slice = 8 ms }
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

output url = Hello.entry.url
)";

constexpr const char* Service =
    R"(# A component: it answers POST / with what it makes of the text it is sent, and GET /health
# once it is ready.  HOST and PORT say where to listen.
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORK = {
    "read": lambda text: text,
    "count": lambda text: b"%d words\n" % len(text.split()),
}[sys.argv[1]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b"ready\n")

    def do_POST(self):
        self.answer(WORK(self.rfile.read(int(self.headers.get("Content-Length", 0)))))

    def log_message(self, *_):
        pass


ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
)";

struct File {
  const char* name;
  const char* text;
};
constexpr File Files[] = {{"main.sprint", Program}, {"service.py", Service}};

}  // namespace

int Init(const Options& options) {
  const std::filesystem::path folder = options.subject.empty() ? "." : options.subject;
  if (folder.extension() == ".sprint") {
    return Fail(Error(ErrorCode::InvalidArgument,
                      "`init` fills a folder; `" + folder.string() + "` looks like a program"));
  }
  for (const File& file : Files) {
    const std::string path = (folder / file.name).string();
    if (RealFileSystem().Exists(path)) {
      return Fail(Error(ErrorCode::Conflict, "`" + path + "` is there already"));
    }
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return Fail(
        Error(ErrorCode::Unavailable, "cannot make `" + folder.string() + "`: " + error.message()));
  }
  value::List written;
  for (const File& file : Files) {
    const std::string path = (folder / file.name).string();
    if (Status status = RealFileSystem().Write(path, file.text); !status.ok()) {
      return Fail(status.error());
    }
    written.push_back(path);
    if (!options.json) std::printf("wrote %s\n", path.c_str());
  }
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"written", written}}, /*pretty=*/true).c_str());
    return Success;
  }
  const std::string program = ForShell((folder / Files[0].name).string());
  std::printf(
      "next:\n"
      "  sprint check %s     is it right?\n"
      "  sprint plan %s      what would run where, and what it costs\n"
      "  sprint apply %s     start it on this machine\n"
      "  curl -d \"count these words\" $(sprint output %s url)\n"
      "  sprint destroy %s   take it away again\n",
      program.c_str(), program.c_str(), program.c_str(), program.c_str(), program.c_str());
  return Success;
}

}  // namespace sprint::cli
