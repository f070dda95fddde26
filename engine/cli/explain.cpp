#include "compiler/diag/explain.h"

#include <cstdio>

#include "compiler/diag/emitter.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

value::Object PageJson(const diag::Page& page) {
  const auto text = [](std::string_view view) { return value::Value(std::string(view)); };
  return {{"code", text(page.code)},   {"name", text(diag::KindName(page.code))},
          {"title", text(page.title)}, {"meaning", text(page.meaning)},
          {"wrong", text(page.bad)},   {"right", text(page.good)}};
}

int ExplainAll(const Options& options) {
  value::List pages;
  for (const diag::Page& page : diag::Pages()) {
    if (options.json) {
      pages.push_back(PageJson(page));
    } else {
      std::printf("%.*s  %.*s\n", static_cast<int>(page.code.size()), page.code.data(),
                  static_cast<int>(page.title.size()), page.title.data());
    }
  }
  if (options.json) std::puts(value::ToJson(pages, /*pretty=*/true).c_str());
  return Success;
}

}  // namespace

int Explain(const Options& options) {
  if (options.subject.empty()) return ExplainAll(options);
  if (const diag::Page* page = diag::FindPage(options.subject)) {
    if (options.json) {
      std::puts(value::ToJson(PageJson(*page), /*pretty=*/true).c_str());
    } else {
      std::fputs(diag::RenderPage(*page).c_str(), stdout);
    }
    return Success;
  }
  std::vector<std::string> codes;
  for (const std::string_view code : diag::Kinds()) codes.emplace_back(code);
  const auto meant = diag::ClosestMatch(options.subject, codes);
  return Fail(Error(ErrorCode::NotFound, "there is no diagnostic `" + options.subject + "`; " +
                                             (meant ? "did you mean `" + *meant + "`?"
                                                    : "`sprint explain` lists them all")));
}

}  // namespace sprint::cli
