#include "examples/laptop/services/serve.h"

#include <httplib.h>
#include <signal.h>
#include <time.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <semaphore>
#include <thread>

namespace sprint::services {
namespace {

// All requests at hand share the processor; this many at most, the rest wait: each holds
// a decoded picture, and a board of 512 MiB runs two services. More
// connections than that, since one that is kept but idle holds its thread.
constexpr ptrdiff_t kAtHand = 8;
constexpr size_t kConnections = 128;
constexpr size_t kLargestBody = 32 << 20;  // bytes

// An idle connection holds a thread, and delays a stop, for this long.
constexpr time_t kIdleSeconds = 2;

double ThreadCpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace

int Serve(const std::string& name, const std::function<Answer(const std::string& body)>& handle) {
  const char* host = std::getenv("HOST");
  const char* port = std::getenv("PORT");
  const std::string address = host != nullptr && *host != '\0' ? host : "127.0.0.1";
  char* end = nullptr;
  const long number = port != nullptr ? std::strtol(port, &end, 10) : 0;
  if (port != nullptr && (*port == '\0' || *end != '\0' || number < 0 || number > 65535)) {
    std::fprintf(stderr, "%s: PORT is no port number: '%s'\n", name.c_str(), port);
    return 2;
  }

  // Only the thread below sees the signals; set before any thread starts.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);

  std::counting_semaphore<kAtHand> at_hand(kAtHand);
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kConnections); };
  server.set_payload_max_length(kLargestBody);
  server.set_keep_alive_max_count(1'000'000);
  server.set_keep_alive_timeout(kIdleSeconds);
  server.set_tcp_nodelay(true);
  // Not the library's SO_REUSEPORT: a second service on a port taken must fail to start.
  server.set_socket_options([](socket_t socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  });
  server.Get("/health", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  server.Post("/", [&](const httplib::Request& request, httplib::Response& response) {
    const double begin = ThreadCpuMilliseconds();
    Answer answer;
    at_hand.acquire();
    try {
      answer = handle(request.body);
    } catch (const std::exception& error) {
      answer = {400, "text/plain", std::string(error.what()) + "\n"};
    }
    at_hand.release();
    std::array<char, 48> timing{};
    std::snprintf(timing.data(), timing.size(), "cpu;dur=%.3f", ThreadCpuMilliseconds() - begin);
    response.set_header("Server-Timing", timing.data());
    response.status = answer.status;
    response.set_content(std::move(answer.body), answer.type);
  });

  int bound = static_cast<int>(number);
  if (bound == 0) {
    bound = server.bind_to_any_port(address);
  } else if (!server.bind_to_port(address, bound)) {
    bound = -1;
  }
  if (bound < 0) {
    std::fprintf(stderr, "%s: cannot listen on %s:%ld\n", name.c_str(), address.c_str(), number);
    return 1;
  }
  std::printf("%s: listening on http://%s:%d\n", name.c_str(), address.c_str(), bound);
  std::fflush(stdout);

  std::thread stopper([&] {
    int signal = 0;
    sigwait(&stops, &signal);
    while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    server.stop();
  });
  const bool ended_well = server.listen_after_bind();
  kill(getpid(), SIGTERM);  // wakes the stopper if it was not a signal that ended us
  stopper.join();
  return ended_well ? 0 : 1;
}

}  // namespace sprint::services
