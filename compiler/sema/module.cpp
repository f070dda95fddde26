#include "compiler/sema/module.h"

#include <filesystem>

#include "compiler/diag/emitter.h"

namespace sprint::sema {

std::string PathBeside(const Module& module, const std::string& name) {
  const std::filesystem::path written = name;
  return (written.is_absolute() ? written
                                : std::filesystem::path(module.name).parent_path() / written)
      .lexically_normal()
      .string();
}

Result<std::string> Unit::ReadBeside(const Module& module, const std::string& name,
                                     size_t most) const {
  if (!files || module.library) {
    return Error(ErrorCode::InvalidArgument, "there are no files to read here");
  }
  return files->ReadAtMost(PathBeside(module, name), most);
}

Resolved Resolve(const Module& module, const ast::Path& path) {
  if (path.parts.empty()) return {};
  const auto own = module.declarations.find(path.parts[0].text);
  // A provider has the name of the library module that goes with it.
  if (own != module.declarations.end() && own->second.keyword() != "provider")
    return {&own->second, 1};
  const auto import = module.imports.find(path.parts[0].text);
  if (import == module.imports.end() || path.parts.size() < 2) return {};
  const auto theirs = import->second->declarations.find(path.parts[1].text);
  if (theirs == import->second->declarations.end()) return {};
  return {&theirs->second, 2};
}

std::optional<ast::Path> AsPath(const ast::Expr& expr) {
  if (const auto* name = std::get_if<ast::NameExpr>(&expr.node)) {
    ast::Path path;
    path.parts.push_back({name->name, expr.loc});
    path.loc = expr.loc;
    return path;
  }
  if (const auto* member = std::get_if<ast::MemberExpr>(&expr.node)) {
    auto path = AsPath(*member->base);
    if (!path) return std::nullopt;
    path->parts.push_back(member->member);
    path->loc = expr.loc;
    return path;
  }
  return std::nullopt;
}

const ast::Path& NameOf(const ast::Block& block) {
  return block.keyword.text == "resource" ? block.names.back() : block.names.front();
}

std::optional<std::string> Meant(std::string_view name,
                                 const std::vector<std::string>& candidates) {
  return name.size() < 2 ? std::nullopt : diag::ClosestMatch(name, candidates);
}

std::vector<std::string> VisibleNames(const Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, declaration] : module.declarations) names.push_back(name);
  for (const auto& [alias, imported] : module.imports) {
    for (const auto& [name, declaration] : imported->declarations) {
      names.push_back(alias + "." + name);
    }
  }
  return names;
}

}  // namespace sprint::sema
