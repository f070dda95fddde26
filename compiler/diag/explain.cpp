#include "compiler/diag/explain.h"

#include <algorithm>
#include <utility>

#include "compiler/diag/pages.h"

namespace sprint::diag {
namespace {

constexpr std::pair<std::string_view, std::string_view> AllKinds[] = {
#define SPRINT_KIND(code, name) {#code, #name},
#include "compiler/diag/kind.def"
#undef SPRINT_KIND
};

std::string Indented(std::string_view program) {
  std::string out;
  while (!program.empty()) {
    const size_t end = std::min(program.find('\n'), program.size());
    if (end > 0) out += "    " + std::string(program.substr(0, end));
    out += '\n';
    program.remove_prefix(std::min(end + 1, program.size()));
  }
  return out;
}

}  // namespace

const std::vector<Page>& Pages() {
  static const std::vector<Page> all = [] {
    std::vector<Page> pages;
    for (const auto part : {SyntaxPages(), NamePages(), ValuePages(), ProgramPages()}) {
      pages.insert(pages.end(), part.begin(), part.end());
    }
    return pages;
  }();
  return all;
}

const Page* FindPage(std::string_view code) {
  const auto same = [](char a, char b) { return a == b || (a == 'E' && b == 'e'); };
  for (const Page& page : Pages()) {
    if (std::equal(page.code.begin(), page.code.end(), code.begin(), code.end(), same))
      return &page;
  }
  return nullptr;
}

std::string RenderPage(const Page& page) {
  std::string out = std::string(page.code) + ": " + std::string(page.title) + "\n\n" +
                    std::string(page.meaning) + "\n";
  if (!page.bad.empty()) out += "\nWrong:\n\n" + Indented(page.bad);
  if (!page.good.empty()) out += "\nRight:\n\n" + Indented(page.good);
  return out;
}

std::string_view KindName(std::string_view code) {
  for (const auto& [kind, name] : AllKinds) {
    if (kind == code) return name;
  }
  return "";
}

std::vector<std::string_view> Kinds() {
  std::vector<std::string_view> codes;
  for (const auto& [kind, name] : AllKinds) codes.push_back(kind);
  return codes;
}

}  // namespace sprint::diag
