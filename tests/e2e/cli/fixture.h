#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "providers/value/value.h"

namespace sprint::cli {

struct Ran {
  int code = -1;
  std::string out, err;
};

// A test with a folder of its own, in which `sprint` runs.
class Command : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "sprint-cli-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  // `words` as in a shell; ends after half a minute whatever it does.
  Ran Sprint(const std::string& words) const {
    const std::string error = folder_ + "/.stderr";
    const std::string line =
        "cd '" + folder_ + "' && timeout 30 '" SPRINT "' " + words + " 2>'" + error + "'";
    Ran ran;
    FILE* pipe = popen(line.c_str(), "r");
    if (!pipe) return ran;
    char buffer[4096];
    while (const size_t count = fread(buffer, 1, sizeof buffer, pipe))
      ran.out.append(buffer, count);
    const int status = pclose(pipe);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ran.err = Text(".stderr");
    return ran;
  }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  std::string Text(const std::string& name) const {
    std::ifstream in(folder_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
};

// What `ran` printed, which must be JSON.
inline value::Value JsonOf(const Ran& ran) {
  auto json = value::FromJson(ran.out);
  EXPECT_TRUE(json.ok()) << ran.out << ran.err;
  return json.ok() ? *json : value::Value();
}

}  // namespace sprint::cli
