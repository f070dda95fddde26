#include "engine/apply/ready.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace sprint::apply {

namespace {

constexpr int LookMilliseconds = 3000;

size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

// "" once a connection to `address` opens.
std::string Connect(const addrinfo& address) {
  const int socket_fd = socket(
      address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol);
  if (socket_fd < 0) return std::strerror(errno);
  int failure = connect(socket_fd, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (failure == EINPROGRESS) {
    pollfd wait{socket_fd, POLLOUT, 0};
    socklen_t size = sizeof failure;
    if (poll(&wait, 1, LookMilliseconds) != 1) {
      failure = ETIMEDOUT;
    } else if (getsockopt(socket_fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
      failure = errno;
    }
  }
  close(socket_fd);
  return failure == 0 ? "" : std::strerror(failure);
}

class Network final : public Prober {
 public:
  std::string Port(const std::string& host, int port) override {
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (code != 0) return gai_strerror(code);
    std::string failure = "no address";
    for (const addrinfo* at = found; at && !failure.empty(); at = at->ai_next) {
      failure = Connect(*at);
    }
    freeaddrinfo(found);
    return failure;
  }

  std::string Http(const std::string& url) override {
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    if (!curl) return "no HTTP client";
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(LookMilliseconds));
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Discard);
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) return curl_easy_strerror(code);
    long answer = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
    if (answer >= 200 && answer < 400) return "";
    return "it answers " + std::to_string(answer);
  }
};

std::string Shown(const value::Value& value) {
  const auto* text = value.As<std::string>();
  return text ? *text : value::ToJson(value);
}

}  // namespace

Prober& NetworkProber() {
  static Network network;
  return network;
}

std::string Describe(lower::Ready::Kind kind, const value::Value& subject,
                     const value::Value& expected) {
  switch (kind) {
    case lower::Ready::Kind::Port:
      return "port " + Shown(expected) + " of " + Shown(subject);
    case lower::Ready::Kind::Http:
      return Shown(subject);
    case lower::Ready::Kind::Attribute:
      return "`" + Shown(subject) + "` to be " + Shown(expected);
  }
  return "";
}

}  // namespace sprint::apply
