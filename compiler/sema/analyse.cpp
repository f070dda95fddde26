#include "compiler/sema/analyse.h"

#include <algorithm>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

// Keywords whose first name is declared; the others have no name of their own.
const std::vector<std::string> Naming = {"param",
                                         "secret",
                                         "let",
                                         "function",
                                         "type",
                                         "data",
                                         "component",
                                         "application",
                                         "node",
                                         "host",
                                         "continuum",
                                         "output",
                                         "function_service",
                                         "provider",
                                         "store",
                                         "resource"};
const std::vector<std::string> Nameless = {"import", "deploy", "moved", "adopt", "forget"};
// Words of the language that this checker does not know how to carry out. To pass over them
// would be worse than to refuse them.
const std::vector<std::string> NotYet = {"lookup", "policy", "check", "test", "module"};

void CheckParams(const Builder& builder) {
  for (const auto& [name, text] : builder.params) {
    const auto found = builder.root().declarations.find(name);
    if (found != builder.root().declarations.end() && found->second.keyword() == "param") continue;
    std::vector<std::string> names;
    for (const auto& [known, declaration] : builder.root().declarations) {
      if (declaration.keyword() == "param") names.push_back(known);
    }
    const auto meant = Meant(name, names);
    builder.emitter.Error("E0201", {}, "the program has no param `" + name + "`")
        .Help(meant ? "did you mean `" + *meant + "`?" : "");
  }
}

}  // namespace

bool IsDeclaration(const std::string& keyword) {
  return std::find(Naming.begin(), Naming.end(), keyword) != Naming.end() ||
         std::find(Nameless.begin(), Nameless.end(), keyword) != Nameless.end();
}

void Declare(Module& module, diag::Emitter& emitter) {
  for (const ast::BlockPtr& block : module.file.declarations) {
    const std::string& keyword = block->keyword.text;
    if (std::find(Nameless.begin(), Nameless.end(), keyword) != Nameless.end()) continue;
    if (std::find(NotYet.begin(), NotYet.end(), keyword) != NotYet.end()) {
      emitter.Error("E0211", block->keyword.loc,
                    "`" + keyword + "` is not supported by this version");
      continue;
    }
    if (std::find(Naming.begin(), Naming.end(), keyword) == Naming.end()) {
      std::vector<std::string> all = Naming;
      all.insert(all.end(), Nameless.begin(), Nameless.end());
      const auto meant = Meant(keyword, all);
      emitter.Error("E0208", block->keyword.loc, "`" + keyword + "` declares nothing")
          .Help(meant ? "did you mean `" + *meant + "`?" : "");
      continue;
    }
    if (block->names.empty()) continue;
    const ast::Path& name = NameOf(*block);
    if (keyword == "type" && IsBuiltInType(name.text())) {
      emitter.Error("E0207", name.loc, "`" + name.text() + "` is a type of the language already");
    }
    const auto [found, inserted] = module.declarations.try_emplace(
        name.text(), Declaration{name.text(), block.get(), &module});
    if (inserted) continue;
    emitter.Error("E0207", name.loc, "`" + name.text() + "` is declared twice")
        .Label(NameOf(*found->second.block).loc, "first declared here");
  }
}

ir::Program Analyse(std::shared_ptr<const Unit> unit, SourceTable& sources, diag::Emitter& emitter,
                    const std::vector<std::pair<std::string, std::string>>& params) {
  ir::Program program;
  Evaluator evaluator(*unit, emitter, params);
  Builder builder{std::move(unit),
                  sources,
                  evaluator,
                  emitter,
                  program,
                  params,
                  {},
                  {},
                  {},
                  {},
                  {},
                  {},
                  {},
                  {},
                  {}};
  CheckParams(builder);
  // Every param and let is checked, used or not.
  for (const Declaration* declaration : Declared(builder, {"param", "let"})) {
    evaluator.ValueOf(*declaration);
  }
  CheckNames(builder);
  BuildData(builder);
  BuildKinds(builder);
  BuildHosts(builder);
  BuildComponents(builder);
  BuildApplications(builder);
  BuildContinua(builder);
  CheckTemplates(builder);
  BuildDeploys(builder);
  BuildResources(builder);
  BuildRefactorings(builder);
  BuildOutputs(builder);
  return program;
}

}  // namespace sprint::sema
