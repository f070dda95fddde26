#include "providers/host/error_class.h"

#include <gtest/gtest.h>

namespace sprint::host {
namespace {

TEST(ErrorClass, WordsOfCloudsSayWhatCanBeDone) {
  const std::pair<const char*, ErrorClass> said[] = {
      {"InsufficientInstanceCapacity: We currently do not have sufficient p4d.24xlarge",
       ErrorClass::Capacity},
      {"No valid host was found. There are not enough hosts available.", ErrorClass::Capacity},
      {"ZONE_RESOURCE_POOL_EXHAUSTED", ErrorClass::Capacity},
      {"Quota exceeded for cores: Requested 8, but already used 40 of 40 cores", ErrorClass::Quota},
      {"VcpuLimitExceeded: You have requested more vCPU capacity than your current limit",
       ErrorClass::Quota},
      {"RequestLimitExceeded: Request limit exceeded.", ErrorClass::Transient},
      {"429 Too Many Requests", ErrorClass::Transient},
      {"ExpiredToken: The security token included in the request is expired", ErrorClass::Auth},
      {"DependencyViolation: resource sg-1 has a dependent object", ErrorClass::Conflict},
      {"InvalidParameterValue: the subnet", ErrorClass::Invalid},
      {"Server could not be found: not found", ErrorClass::NotFound},
      {"it went wrong", ErrorClass::None},
  };
  for (const auto& [text, expected] : said) EXPECT_EQ(ClassOf(text), expected) << text;
}

TEST(ErrorClass, CodeCountsUnlessTheTextTellsOfRoom) {
  EXPECT_EQ(ClassOf(ErrorCode::Unavailable, "invalid answer"), ErrorClass::Transient);
  EXPECT_EQ(ClassOf(ErrorCode::Unavailable, "quota of gpus reached"), ErrorClass::Quota);
  EXPECT_EQ(ClassOf(ErrorCode::Internal, "timed out"), ErrorClass::None);
}

TEST(ErrorClass, OnlyWhatPassesIsTriedAgain) {
  EXPECT_TRUE(IsRetryable(ErrorClass::Transient));
  EXPECT_TRUE(IsRetryable(ErrorClass::Conflict));
  for (const ErrorClass no : {ErrorClass::None, ErrorClass::Auth, ErrorClass::Invalid,
                              ErrorClass::Capacity, ErrorClass::Quota, ErrorClass::NotFound}) {
    EXPECT_FALSE(IsRetryable(no)) << Name(no);
  }
}

}  // namespace
}  // namespace sprint::host
