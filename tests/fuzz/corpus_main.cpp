// fuzz.NAME PATH...   feeds a fuzz target these files, those in folders too, and mutants of each:
// cut short, a byte changed, a stretch left out or said twice. The same ones each time.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr int Mutants = 12;  // of each file

void Feed(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

std::string Mutant(const std::string& text, std::minstd_rand& random) {
  const size_t at = random() % text.size();
  const size_t length = std::min<size_t>(1 + random() % 40, text.size() - at);
  switch (random() % 4) {
    case 0:
      return text.substr(0, at);
    case 1: {
      std::string changed = text;
      changed[at] = static_cast<char>(random() % 256);
      return changed;
    }
    case 2:
      return text.substr(0, at) + text.substr(at + length);
    default:
      return text.substr(0, at) + text.substr(at, length) + text.substr(at);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    std::error_code error;
    if (std::filesystem::is_regular_file(argv[i], error)) {
      files.emplace_back(argv[i]);
      continue;
    }
    const size_t before = files.size();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i], error)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    if (files.size() == before) {
      std::fprintf(stderr, "no seeds in %s\n", argv[i]);
      return 1;
    }
  }
  std::sort(files.begin(), files.end());
  std::minstd_rand random(1);
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Feed(text);
    for (int i = 0; i < Mutants && !text.empty(); ++i) Feed(Mutant(text, random));
  }
  std::printf("%zu files, %d mutants of each\n", files.size(), Mutants);
  return 0;
}
