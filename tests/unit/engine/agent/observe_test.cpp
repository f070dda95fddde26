#include "engine/agent/observe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <utility>

#include "engine/agent/measure.h"

namespace sprint::agent {
namespace {

using testing::HasSubstr;

// Answers one request on a port of its own; without a text it takes the connection and
// says nothing.
class OneAnswer {
 public:
  explicit OneAnswer(std::string body, std::string status = "200 OK")
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(fd_, 4), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
    if (body.empty()) return;
    thread_ = std::thread([this, body = std::move(body), status = std::move(status)] {
      const int peer = accept(fd_, nullptr, nullptr);
      if (peer < 0) return;
      char buffer[4096];
      const ssize_t count = read(peer, buffer, sizeof buffer);
      if (count > 0) request_.assign(buffer, static_cast<size_t>(count));
      const std::string text = "HTTP/1.1 " + status +
                               "\r\nContent-Length: " + std::to_string(body.size()) +
                               "\r\nConnection: close\r\n\r\n" + body;
      EXPECT_EQ(write(peer, text.data(), text.size()), static_cast<ssize_t>(text.size()));
      close(peer);
    });
  }
  ~OneAnswer() {
    shutdown(fd_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(fd_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  // After the answer was received.
  std::string Request() {
    thread_.join();
    return request_;
  }

 private:
  int fd_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

constexpr const char* kMetrics =
    R"({"arrival_rate":3.5,"component":"Blur","errors":2,"in_flight":1,"path_mean_s":0.4,)"
    R"("path_p95_s":0.9,"requests":35,"response_mean_s":0.1,"response_p95_s":0.25})";

TEST(Observe, ReadsAProxy) {
  OneAnswer proxy(kMetrics);
  const Observation seen = Observe({{"Blur", proxy.url()}}, 10, 77);
  ASSERT_EQ(seen.samples.size(), 1u);
  const Sample& sample = seen.samples[0];
  EXPECT_TRUE(sample.fresh) << sample.problem;
  EXPECT_EQ(sample.component, "Blur");
  EXPECT_EQ(sample.at, 77);
  EXPECT_EQ(sample.arrival_rate, 3.5);
  EXPECT_EQ(sample.requests, 35);
  EXPECT_EQ(sample.errors, 2);
  EXPECT_EQ(sample.in_flight, 1);
  EXPECT_EQ(sample.response_mean, 0.1);
  EXPECT_EQ(sample.response_p95, 0.25);
  EXPECT_EQ(sample.path_mean, 0.4);
  EXPECT_EQ(sample.path_p95, 0.9);
  EXPECT_THAT(proxy.Request(), HasSubstr("GET /metrics.json?window=10 HTTP/1.1"));
}

TEST(Observe, DeadSilentAndConfusedProxiesAreNotFreshAndCostOneTimeout) {
  const OneAnswer silent_a(""), silent_b(""), silent_c(""), silent_d("");
  OneAnswer confused("<html>"), broken("{}", "503 Service Unavailable"), good(kMetrics);
  std::string closed;
  {
    const OneAnswer gone("");
    closed = gone.url();
  }
  const auto begin = std::chrono::steady_clock::now();
  const Observation seen = Observe({{"A", silent_a.url()},
                                    {"B", silent_b.url()},
                                    {"C", closed},
                                    {"D", confused.url()},
                                    {"E", broken.url()},
                                    {"F", "file:///etc/hostname"},
                                    {"G", silent_c.url()},
                                    {"H", silent_d.url()},
                                    {"Blur", good.url()}},
                                   10, 77, 0.3);
  // One after the other would take four times 300 ms.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1100));
  ASSERT_EQ(seen.samples.size(), 9u);
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_FALSE(seen.samples[i].fresh) << i;
    EXPECT_FALSE(seen.samples[i].problem.empty()) << i;
  }
  EXPECT_THAT(seen.samples[4].problem, HasSubstr("HTTP 503"));
  EXPECT_TRUE(seen.samples[8].fresh);
}

TEST(Observe, SeveralProxiesOfOneComponentAreOneSample) {
  OneAnswer a(kMetrics);
  OneAnswer b(
      R"({"arrival_rate":1,"errors":0,"requests":5,"response_mean_s":0.5,"response_p95_s":0.6})");
  const Observation seen = Observe({{"Blur", a.url()}, {"Blur", b.url()}}, 10, 77);
  ASSERT_EQ(seen.samples.size(), 1u);
  EXPECT_EQ(seen.samples[0].arrival_rate, 4.5);
  EXPECT_EQ(seen.samples[0].requests, 40);
  EXPECT_DOUBLE_EQ(seen.samples[0].response_mean, (35 * 0.1 + 5 * 0.5) / 40);
  EXPECT_EQ(seen.samples[0].response_p95, 0.6);
  EXPECT_EQ(seen.samples[0].path_mean, 0.4);
}

TEST(Observe, OneDeadProxyOfAComponentMakesItStale) {
  OneAnswer a(kMetrics);
  std::string closed;
  {
    const OneAnswer gone("");
    closed = gone.url();
  }
  const Observation seen = Observe({{"Blur", a.url()}, {"Blur", closed}}, 10, 77);
  ASSERT_EQ(seen.samples.size(), 1u);
  EXPECT_FALSE(seen.samples[0].fresh);
}

TEST(Observe, ProxiesComeFromTheState) {
  state::Snapshot snapshot;
  state::Record proxy;
  proxy.type = "cloud.proxy";  // whose it is does not matter
  proxy.attributes = value::Object{{"component", "Blur"}, {"url", "http://127.0.0.1:1/"}};
  snapshot.records["plant.Blur.proxy"] = proxy;
  proxy.attributes = value::Object{{"component", "Half"}, {"url", value::Unknown{}}};
  snapshot.records["plant.Half.proxy"] = proxy;
  proxy.type = "local.process";
  proxy.attributes = value::Object{{"component", "Blur"}, {"url", "http://127.0.0.1:2/"}};
  snapshot.records["plant.Blur[0].process"] = proxy;
  const auto proxies = ProxiesOf(snapshot);
  ASSERT_EQ(proxies.size(), 1u);
  EXPECT_EQ(proxies[0].component, "Blur");
  EXPECT_EQ(proxies[0].url, "http://127.0.0.1:1/");
}

TEST(Observe, MissingNumbersAreNotKnown) {
  const Sample sample = SampleOf(value::Object{{"arrival_rate", "many"}}, "Blur", 1);
  EXPECT_TRUE(std::isnan(sample.arrival_rate));
  EXPECT_TRUE(std::isnan(sample.response_mean));
}

class Measured : public testing::Test {
 protected:
  Measured() {
    Sample a;
    a.component = "A";
    a.requests = 30;
    a.response_mean = 0.1;
    a.response_p95 = 0.2;
    a.path_mean = 0.7;
    a.path_p95 = 1.5;
    Sample b = a;
    b.component = "B";
    b.response_mean = 0.3;
    b.path_mean = 0.5;
    samples_ = {{"A", a}, {"B", b}};
    requirement_.path = {"A"};
  }
  double Value() const { return Measure(requirement_, samples_); }
  std::map<std::string, Sample> samples_;
  Requirement requirement_;
};

TEST_F(Measured, OneComponentIsItsOwnResponse) {
  EXPECT_EQ(Value(), 0.1);
  requirement_.percentile = 0.95;
  EXPECT_EQ(Value(), 0.2);
}

TEST_F(Measured, PathToTheEndIsThePathOfItsFirst) {
  requirement_.path = {"A", "B"};
  EXPECT_EQ(Value(), 0.7);
  requirement_.percentile = 0.95;
  EXPECT_EQ(Value(), 1.5);
}

TEST_F(Measured, PathThatEndsMidwayIsTheDifference) {
  requirement_.path = {"A", "B"};
  requirement_.to_end = false;
  EXPECT_DOUBLE_EQ(Value(), 0.7 - 0.5 + 0.3);
  requirement_.percentile = 0.95;
  EXPECT_TRUE(std::isnan(Value()));
}

TEST_F(Measured, WhatCannotBeToldIsNotKnown) {
  requirement_.percentile = 0.99;
  EXPECT_TRUE(std::isnan(Value())) << "another percentile";
  requirement_.percentile = 0.95;
  samples_["A"].requests = 19;
  EXPECT_TRUE(std::isnan(Value())) << "the 95th percentile of 19";
  requirement_.percentile.reset();
  EXPECT_EQ(Value(), 0.1);
  samples_["A"].requests = 4;
  EXPECT_TRUE(std::isnan(Value())) << "the mean of 4";
  samples_["A"].requests = 30;
  samples_["A"].response_mean = 0;
  EXPECT_TRUE(std::isnan(Value())) << "nothing ended well";
  requirement_.path = {"C"};
  EXPECT_TRUE(std::isnan(Value())) << "not measured";
  requirement_.path = {"B"};
  requirement_.response = false;
  EXPECT_TRUE(std::isnan(Value())) << "no response time";
}

}  // namespace
}  // namespace sprint::agent
