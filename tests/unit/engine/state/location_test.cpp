#include "engine/state/location.h"

#include <gmock/gmock.h>

#include "engine/state/store.h"

namespace sprint::state {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Location, FilesWithAndWithoutAScheme) {
  for (const char* url : {"sqlite:/var/x y.db", "/var/x y.db"}) {
    const auto location = ParseLocation(url);
    ASSERT_TRUE(location.ok());
    EXPECT_EQ(location->kind, Location::Kind::Sqlite);
    EXPECT_EQ(location->path, "/var/x y.db");
  }
}

TEST(Location, Servers) {
  const auto etcd =
      ParseLocation("etcd://ada@etcd.example:2380/team/mask?ca=%2Fetc%2Fca.pem&tls=on");
  ASSERT_TRUE(etcd.ok());
  EXPECT_EQ(etcd->kind, Location::Kind::Etcd);
  EXPECT_EQ(etcd->user, "ada");
  EXPECT_EQ(etcd->host, "etcd.example");
  EXPECT_EQ(etcd->port, "2380");
  EXPECT_EQ(etcd->path, "team/mask");
  EXPECT_EQ(etcd->options.at("ca"), "/etc/ca.pem");
  EXPECT_FALSE(etcd->local());
  const auto postgres = ParseLocation("postgresql://[::1]:5433/states");
  ASSERT_TRUE(postgres.ok());
  EXPECT_EQ(postgres->kind, Location::Kind::Postgres);
  EXPECT_EQ(postgres->host, "::1");
  EXPECT_EQ(postgres->port, "5433");
  EXPECT_EQ(postgres->path, "states");
  EXPECT_TRUE(postgres->local());
}

TEST(Location, PasswordInTheUrlIsRefusedAndNotRepeated) {
  for (const char* url : {"postgres://ada:hunter2@db/states", "etcd://ada:hunter2@db/states",
                          "postgres://db/states?password=hunter2"}) {
    const auto location = ParseLocation(url);
    ASSERT_FALSE(location.ok()) << url;
    EXPECT_THAT(location.error().message(), HasSubstr("SPRINT_STATE_PASSWORD"));
    EXPECT_THAT(location.error().message(), Not(HasSubstr("hunter2")));
  }
}

TEST(Location, WhatIsNoneSaysWhatIsPossible) {
  for (const char* url : {"", "sqlite:", "s3://bucket/x", "etcd://host", "postgres://host/"}) {
    const auto location = ParseLocation(url);
    ASSERT_FALSE(location.ok()) << url;
    EXPECT_EQ(location.error().code(), ErrorCode::InvalidArgument);
    EXPECT_THAT(location.error().message(), HasSubstr("etcd://HOST/PREFIX"));
  }
}

TEST(Location, CertificateThatCannotBeReadIsSaid) {
  const auto missing = Open("etcd://127.0.0.1:1/mask?ca=%2Fnot%2Fthere.pem", "prod");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), ErrorCode::NotFound);
  const auto folder = Open("etcd://127.0.0.1:1/mask?ca=%2Ftmp", "prod");
  ASSERT_FALSE(folder.ok());
  EXPECT_THAT(folder.error().message(), HasSubstr("cannot read `/tmp`: it is a folder"));
}

}  // namespace
}  // namespace sprint::state
