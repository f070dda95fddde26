#include "providers/local/proxy.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "compiler/support/thread.h"

#include "providers/local/http.h"
#include "providers/local/metrics.h"
#include "providers/local/traffic.h"

namespace sprint::local {
namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock::time_point;

constexpr milliseconds ConnectTime{2000};
constexpr milliseconds AnswerTime{60'000};
constexpr milliseconds IdleTime{60'000};
// A component that is being started again is back before a caller need know.
constexpr milliseconds Patience{1000};
constexpr milliseconds BetweenTries{25};
constexpr milliseconds LastWords{4500};
constexpr int MostConnections = 4096;

Moment Now() { return std::chrono::steady_clock::now(); }
double Since(Moment begin) { return std::chrono::duration<double>(Now() - begin).count(); }

std::mt19937_64& Random() {
  thread_local std::mt19937_64 random(std::random_device{}());
  return random;
}

void Travel(const LinkModel& link, size_t bytes) {
  // Nobody waits for longer.
  const double seconds = std::min(LinkTime(link, bytes, Random()), 1e6);
  if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

HttpResponse Fail(int status, const std::string& text) {
  return {status, {{"content-type", "text/plain"}}, text + "\n"};
}

HttpResponse Json(const value::Value& value) {
  return {200, {{"content-type", "application/json"}}, value::ToJson(value) + "\n"};
}

// What concerns the content, not the connection.
HttpFields Content(const HttpFields& fields) {
  HttpFields kept;
  for (const auto& [name, text] : fields) {
    if (name == "content-type" || name.starts_with("x-")) kept.emplace(name, text);
  }
  return kept;
}

HttpResponse AsAnswer(const std::string& component, const Error& error) {
  return Fail(error.code() == ErrorCode::Timeout ? 504 : 502, component + ": " + error.message());
}

class Proxy {
 public:
  explicit Proxy(std::string config_path) : config_path_(std::move(config_path)), metrics_(Now()) {}
  int Run();

 private:
  Status Load();
  void Accept(int listening);
  void Converse(Socket socket);
  HttpResponse Answer(HttpRequest request);
  HttpResponse Forward(HttpRequest request);
  HttpResponse ForwardOn(HttpRequest request, double& own);
  Result<HttpResponse> CallBackend(const HttpRequest& request, double& travelled);
  std::optional<Result<HttpResponse>> CallNext(const HttpRequest& request, std::string& component);

  std::string config_path_;
  Metrics metrics_;
  Traffic traffic_;
  ConnectionPool pool_;  // to the proxies of what comes next
  std::atomic<int> connections_{0};
  std::atomic<int64_t> requests_{0};
};

Status Proxy::Load() {
  SPRINT_ASSIGN_OR_RETURN(value::Value text, ReadJsonFile(config_path_));
  traffic_.Use(ProxyConfigFrom(text));
  pool_.Clear();
  return Ok();
}

// An open connection to the target; with a pool an idle one where there is one.
Result<Socket> ConnectTo(const ProxyTarget& target, ConnectionPool* pool) {
  std::optional<Socket> idle = pool == nullptr ? std::nullopt : pool->Take(target.address);
  Result<Socket> socket =
      idle ? Result<Socket>(std::move(*idle)) : Connect(target.address, ConnectTime);
  if (socket.ok()) SetTimeout(socket->fd(), AnswerTime);
  return socket;
}

// With a pool the connection is kept for the next request: the next component's proxy has
// a thread for each, a component may have few and is left alone. `travelled` gets the
// seconds that the way there and back took.
Result<HttpResponse> Exchange(Socket socket, const ProxyTarget& target, const HttpRequest& request,
                              ConnectionPool* pool, double& travelled) {
  Moment leave = Now();
  Travel(target.link, request.body.size());
  travelled += Since(leave);
  SPRINT_RETURN_IF_ERROR(SendRequest(socket.fd(), request, target.address, pool != nullptr));
  HttpReader reader(socket.fd());
  Result<HttpResponse> response = reader.ReadResponse();
  if (!response.ok()) return response;
  if (pool != nullptr && reader.drained() && response->fields["connection"] == "keep-alive") {
    pool->Give(target.address, std::move(socket));
  }
  leave = Now();
  Travel(target.link, response->body.size());
  travelled += Since(leave);
  return response;
}

// Tries every backend, and all of them again for a while, until one takes the connection.
Result<HttpResponse> Proxy::CallBackend(const HttpRequest& request, double& travelled) {
  const Moment begin = Now();
  std::set<std::string> refused;
  Error last(ErrorCode::Unavailable, "no instance of it is running");
  while (true) {
    Traffic::Choice choice = traffic_.ToBackend(refused, begin + AnswerTime, Random());
    if (choice.trip) {
      const ProxyTarget& target = choice.trip->target();
      Result<Socket> socket = ConnectTo(target, nullptr);
      if (socket.ok()) return Exchange(socket.TakeValue(), target, request, nullptr, travelled);
      last = socket.TakeError();
      refused.insert(target.address);
    } else if (choice.refusal == Traffic::Refusal::Late) {
      return Error(ErrorCode::Timeout, "every instance of it was busy for too long");
    } else if (refused.empty() || Now() - begin > Patience) {
      return last;
    } else {
      refused.clear();
      std::this_thread::sleep_for(BetweenTries);
    }
  }
}

// Where a copy of the component takes no connection the others are tried, and all of them again
// for a while. Nothing when the path ends here. `component` gets the name of what was chosen.
std::optional<Result<HttpResponse>> Proxy::CallNext(const HttpRequest& request,
                                                    std::string& component) {
  const double die = std::uniform_real_distribution<double>(0, 1)(Random());
  std::set<std::string> refused;
  for (const Moment begin = Now();;) {
    Traffic::Choice choice = traffic_.ToNext(die, refused);
    if (!choice.trip) return std::nullopt;
    const ProxyTarget& target = choice.trip->target();
    component = target.component;
    Result<Socket> socket = ConnectTo(target, &pool_);
    double travelled = 0;
    if (socket.ok()) return Exchange(socket.TakeValue(), target, request, &pool_, travelled);
    if (refused.insert(target.address).second) continue;
    if (Now() - begin > Patience) return socket.TakeError();
    refused.clear();
    std::this_thread::sleep_for(BetweenTries);
  }
}

HttpResponse Proxy::ForwardOn(HttpRequest request, double& own) {
  request.fields = Content(request.fields);
  const Moment begin = Now();
  double travelled = 0;
  Result<HttpResponse> answer = CallBackend(request, travelled);
  if (!answer.ok()) return AsAnswer(traffic_.component(), answer.error());
  if (answer->status == 200) own = Since(begin) - travelled;
  HttpFields content = Content(answer->fields);
  if (answer->status != 200) return {answer->status, content, std::move(answer->body)};

  std::string component;
  HttpRequest onward{"POST", "/", content, std::move(answer->body)};
  std::optional<Result<HttpResponse>> last = CallNext(onward, component);
  if (!last) return {200, content, std::move(onward.body)};
  if (!last->ok()) return AsAnswer(component, last->error());
  return {(*last)->status, Content((*last)->fields), std::move((*last)->body)};
}

HttpResponse Proxy::Forward(HttpRequest request) {
  const Moment begin = Now();
  metrics_.Arrived(begin);
  double own = -1;
  HttpResponse response = ForwardOn(std::move(request), own);
  metrics_.Done(Now(), own, Since(begin), response.status / 100 == 2);
  return response;
}

HttpResponse Proxy::Answer(HttpRequest request) {
  size_t question = request.target.find('?');
  std::string path = request.target.substr(0, question);
  if (request.method == "POST") return Forward(std::move(request));
  if (request.method != "GET") return Fail(405, "POST a request, or GET /health, /metrics.json");
  if (path == "/health") return Fail(200, "ok");
  if (path == "/state.json") {
    return Json(value::Object{{"config", traffic_.config_id()}, {"leaving", traffic_.Leaving()}});
  }
  if (path == "/metrics.json") {
    double window = 60;
    size_t at = request.target.find("window=");
    if (at != std::string::npos) window = std::atof(request.target.c_str() + at + 7);
    if (!(window > 0)) return Fail(400, "window: seconds, above 0");
    return Json(metrics_.Report(traffic_.component(), window, Now()));
  }
  return Fail(404, "POST a request, or GET /health, /metrics.json");
}

void Proxy::Converse(Socket socket) {
  int on = 1;
  setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SetTimeout(socket.fd(), IdleTime);
  HttpReader reader(socket.fd());
  while (true) {
    Result<HttpRequest> request = reader.ReadRequest();
    if (!request.ok()) {
      if (request.error().code() == ErrorCode::Protocol) {
        (void)SendResponse(socket.fd(), Fail(400, request.error().message()), false);
      }
      return;
    }
    bool keep_alive = request->keep_alive;
    ++requests_;
    HttpResponse response = Answer(request.TakeValue());
    Status sent = SendResponse(socket.fd(), response, keep_alive);
    --requests_;
    if (!keep_alive || !sent.ok()) return;
  }
}

void Proxy::Accept(int listening) {
  int fd = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) {
    // Out of descriptors: waiting is better than a busy loop.
    if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(BetweenTries);
    return;
  }
  Socket socket(fd);
  if (connections_ >= MostConnections) {
    (void)SendResponse(fd, Fail(503, "too many connections"), false);
    return;
  }
  ++connections_;
  const auto shared = std::make_shared<Socket>(std::move(socket));
  auto conversation = StartThread([this, shared](const std::stop_token&) {
    Converse(std::move(*shared));
    --connections_;
  });
  if (conversation.ok()) {
    conversation->detach();
  } else {
    --connections_;
    (void)SendResponse(fd, Fail(503, "no thread left for a connection"), false);
  }
}

int Proxy::Run() {
  auto variable = [](const char* name) {
    const char* text = std::getenv(name);
    return std::string(text == nullptr ? "" : text);
  };
  sigset_t handled;
  sigemptyset(&handled);
  sigaddset(&handled, SIGHUP);
  sigaddset(&handled, SIGTERM);
  sigprocmask(SIG_BLOCK, &handled, nullptr);
  Socket signals(signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK));

  Status loaded = Load();
  std::string address = variable("HOST") + ":" + variable("PORT");
  Result<Socket> listening = Listen(address);
  if (!loaded.ok() || !listening.ok()) {
    const Error& error = loaded.ok() ? listening.error() : loaded.error();
    std::fprintf(stderr, "%s\n", error.ToString().c_str());
    return 1;
  }
  while (true) {
    pollfd watched[] = {{signals.fd(), POLLIN, 0}, {listening->fd(), POLLIN, 0}};
    poll(watched, 2, -1);
    if (watched[1].revents != 0) Accept(listening->fd());
    signalfd_siginfo info{};
    if (read(signals.fd(), &info, sizeof info) != sizeof info) continue;
    if (info.ssi_signo == SIGTERM) break;
    // A file that cannot be read leaves the config as it is.
    if (Status again = Load(); !again.ok()) {
      std::fprintf(stderr, "%s\n", again.error().ToString().c_str());
    }
  }
  shutdown(listening->fd(), SHUT_RDWR);
  for (Moment end = Now() + LastWords; requests_ > 0 && Now() < end;) {
    std::this_thread::sleep_for(BetweenTries);
  }
  // Threads of idle connections are still reading; there is nothing to tidy up for them.
  std::fflush(nullptr);
  _exit(0);
}

}  // namespace

double LinkTime(const LinkModel& link, size_t bytes, std::mt19937_64& random) {
  std::uniform_real_distribution<double> share(0, 1);
  double seconds = link.delay;
  if (link.jitter > 0) seconds += link.jitter * (2 * share(random) - 1);
  seconds = std::max(0.0, seconds);
  if (link.bandwidth > 0) seconds += static_cast<double>(bytes) / link.bandwidth;
  if (link.loss > 0) {
    for (int lost = 0; lost < 50 && share(random) < link.loss; ++lost) seconds += Retransmit;
  }
  return seconds;
}

int RunProxy(const std::string& config_path) {
  // It stands for the network, which does not wait for programs. Without the right to, it
  // works as everybody else does.
  constexpr int Urgent = -15;
  (void)setpriority(PRIO_PROCESS, 0, Urgent);
  return Proxy(config_path).Run();
}

}  // namespace sprint::local
