#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/support/result.h"

// What a component is measured with.
namespace sprint::profile {

// A request or an answer: its bytes and their media type.
struct Body {
  std::string bytes;
  std::string type = "application/octet-stream";
};

// The files of a folder, by name, their types by their endings. NotFound: no such folder,
// or no file in it; Unavailable: one cannot be read.
Result<std::vector<Body>> ReadBodies(const std::string& folder);

// Sends to one address over a connection that it keeps.
class Caller {
 public:
  // "http://host:port/path"; seconds until an answer is given up.
  Caller(std::string url, double timeout);
  ~Caller();
  Caller(Caller&& other) noexcept;
  // POST. Errors: Unavailable (no connection), Timeout, Protocol (the answer is no 2xx;
  // the message has its first line).
  Result<Body> Post(const Body& body);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
  std::string url_;
};

}  // namespace sprint::profile
