#include "providers/local/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace sprint::local {
namespace {

constexpr size_t LargestHead = 64 << 10;
constexpr size_t LargestBody = 256 << 20;
// A server of ours ends a connection that is idle for a minute; this must be sooner.
constexpr std::chrono::seconds LongestIdle{30};
constexpr size_t MostIdle = 64;
constexpr size_t ReadSize = 64 << 10;

std::optional<sockaddr_in> Parse(const std::string& address) {
  size_t colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  sockaddr_in parsed{};
  parsed.sin_family = AF_INET;
  int port = std::atoi(address.c_str() + colon + 1);
  if (port <= 0 || port > 65535) return std::nullopt;
  parsed.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &parsed.sin_addr) != 1) {
    return std::nullopt;
  }
  return parsed;
}

Error Bad(const std::string& what) { return {ErrorCode::Protocol, what}; }

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string Field(const HttpFields& fields, const std::string& name) {
  auto it = fields.find(name);
  return it == fields.end() ? "" : it->second;
}

Status SendAll(int fd, const char* data, size_t size) {
  while (size > 0) {
    ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      ErrorCode code = errno == EAGAIN ? ErrorCode::Timeout : ErrorCode::Unavailable;
      return Error(code, std::string("sending: ") + std::strerror(errno));
    }
    data += sent;
    size -= static_cast<size_t>(sent);
  }
  return Ok();
}

Status Send(int fd, std::string head, const HttpFields& fields, const std::string& body) {
  for (const auto& [name, text] : fields)
    head.append(name).append(": ").append(text).append("\r\n");
  head += "content-length: " + std::to_string(body.size()) + "\r\n\r\n";
  // One packet for what is small; no copy of what is large.
  if (body.size() < 4096) {
    head += body;
    return SendAll(fd, head.data(), head.size());
  }
  SPRINT_RETURN_IF_ERROR(SendAll(fd, head.data(), head.size()));
  return SendAll(fd, body.data(), body.size());
}

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

std::optional<Socket> ConnectionPool::Take(const std::string& address) {
  std::lock_guard lock(mutex_);
  auto now = std::chrono::steady_clock::now();
  std::erase_if(idle_, [now](const Idle& idle) { return now - idle.since > LongestIdle; });
  // The one used last: the others grow old and go.
  for (size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].address != address) continue;
    Socket socket = std::move(idle_[i].socket);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    // Anything to read is its end, or what nobody asked for.
    char byte = 0;
    if (recv(socket.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN) return socket;
  }
  return std::nullopt;
}

void ConnectionPool::Give(const std::string& address, Socket socket) {
  std::lock_guard lock(mutex_);
  if (idle_.size() >= MostIdle) idle_.erase(idle_.begin());
  idle_.push_back({address, std::move(socket), std::chrono::steady_clock::now()});
}

void ConnectionPool::Clear() {
  std::lock_guard lock(mutex_);
  idle_.clear();
}

void SetTimeout(int fd, std::chrono::milliseconds timeout) {
  timeval time{timeout.count() / 1000, static_cast<suseconds_t>(timeout.count() % 1000 * 1000)};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

Result<Socket> Connect(const std::string& address, std::chrono::milliseconds timeout) {
  std::optional<sockaddr_in> to = Parse(address);
  if (!to) return Error(ErrorCode::InvalidArgument, "no address: " + address);
  Socket made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  auto failed = [&](int error) {
    ErrorCode code = error == ETIMEDOUT ? ErrorCode::Timeout : ErrorCode::Unavailable;
    return Error(code, "cannot reach " + address + ": " + std::strerror(error));
  };
  if (made.fd() < 0) return failed(errno);
  if (connect(made.fd(), reinterpret_cast<sockaddr*>(&*to), sizeof *to) != 0) {
    if (errno != EINPROGRESS) return failed(errno);
    pollfd watched{made.fd(), POLLOUT, 0};
    if (poll(&watched, 1, static_cast<int>(timeout.count())) <= 0) return failed(ETIMEDOUT);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(made.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return failed(error);
  }
  fcntl(made.fd(), F_SETFL, 0);
  int on = 1;
  setsockopt(made.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

Result<Socket> Listen(const std::string& address) {
  std::optional<sockaddr_in> at = Parse(address);
  if (!at) return Error(ErrorCode::InvalidArgument, "no address: " + address);
  Socket made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  int on = 1;
  setsockopt(made.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (made.fd() < 0 || bind(made.fd(), reinterpret_cast<sockaddr*>(&*at), sizeof *at) != 0 ||
      listen(made.fd(), 1024) != 0) {
    ErrorCode code = errno == EADDRINUSE ? ErrorCode::Conflict : ErrorCode::Internal;
    return Error(code, "cannot listen on " + address + ": " + std::strerror(errno));
  }
  return made;
}

Status HttpReader::Fill() {
  size_t had = buffer_.size();
  buffer_.resize(had + ReadSize);
  ssize_t size = 0;
  do {
    size = recv(fd_, buffer_.data() + had, ReadSize, 0);
  } while (size < 0 && errno == EINTR);
  buffer_.resize(had + static_cast<size_t>(std::max<ssize_t>(0, size)));
  if (size > 0) return Ok();
  if (size == 0) return Error(ErrorCode::Cancelled, "the connection has ended");
  ErrorCode code = errno == EAGAIN ? ErrorCode::Timeout : ErrorCode::Unavailable;
  return Error(code, code == ErrorCode::Timeout
                         ? "no answer in time"
                         : std::string("receiving: ") + std::strerror(errno));
}

Result<std::string> HttpReader::Line() {
  size_t searched = 0;
  while (true) {
    size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      head_ += end + 1;
      if (head_ > LargestHead) return Bad("the head of a message is too long");
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    searched = buffer_.size();
    if (searched + head_ > LargestHead) return Bad("the head of a message is too long");
    SPRINT_RETURN_IF_ERROR(Fill());
  }
}

Status HttpReader::Fields(HttpFields& fields) {
  while (true) {
    SPRINT_ASSIGN_OR_RETURN(std::string line, Line());
    if (line.empty()) return Ok();
    size_t colon = line.find(':');
    if (colon == std::string::npos || colon == 0) return Bad("a field without a name");
    size_t begin = line.find_first_not_of(" \t", colon + 1);
    size_t end = line.find_last_not_of(" \t");
    fields[Lower(line.substr(0, colon))] =
        begin == std::string::npos ? "" : line.substr(begin, end + 1 - begin);
  }
}

Status HttpReader::Exactly(size_t size, std::string& into) {
  if (size > LargestBody || into.size() + size > LargestBody) return Bad("the body is too large");
  while (buffer_.size() < size) SPRINT_RETURN_IF_ERROR(Fill());
  if (into.empty() && buffer_.size() == size) {
    into.swap(buffer_);
    return Ok();
  }
  into.append(buffer_, 0, size);
  buffer_.erase(0, size);
  return Ok();
}

Status HttpReader::Body(const HttpFields& fields, bool to_the_end, std::string& body) {
  if (Lower(Field(fields, "transfer-encoding")) == "chunked") {
    while (true) {
      head_ = 0;
      SPRINT_ASSIGN_OR_RETURN(std::string line, Line());
      char* end = nullptr;
      size_t size = std::strtoull(line.c_str(), &end, 16);
      if (end == line.c_str()) return Bad("a chunk without a size");
      if (size == 0) break;
      SPRINT_RETURN_IF_ERROR(Exactly(size, body));
      SPRINT_RETURN_IF_ERROR(Line());
    }
    HttpFields trailer;
    return Fields(trailer);
  }
  std::string length = Field(fields, "content-length");
  if (!length.empty()) {
    char* end = nullptr;
    size_t size = std::strtoull(length.c_str(), &end, 10);
    if (std::isdigit(static_cast<unsigned char>(length[0])) == 0 || *end != '\0') {
      return Bad("content-length is no number");
    }
    return Exactly(size, body);
  }
  if (!to_the_end) return Ok();
  while (true) {
    Status more = Fill();
    if (buffer_.size() > LargestBody) return Bad("the body is too large");
    if (more.ok()) continue;
    if (more.error().code() != ErrorCode::Cancelled) return more;
    body.swap(buffer_);
    return Ok();
  }
}

Result<HttpRequest> HttpReader::ReadRequest() {
  head_ = 0;
  auto within = [](Error error) {
    if (error.code() != ErrorCode::Cancelled) return error;
    return Error(ErrorCode::Unavailable, "the connection ended within a request");
  };
  if (buffer_.empty()) SPRINT_RETURN_IF_ERROR(Fill());
  Result<std::string> line = Line();
  if (!line.ok()) return within(line.TakeError());
  size_t first = line->find(' '), last = line->rfind(' ');
  if (first == std::string::npos || first == last || line->compare(last + 1, 7, "HTTP/1.") != 0) {
    return Bad("no HTTP/1 request line");
  }
  HttpRequest request;
  request.method = line->substr(0, first);
  request.target = line->substr(first + 1, last - first - 1);
  const bool old = line->compare(last + 1, std::string::npos, "HTTP/1.0") == 0;
  Status status = Fields(request.fields);
  if (!status.ok()) return within(status.TakeError());
  if (Lower(Field(request.fields, "expect")) == "100-continue") {
    const std::string go = "HTTP/1.1 100 Continue\r\n\r\n";
    SPRINT_RETURN_IF_ERROR(SendAll(fd_, go.data(), go.size()));
  }
  std::string connection = Lower(Field(request.fields, "connection"));
  request.keep_alive = old ? connection == "keep-alive" : connection != "close";
  status = Body(request.fields, false, request.body);
  if (!status.ok()) return within(status.TakeError());
  return request;
}

Result<HttpResponse> HttpReader::ReadResponse() {
  auto within = [](Error error) {
    if (error.code() != ErrorCode::Cancelled) return error;
    return Error(ErrorCode::Unavailable, "the connection ended before the answer was complete");
  };
  while (true) {
    head_ = 0;
    HttpResponse response;
    Result<std::string> line = Line();
    if (!line.ok()) return within(line.TakeError());
    size_t space = line->find(' ');
    if (line->compare(0, 7, "HTTP/1.") != 0 || space == std::string::npos) {
      return Bad("no HTTP/1 status line");
    }
    response.status = std::atoi(line->c_str() + space + 1);
    if (response.status < 100 || response.status > 599) return Bad("no HTTP status");
    Status status = Fields(response.fields);
    if (!status.ok()) return within(status.TakeError());
    if (response.status < 200) continue;
    if (response.status != 204 && response.status != 304) {
      status = Body(response.fields, true, response.body);
      if (!status.ok()) return within(status.TakeError());
    }
    return response;
  }
}

Status SendRequest(int fd, const HttpRequest& request, const std::string& host, bool keep_alive) {
  std::string head = request.method + " " + request.target + " HTTP/1.1\r\nhost: " + host +
                     "\r\nconnection: " + (keep_alive ? "keep-alive" : "close") + "\r\n";
  return Send(fd, std::move(head), request.fields, request.body);
}

Status SendResponse(int fd, const HttpResponse& response, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + Reason(response.status) +
                     "\r\nconnection: " + (keep_alive ? "keep-alive" : "close") + "\r\n";
  return Send(fd, std::move(head), response.fields, response.body);
}

Result<HttpResponse> Call(const std::string& address, const HttpRequest& request,
                          std::chrono::milliseconds timeout) {
  SPRINT_ASSIGN_OR_RETURN(Socket socket, Connect(address, timeout));
  SetTimeout(socket.fd(), timeout);
  SPRINT_RETURN_IF_ERROR(SendRequest(socket.fd(), request, address));
  return HttpReader(socket.fd()).ReadResponse();
}

}  // namespace sprint::local
