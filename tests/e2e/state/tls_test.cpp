#include <gmock/gmock.h>

#include <cstdlib>

#include "engine/state/store.h"
#include "tests/e2e/state/places.h"

// A server whose certificate nobody vouches for is refused.
namespace sprint::state {
namespace {

using testing::HasSubstr;

class Tls : public testing::TestWithParam<std::string> {
 protected:
  // URL of a server that speaks TLS only, with a certificate of an authority of its own.
  void SetUp() override {
    std::string why;
    url_ = TlsPlace(GetParam(), ca_, why);
    if (url_.empty()) GTEST_SKIP() << why;
  }
  // The same with this option.
  std::string With(const std::string& option) const {
    return url_ + (url_.find('?') == std::string::npos ? "?" : "&") + option;
  }
  std::string url_, ca_;
};

TEST_P(Tls, UnknownAuthorityIsRefused) {
  const std::string option = GetParam() == "etcd" ? "tls=on" : "sslmode=verify-full";
  const auto store = Open(With(option), "prod");
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code(), ErrorCode::Unavailable) << store.error().ToString();
}

TEST_P(Tls, KnownAuthorityIsAccepted) {
  const std::string option =
      GetParam() == "etcd" ? "ca=" + ca_ : "sslmode=verify-full&sslrootcert=" + ca_;
  const auto store = Open(With(option), "prod");
  ASSERT_TRUE(store.ok()) << store.error().ToString();
  EXPECT_TRUE((*store)->Read().ok());
}

INSTANTIATE_TEST_SUITE_P(All, Tls, testing::Values("etcd", "postgres"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace sprint::state
