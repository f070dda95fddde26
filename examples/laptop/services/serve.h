#pragma once

#include <functional>
#include <string>

namespace sprint::services {

struct Answer {
  int status = 200;
  std::string type = "text/plain";
  std::string body;
};

// Serves until SIGTERM or SIGINT, then finishes what it has begun; returns the exit
// code. Listens on the environment's HOST (127.0.0.1 if unset) and PORT (0: any free
// one) and prints "NAME: listening on http://HOST:PORT" once it does.
//   GET  /health -> 200
//   POST /       -> handle(body), on a thread of its own; an exception of `handle` is a 400
//                   with its text. Header `Server-Timing: cpu;dur=MS` says what it cost.
int Serve(const std::string& name, const std::function<Answer(const std::string& body)>& handle);

}  // namespace sprint::services
