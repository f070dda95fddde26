#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sprint::measure {

// Value of `--name VALUE` in the arguments; `otherwise` if it is not there.
std::string Flag(const std::vector<std::string>& arguments, const std::string& name,
                 const std::string& otherwise);

// A service of this example, started on a free port of the loopback address and
// stopped with its object. Throws std::runtime_error if it does not come up in 20 s.
class Service {
 public:
  explicit Service(const std::vector<std::string>& command);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  const std::string& url() const { return url_; }

 private:
  pid_t pid_ = -1;
  std::string url_;
};

// The folder this program's executable is in: its siblings are there.
std::string ExecutableFolder();

// Whole file; throws std::runtime_error with its name.
std::string ReadFile(const std::string& path);
// Replaces the file in one step; throws std::runtime_error with its name.
void WriteFile(const std::string& path, const std::string& content);

// The pictures of a folder (.png, .jpg), by name; throws std::runtime_error if there is none.
struct Picture {
  std::string name;
  std::string bytes;
};
std::vector<Picture> ReadPictures(const std::string& folder);

// One POST with its answer. `status` 0: no answer, `body` then says why.
struct Answer {
  int status = 0;
  std::string body;
};

// A connection that is kept between calls. For one thread.
class Connection {
 public:
  // http://host:port[/path]; throws std::runtime_error for anything else.
  explicit Connection(const std::string& url, int timeout_seconds = 30);
  ~Connection();
  Connection(Connection&&) noexcept;
  Answer Post(const std::string& body, const std::string& type);

 private:
  struct Client;
  Client* client_;
};

}  // namespace sprint::measure
