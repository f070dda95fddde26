#include "examples/laptop/measure/service.h"

#include <fcntl.h>
#include <httplib.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace sprint::measure {
namespace {

constexpr int kStartSeconds = 20;
constexpr std::string_view kListening = "listening on ";

// The address in the line "NAME: listening on URL", read from the service's output.
std::string ReadAddress(int output, const std::string& name) {
  std::string text;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(kStartSeconds);
  while (std::chrono::steady_clock::now() < deadline) {
    pollfd ready{output, POLLIN, 0};
    if (poll(&ready, 1, 200) <= 0) continue;
    std::array<char, 512> part{};
    const ssize_t count = read(output, part.data(), part.size());
    if (count <= 0) break;
    text.append(part.data(), static_cast<size_t>(count));
    const size_t at = text.find(kListening);
    const size_t end = text.find('\n', at);
    if (at != std::string::npos && end != std::string::npos) {
      return text.substr(at + kListening.size(), end - at - kListening.size());
    }
  }
  throw std::runtime_error(name + " did not start: " + text);
}

}  // namespace

std::string Flag(const std::vector<std::string>& arguments, const std::string& name,
                 const std::string& otherwise) {
  for (size_t i = 0; i + 1 < arguments.size(); ++i) {
    if (arguments[i] == "--" + name) return arguments[i + 1];
  }
  return otherwise;
}

Service::Service(const std::vector<std::string>& command) {
  std::array<int, 2> output{};
  if (pipe2(output.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe for " + command.front());
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot start " + command.front());
  if (pid_ == 0) {
    setenv("HOST", "127.0.0.1", 1);
    setenv("PORT", "0", 1);
    dup2(output[1], STDOUT_FILENO);
    execv(words.front(), words.data());
    _exit(127);
  }
  close(output[1]);
  try {
    url_ = ReadAddress(output[0], command.front());
  } catch (...) {
    close(output[0]);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    throw;
  }
  close(output[0]);
}

Service::~Service() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

std::string ExecutableFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) throw std::runtime_error("cannot read " + path);
  return content.str();
}

void WriteFile(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  std::ofstream out(fresh, std::ios::binary);
  out << content;
  out.close();
  if (!out || rename(fresh.c_str(), path.c_str()) != 0)
    throw std::runtime_error("cannot write " + path);
}

std::vector<Picture> ReadPictures(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string kind = entry.path().extension().string();
    if (kind == ".png" || kind == ".jpg") paths.push_back(entry.path());
  }
  if (paths.empty())
    throw std::runtime_error("no picture in " + folder + "; run examples/laptop/pictures first");
  std::sort(paths.begin(), paths.end());
  std::vector<Picture> pictures;
  for (const auto& path : paths)
    pictures.push_back({path.filename().string(), ReadFile(path.string())});
  return pictures;
}

struct Connection::Client {
  httplib::Client http;
  std::string path;
};

Connection::Connection(const std::string& url, int timeout_seconds) {
  constexpr std::string_view kScheme = "http://";
  if (url.rfind(kScheme, 0) != 0) throw std::runtime_error("not an http:// address: " + url);
  const size_t slash = url.find('/', kScheme.size());
  client_ = new Client{httplib::Client(url.substr(0, slash)),
                       slash == std::string::npos ? "/" : url.substr(slash)};
  client_->http.set_keep_alive(true);
  client_->http.set_tcp_nodelay(true);
  client_->http.set_connection_timeout(timeout_seconds);
  client_->http.set_read_timeout(timeout_seconds);
  client_->http.set_write_timeout(timeout_seconds);
}

Connection::~Connection() { delete client_; }

Connection::Connection(Connection&& other) noexcept
    : client_(std::exchange(other.client_, nullptr)) {}

Answer Connection::Post(const std::string& body, const std::string& type) {
  httplib::Result result = client_->http.Post(client_->path, body, type);
  if (!result) return {0, httplib::to_string(result.error())};
  return {result->status, std::move(result->body)};
}

}  // namespace sprint::measure
