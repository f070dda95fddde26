#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "compiler/driver/compile.h"
#include "tests/testing/memory_files.h"

// Demands from tables of measured times. What can be wrong with one is in
// tests/golden/sema/fail_profile.sprint.
namespace sprint::driver {
namespace {

using ::testing::HasSubstr;

constexpr const char* Program = R"(
node Board {}
function_service Cloud {}
component A { image = "a:1", profile = "times.csv" }
)";

TEST(Profile, GivesMeansAndVariations) {
  const testing::MemoryFiles files({{"main.sprint", Program},
                                    {"times.csv",
                                     "kind,time (ms),cold (s)\n"
                                     "Board,1,\nCloud,10,1.5\nBoard,2,\nCloud,,2.5\nBoard,6,\n"}});
  SourceTable sources;
  diag::Emitter emitter;
  const auto program = Compile("main.sprint", files, sources, emitter, {});
  ASSERT_EQ(diag::RenderCompact(emitter.Take(), sources), "");
  const auto& demands = program->components[0].variants[0].parts[0].demands;
  ASSERT_EQ(demands.size(), 2u);
  EXPECT_EQ(program->kinds[demands[0].kind].name, "Board");
  EXPECT_DOUBLE_EQ(demands[0].mean, 0.003);
  EXPECT_EQ(demands[0].cold, demands[0].mean);
  // Squares off the mean of 3: 4 + 1 + 9, over n - 1.
  EXPECT_DOUBLE_EQ(demands[0].variation.value(), std::sqrt(14.0 / 2) / 3);
  EXPECT_EQ(sources.name(demands[0].loc.file), "times.csv");
  EXPECT_EQ(sources.text(demands[0].loc), "Board");
  EXPECT_DOUBLE_EQ(demands[1].mean, 0.010);
  EXPECT_DOUBLE_EQ(demands[1].cold, 2);
  // One request says nothing of how they vary.
  EXPECT_FALSE(demands[1].variation);
}

// What `times.csv` may be in a real folder: told at the line that names it, at once.
class RealProfile : public ::testing::Test {
 protected:
  RealProfile() {
    std::string name = ::testing::TempDir() + "profile-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::ofstream(folder_ + "/main.sprint") << Program;
  }
  ~RealProfile() override { std::filesystem::remove_all(folder_); }

  std::string Said() const {
    SourceTable sources;
    diag::Emitter emitter;
    Compile(folder_ + "/main.sprint", RealFileSystem(), sources, emitter, {});
    return diag::RenderCompact(emitter.Take(), sources);
  }

  std::string folder_;
};

TEST_F(RealProfile, IsNoFolder) {
  std::filesystem::create_directory(folder_ + "/times.csv");
  EXPECT_THAT(Said(), HasSubstr("main.sprint:4:40: error[E0209]"));
  EXPECT_THAT(Said(), HasSubstr("it is a folder"));
}

TEST_F(RealProfile, IsNoPipe) {
  ASSERT_EQ(mkfifo((folder_ + "/times.csv").c_str(), 0600), 0);
  EXPECT_THAT(Said(), HasSubstr("main.sprint:4:40: error[E0209]"));
  EXPECT_THAT(Said(), HasSubstr("it is no regular file"));
}

TEST_F(RealProfile, IsNotEndless) {
  std::ofstream(folder_ + "/times.csv");
  std::filesystem::resize_file(folder_ + "/times.csv", 100 << 20);
  EXPECT_THAT(Said(), HasSubstr("main.sprint:4:40: error[E0209]"));
  EXPECT_THAT(Said(), HasSubstr("is larger than 16 MiB"));
}

TEST_F(RealProfile, IsText) {
  std::ofstream(folder_ + "/times.csv") << "kind,time (ms)\nBoard,1\x01\n";
  EXPECT_THAT(Said(), HasSubstr("main.sprint:4:40: error[E0315]"));
  EXPECT_THAT(Said(), HasSubstr("is no text at byte 22"));
  std::ofstream(folder_ + "/times.csv") << "kind,time (ms)\n\xFF";
  EXPECT_THAT(Said(), HasSubstr("is no text at byte 15"));
}

}  // namespace
}  // namespace sprint::driver
