#include "compiler/diag/explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/driver/compile.h"

namespace sprint::driver {
namespace {

// One program, and nothing else.
class OneFile : public FileSystem {
 public:
  explicit OneFile(std::string_view text) : text_(text) {}
  Result<std::string> Read(const std::string& path) const override {
    if (path == "main.sprint") return text_;
    return Error(ErrorCode::NotFound, "no file `" + path + "`");
  }
  Status Write(const std::string&, const std::string&, uint32_t) override {
    return Error(ErrorCode::Denied, "read only");
  }
  bool Exists(const std::string& path) const override { return path == "main.sprint"; }

 private:
  std::string text_;
};

struct Told {
  bool code = false;
  bool errors = false;
  std::string text;
};

Told Check(std::string_view program, std::string_view code) {
  const OneFile files(program);
  SourceTable sources;
  diag::Emitter emitter;
  Compile("main.sprint", files, sources, emitter, {});
  Told told;
  told.errors = emitter.has_errors();
  const auto all = emitter.Take();
  told.code = std::any_of(all.begin(), all.end(), [&](const auto& d) { return d.code == code; });
  told.text = diag::RenderCompact(all, sources);
  return told;
}

TEST(ExplainPages, BadProgramsHaveTheMistakeAndGoodOnesNone) {
  size_t tried = 0;
  for (const diag::Page& page : diag::Pages()) {
    if (!page.bad.empty()) {
      const Told bad = Check(page.bad, page.code);
      EXPECT_TRUE(bad.code) << page.code << ":\n" << page.bad << bad.text;
      ++tried;
    }
    if (!page.good.empty()) {
      const Told good = Check(page.good, page.code);
      EXPECT_FALSE(good.errors || good.code) << page.code << ":\n" << page.good << good.text;
    }
  }
  EXPECT_GT(tried, 35u);
}

}  // namespace
}  // namespace sprint::driver
