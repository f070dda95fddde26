#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sprint::diag {

// What `sprint explain E0203` shows. `bad` is a whole program that has this mistake (and
// may be empty for what only a machine writes), `good` the same one without it.
struct Page {
  std::string_view code;
  std::string_view title;
  std::string_view meaning;
  std::string_view bad;
  std::string_view good;
};

// All pages, by code.
const std::vector<Page>& Pages();
// Null for a code there is not. Case does not matter.
const Page* FindPage(std::string_view code);
std::string RenderPage(const Page& page);

// The name of a code in kind.def, `UnknownAttribute`; empty for none.
std::string_view KindName(std::string_view code);
// All codes of kind.def, in order.
std::vector<std::string_view> Kinds();

}  // namespace sprint::diag
