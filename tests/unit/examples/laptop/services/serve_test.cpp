// The services are built only where OpenCV and cpp-httplib are.
#ifdef SPRINT_HAS_OPENCV

#include "examples/laptop/services/serve.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

namespace sprint::services {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

Answer Echo(const std::string& body) {
  if (body == "bad") throw std::runtime_error("no such picture");
  if (body == "slow") {
    if (write(STDOUT_FILENO, "begun\n", 6) != 6) return {500, "text/plain", "nobody listens"};
    usleep(400'000);
  }
  return {200, "text/plain", "got " + body};
}

// Serve in a process of its own, since it takes the signals of the whole process.
class Child {
 public:
  explicit Child(const std::string& port) {
    std::array<int, 2> output{};
    if (pipe(output.data()) != 0) return;
    fflush(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      setenv("HOST", "127.0.0.1", 1);
      setenv("PORT", port.c_str(), 1);
      dup2(output[1], STDOUT_FILENO);
      close(output[0]);
      _exit(Serve("echo", Echo));
    }
    close(output[1]);
    output_ = output[0];
    line_ = Said();
    const size_t colon = line_.rfind(':');
    if (colon != std::string::npos) port_ = std::atoi(line_.c_str() + colon + 1);
  }
  ~Child() {
    close(output_);
    if (pid_ > 0 && !ended_) kill(pid_, SIGKILL);
    if (pid_ > 0 && !ended_) waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  const std::string& line() const { return line_; }
  // What it writes next; waits for it.
  std::string Said() const {
    std::array<char, 128> text{};
    const ssize_t count = read(output_, text.data(), text.size());
    return {text.data(), count > 0 ? static_cast<size_t>(count) : 0};
  }
  int port() const { return port_; }
  void Terminate() const { kill(pid_, SIGTERM); }
  int ExitCode() {
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // One request on a connection of its own: head and body of the answer.
  std::string Ask(const std::string& method, const std::string& path,
                  const std::string& body) const {
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port_));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      const std::string request =
          method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      if (write(peer, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
        std::array<char, 1024> part{};
        for (ssize_t n = 0; (n = read(peer, part.data(), part.size())) > 0;) {
          answer.append(part.data(), static_cast<size_t>(n));
        }
      }
    }
    close(peer);
    return answer;
  }

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  bool ended_ = false;
  std::string line_;
  int port_ = 0;
};

TEST(Serve, SaysWhereItListensAndAnswers) {
  const Child child("0");
  EXPECT_THAT(child.line(), StartsWith("echo: listening on http://127.0.0.1:"));
  EXPECT_THAT(child.Ask("GET", "/health", ""), StartsWith("HTTP/1.1 200"));
  const std::string answer = child.Ask("POST", "/", "picture");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, HasSubstr("Server-Timing: cpu;dur="));
  EXPECT_THAT(answer, EndsWith("\r\n\r\ngot picture"));
  EXPECT_THAT(child.Ask("GET", "/other", ""), StartsWith("HTTP/1.1 404"));
}

TEST(Serve, TurnsAnExceptionIntoABadRequest) {
  const Child child("0");
  const std::string answer = child.Ask("POST", "/", "bad");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(answer, EndsWith("no such picture\n"));
}

TEST(Serve, FinishesWhatItHasBegunWhenToldToStop) {
  Child child("0");
  std::string answer;
  std::thread asker([&] { answer = child.Ask("POST", "/", "slow"); });
  EXPECT_EQ(child.Said(), "begun\n");
  child.Terminate();
  asker.join();
  EXPECT_THAT(answer, EndsWith("got slow"));
  EXPECT_EQ(child.ExitCode(), 0);
}

TEST(Serve, FailsOnAPortThatIsTaken) {
  const Child first("0");
  ASSERT_GT(first.port(), 0);
  Child second(std::to_string(first.port()));
  EXPECT_EQ(second.line(), "");
  EXPECT_EQ(second.ExitCode(), 1);
}

TEST(Serve, RefusesWhatIsNoPort) {
  for (const char* port : {"", "x", "80x", "-1", "65536"}) {
    Child child(port);
    EXPECT_EQ(child.ExitCode(), 2) << port;
  }
}

}  // namespace
}  // namespace sprint::services

#endif  // SPRINT_HAS_OPENCV
