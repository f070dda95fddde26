#include "providers/local/proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "compiler/support/environment.h"
#include "providers/local/http.h"
#include "providers/local/tool.h"
#include "tests/testing/no_threads.h"

namespace sprint::local {
namespace {

// A port that nobody has just now.
int FreePort() {
  const Socket made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (bind(made.fd(), reinterpret_cast<sockaddr*>(&at), size) != 0) return 0;
  getsockname(made.fd(), reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

// A proxy in a process of its own.
class ProxyTest : public testing::Test {
 protected:
  // `prepare` is done in the process of the proxy first.
  void Start(void (*prepare)()) {
    config_ = testing::TempDir() + "proxy-" + std::to_string(getpid()) + ".json";
    ASSERT_TRUE(RealFileSystem().Write(config_, value::ToJson(ToValue(ProxyConfig{}))).ok());
    const std::string port = std::to_string(FreePort());
    address_ = "127.0.0.1:" + port;
    child_ = fork();
    if (child_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("HOST", "127.0.0.1", 1);
    setenv("PORT", port.c_str(), 1);
    prepare();
    _exit(RunProxy(config_));
  }
  void TearDown() override {
    if (child_ > 0) kill(child_, SIGKILL), waitpid(child_, nullptr, 0);
    unlink(config_.c_str());
  }
  // The answer to GET `target`, once it listens.
  Result<HttpResponse> Get(const std::string& target) const {
    for (int tries = 0;; ++tries) {
      auto answer = Call(address_, {"GET", target}, std::chrono::seconds(5));
      if (answer.ok() || tries == 200) return answer;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  pid_t child_ = 0;
  std::string config_, address_;
};

TEST_F(ProxyTest, OutlivesConnectionsThatThereIsNoThreadFor) {
  Start([] { new NoThreads; });
  for (int i = 0; i < 3; ++i) {
    const auto answer = Get("/health");
    ASSERT_TRUE(answer.ok()) << answer.error().ToString();
    EXPECT_EQ(answer->status, 503);
  }
}

TEST(NameSpaceTest, WithoutAThreadToEnterItNothingIsDone) {
  const NoThreads none;
  bool done = false;
  const Status status = InNameSpace("/proc/self/ns/net", [&done]() -> Status {
    done = true;
    return Ok();
  });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::Unavailable);
  EXPECT_FALSE(done);
}

}  // namespace
}  // namespace sprint::local
