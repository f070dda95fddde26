// A component for tests: answers POST / with its name put before the body, after MS
// milliseconds of computing (env), and of waiting (env WAIT_MS); "fill N" takes N bytes
// of memory meanwhile. POST /crash ends it.
// GET /health: 200, or what env HEALTH says. env FAIL: ends at once, saying so.
#include <sys/socket.h>
#include <unistd.h>
#include <ctime>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "providers/local/http.h"

namespace {

using sprint::local::HttpReader;
using sprint::local::HttpResponse;
using sprint::local::Socket;

std::string Variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

void Compute(double milliseconds) {
  // Of this thread's CPU time, so a slice stretches it.
  timespec time{};
  auto used = [&time] {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  for (double end = used() + milliseconds; used() < end;) {
  }
}

void Converse(int fd) {
  HttpReader reader(fd);
  while (auto request = reader.ReadRequest()) {
    HttpResponse response;
    if (request->target == "/health") {
      std::string health = Variable("HEALTH");
      response.status = health.empty() ? 200 : std::atoi(health.c_str());
    } else if (request->target == "/crash") {
      std::puts("crash was asked for");
      std::fflush(stdout);
      _exit(3);
    } else {
      if (request->body.starts_with("fill ")) {
        std::vector<char> filled(std::strtoull(request->body.c_str() + 5, nullptr, 10), 'x');
      }
      Compute(std::atof(Variable("MS").c_str()));
      std::this_thread::sleep_for(
          std::chrono::duration<double, std::milli>(std::atof(Variable("WAIT_MS").c_str())));
      response.body = Variable("NAME") + "(" + request->body + ")";
    }
    if (!SendResponse(fd, response, request->keep_alive).ok() || !request->keep_alive) return;
  }
}

}  // namespace

int main() {
  if (!Variable("FAIL").empty()) {
    std::printf("giving up: %s\n", Variable("FAIL").c_str());
    return 7;
  }
  auto listening = sprint::local::Listen(Variable("HOST") + ":" + Variable("PORT"));
  if (!listening.ok()) {
    std::printf("%s\n", listening.error().ToString().c_str());
    return 1;
  }
  std::printf("listening\n");
  std::fflush(stdout);
  while (true) {
    int fd = accept4(listening->fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    std::thread([socket = std::make_shared<Socket>(fd)] { Converse(socket->fd()); }).detach();
  }
}
