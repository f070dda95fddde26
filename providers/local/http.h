#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/support/result.h"

// As much HTTP/1.1 (RFC 9112) as proxies and readiness need: blocking sockets, bodies
// by length, in chunks, or to the end of the connection.
namespace sprint::local {

// Field names in lower case.
using HttpFields = std::map<std::string, std::string>;

struct HttpRequest {
  std::string method = "GET", target = "/";
  HttpFields fields{};
  std::string body{};
  bool keep_alive = true;
};
struct HttpResponse {
  int status = 200;
  HttpFields fields{};
  std::string body{};
};

// Closes what it holds.
class Socket {
 public:
  explicit Socket(int fd = -1) : fd_(fd) {}
  ~Socket();
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Connections that are open and idle, to be used again: no handshake over a slow link.
// Safe from several threads.
class ConnectionPool {
 public:
  // One that the other side has not ended.
  std::optional<Socket> Take(const std::string& address);
  void Give(const std::string& address, Socket socket);
  void Clear();

 private:
  struct Idle {
    std::string address;
    Socket socket;
    std::chrono::steady_clock::time_point since;
  };
  std::mutex mutex_;
  std::vector<Idle> idle_;
};

// Errors: InvalidArgument (no "ip:port"), Unavailable (nobody listens, no way there),
// Timeout.
Result<Socket> Connect(const std::string& address, std::chrono::milliseconds timeout);
// Listens there. Errors: InvalidArgument, Conflict (taken), Internal.
Result<Socket> Listen(const std::string& address);

// Reads messages of one connection, one after the other.
class HttpReader {
 public:
  explicit HttpReader(int fd) : fd_(fd) {}
  // Errors: Cancelled (the other side has ended, before a request), Timeout, Unavailable
  // (ended within one), Protocol (no HTTP, or larger than LargestBody).
  // Answers `Expect: 100-continue`.
  Result<HttpRequest> ReadRequest();
  Result<HttpResponse> ReadResponse();
  // Nothing has come beyond the last message.
  bool drained() const { return buffer_.empty(); }

 private:
  Status Fill();
  Result<std::string> Line();
  Status Fields(HttpFields& fields);
  Status Body(const HttpFields& fields, bool to_the_end, std::string& body);
  Status Exactly(size_t size, std::string& into);

  int fd_;
  std::string buffer_;
  size_t head_ = 0;  // bytes of this message's head so far
};

// Asks the other side to end the connection after its answer unless `keep_alive`.
Status SendRequest(int fd, const HttpRequest& request, const std::string& host,
                   bool keep_alive = false);
Status SendResponse(int fd, const HttpResponse& response, bool keep_alive);

// One request over a connection of its own.
Result<HttpResponse> Call(const std::string& address, const HttpRequest& request,
                          std::chrono::milliseconds timeout);
// No answer within `timeout` after what was last sent or received is a Timeout.
void SetTimeout(int fd, std::chrono::milliseconds timeout);

}  // namespace sprint::local
