#include "compiler/support/result.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "compiler/support/environment.h"

namespace sprint {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Error(ErrorCode::InvalidArgument, "odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  SPRINT_ASSIGN_OR_RETURN(const int half, Half(n));
  return Half(half);
}

TEST(Result, ErrorsPassThrough) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().code(), ErrorCode::InvalidArgument);
}

TEST(Result, FramesKeepTheCode) {
  const Error error =
      Error(ErrorCode::Timeout, "no reply").While("reading unit").While("refreshing");
  EXPECT_EQ(error.code(), ErrorCode::Timeout);
  EXPECT_EQ(error.ToString(), "no reply; while reading unit; while refreshing");
}

TEST(FileSystem, WritesWholeFilesWithTheModeAsked) {
  const std::string path = testing::TempDir() + "sprint_write_test";
  ASSERT_TRUE(RealFileSystem().Write(path, "secret", 0600).ok());
  EXPECT_EQ(*RealFileSystem().Read(path), "secret");
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(path);
  EXPECT_EQ(RealFileSystem().Read(path).error().code(), ErrorCode::NotFound);
}

TEST(FileSystem, ReadsNoMoreThanAsked) {
  const std::string path = testing::TempDir() + "sprint_read_test";
  ASSERT_TRUE(RealFileSystem().Write(path, std::string(100, 'x')).ok());
  EXPECT_EQ(RealFileSystem().ReadAtMost(path, 100)->size(), 100u);
  const auto larger = RealFileSystem().ReadAtMost(path, 99);
  ASSERT_FALSE(larger.ok());
  EXPECT_EQ(larger.error().message(), "`" + path + "` is larger than 99 bytes");
  std::filesystem::remove(path);
}

TEST(FileSystem, WhatIsNoFileIsRefusedAtOnce) {
  const std::string pipe = testing::TempDir() + "sprint_pipe_test";
  std::filesystem::remove(pipe);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path : {pipe, testing::TempDir(), std::string("/dev/zero")}) {
    const auto text = RealFileSystem().Read(path);
    ASSERT_FALSE(text.ok()) << path;
    EXPECT_EQ(text.error().code(), ErrorCode::InvalidArgument) << path;
  }
  std::filesystem::remove(pipe);
}

TEST(FileSystem, AFolderThatIsNotThereIsAClearError) {
  const Status status = RealFileSystem().Write("/nonexistent/sprint/x", "text");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code(), ErrorCode::NotFound);
  EXPECT_NE(status.error().message().find("/nonexistent/sprint/x"), std::string::npos);
}

}  // namespace
}  // namespace sprint
