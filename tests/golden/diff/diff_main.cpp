// golden.diff [--accept] FILE.plan...: a saved plan as people read it, beside it in FILE.exp.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/plan/plan.h"

namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

int main(int argc, char** argv) {
  bool accept = false, failed = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--accept") == 0) {
      accept = true;
      continue;
    }
    const std::string path = argv[i];
    auto plan = sprint::plan::FromText(ReadAll(path));
    if (!plan.ok()) {
      std::fprintf(stderr, "%s: %s\n", path.c_str(), plan.error().ToString().c_str());
      return 1;
    }
    const std::string shown = sprint::plan::Render(*plan, /*colour=*/false);
    const std::string expected_path = path.substr(0, path.rfind('.')) + ".exp";
    const std::string expected = ReadAll(expected_path);
    if (shown == expected) continue;
    if (accept) {
      std::ofstream(expected_path) << shown;
      std::printf("%s\n", expected_path.c_str());
      continue;
    }
    failed = true;
    std::fprintf(stderr, "%s: expected\n%s\ngot\n%s", path.c_str(), expected.c_str(),
                 shown.c_str());
  }
  return failed ? 1 : 0;
}
