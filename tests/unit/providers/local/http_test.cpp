#include "providers/local/http.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace sprint::local {
namespace {

// One end to write raw bytes into, a reader at the other.
class HttpTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  void TearDown() override {
    End();
    close(ends_[0]);
  }
  void Send(const std::string& bytes) {
    ASSERT_EQ(write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  void End() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  ErrorCode RequestError(const std::string& bytes) {
    Send(bytes);
    End();
    auto request = HttpReader(ends_[0]).ReadRequest();
    EXPECT_FALSE(request.ok());
    return request.ok() ? ErrorCode::Internal : request.error().code();
  }
  int ends_[2] = {-1, -1};
};

TEST_F(HttpTest, RequestsFollowEachOther) {
  Send(
      "POST /a?b=c HTTP/1.1\r\nContent-Length: 5\r\nX-Frame: 7 \r\n\r\nhelloGET / "
      "HTTP/1.0\r\n\r\n");
  HttpReader reader(ends_[0]);
  auto first = reader.ReadRequest();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->method, "POST");
  EXPECT_EQ(first->target, "/a?b=c");
  EXPECT_EQ(first->fields["x-frame"], "7");
  EXPECT_EQ(first->body, "hello");
  EXPECT_TRUE(first->keep_alive);
  auto second = reader.ReadRequest();
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->body, "");
  EXPECT_FALSE(second->keep_alive);
  End();
  auto end = reader.ReadRequest();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code(), ErrorCode::Cancelled);
}

TEST_F(HttpTest, ChunkedBodyIsPutTogether) {
  Send(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: t\r\n\r\n");
  auto response = HttpReader(ends_[0]).ReadResponse();
  ASSERT_TRUE(response.ok()) << response.error().ToString();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "hello world");
}

TEST_F(HttpTest, BodyWithoutLengthGoesToTheEnd) {
  Send("HTTP/1.1 200 OK\r\n\r\nall of it");
  End();
  auto response = HttpReader(ends_[0]).ReadResponse();
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "all of it");
}

TEST_F(HttpTest, LargeBodyArrivesWhole) {
  std::string body(3 << 20, 'x');
  body[1'000'000] = 'y';
  std::thread sender([&] { (void)SendResponse(ends_[1], {200, {}, body}, true); });
  auto response = HttpReader(ends_[0]).ReadResponse();
  sender.join();
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(response->body == body);
}

TEST_F(HttpTest, ExpectationIsAnswered) {
  Send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  std::string told(25, ' ');
  std::thread sender([&] {
    ASSERT_EQ(recv(ends_[1], told.data(), told.size(), MSG_WAITALL), 25);
    Send("ok");
  });
  auto request = HttpReader(ends_[0]).ReadRequest();
  sender.join();
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->body, "ok");
  EXPECT_EQ(told, "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(HttpTest, GarbageIsRefused) {
  EXPECT_EQ(RequestError("hello\r\n\r\n"), ErrorCode::Protocol);
}
TEST_F(HttpTest, LengthThatIsNoNumberIsRefused) {
  EXPECT_EQ(RequestError("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), ErrorCode::Protocol);
}
TEST_F(HttpTest, LengthBeyondTheLimitIsRefused) {
  EXPECT_EQ(RequestError("POST / HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n"),
            ErrorCode::Protocol);
}
TEST_F(HttpTest, EndlessHeadIsRefused) {
  EXPECT_EQ(RequestError("GET / HTTP/1.1\r\nA: " + std::string(70'000, 'a')), ErrorCode::Protocol);
}
TEST_F(HttpTest, RequestCutShortIsUnavailable) {
  EXPECT_EQ(RequestError("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel"),
            ErrorCode::Unavailable);
}

TEST(ConnectTest, SaysWhatIsNoAddressAndWhoDoesNotListen) {
  auto bad = Connect("localhost", std::chrono::milliseconds(100));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code(), ErrorCode::InvalidArgument);
  auto closed = Connect("127.0.0.1:1", std::chrono::milliseconds(100));
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().code(), ErrorCode::Unavailable);
}

TEST_F(HttpTest, PoolGivesBackWhatIsStillOpen) {
  ConnectionPool pool;
  EXPECT_FALSE(pool.Take("a"));
  const int fd = dup(ends_[0]);
  pool.Give("a", Socket(fd));
  EXPECT_FALSE(pool.Take("b"));
  std::optional<Socket> taken = pool.Take("a");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->fd(), fd);
  EXPECT_FALSE(pool.Take("a"));
  pool.Give("a", std::move(*taken));
  End();
  EXPECT_FALSE(pool.Take("a"));
}

}  // namespace
}  // namespace sprint::local
