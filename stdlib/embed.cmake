# usage: cmake -DOUT=stdlib.cpp -DFILES=a.sprint;b.sprint -P embed.cmake
# One raw string a module, in the order given.
set(modules "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  string(APPEND modules "    {\"${name}\", R\"sprint(${text})sprint\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"stdlib/stdlib.h\"

namespace sprint::stdlib {
namespace {

struct Module {
  std::string_view name;
  std::string_view text;
};
constexpr Module Modules[] = {
${modules}};

}  // namespace

std::optional<std::string_view> Find(std::string_view name) {
  for (const Module& module : Modules) {
    if (module.name == name) return module.text;
  }
  return std::nullopt;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const Module& module : Modules) names.emplace_back(module.name);
  return names;
}

}  // namespace sprint::stdlib
")
