#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sprint::stdlib {

// The text of module `std.NAME`, embedded by the build; nullopt when there is none.
std::optional<std::string_view> Find(std::string_view name);
// Names without `std.`, sorted.
std::vector<std::string> Names();

}  // namespace sprint::stdlib
