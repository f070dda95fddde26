#pragma once

#include <map>
#include <memory>

#include "compiler/ir/program.h"
#include "compiler/sema/attributes.h"

namespace sprint::sema {

// The program being built, and where each declaration went in it.
struct Builder {
  std::shared_ptr<const Unit> unit;
  const SourceTable& sources;
  Evaluator& evaluator;
  diag::Emitter& emitter;
  ir::Program& program;
  std::vector<std::pair<std::string, std::string>> params;
  std::map<const Declaration*, ir::Index> data, components, applications, kinds, hosts, continua;

  const Module& root() const { return *unit->modules.front(); }
};

// Each goes through the declarations of its keywords, in the order of the files, and
// fills its table. Later ones use what earlier ones made.
void BuildData(Builder& builder);
void BuildKinds(Builder& builder);
void BuildHosts(Builder& builder);
void BuildComponents(Builder& builder);
void BuildApplications(Builder& builder);
void BuildContinua(Builder& builder);
void BuildDeploys(Builder& builder);
void BuildOutputs(Builder& builder);

// What `block` (`setup`, `run(c)`, `provide`, …) makes, as a function of a situation.
// `argument` is the name that the documentation gives to its parameter.
ir::Template MakeTemplate(const Builder& builder, const Module& module, const ast::Block& block,
                          const std::string& argument);

// Declarations with one of these keywords, module by module, in source order.
std::vector<const Declaration*> Declared(const Builder& builder,
                                         const std::vector<std::string>& keywords);

// A path of components, as in `response(Blur -> Detect)`: indices, or empty after
// reporting. `rest` gets what follows a single component: `Detect.tiny.Head`.
std::optional<ir::Index> ReadComponent(Builder& builder, const Module& module,
                                       const ast::Path& path,
                                       std::vector<ast::Name>* rest = nullptr);

// Adds what flows to what: levels, residencies, ways; E0501 where data leaves a
// component under a lower class than it came.
void FollowData(Builder& builder, const ir::Application& application);

// Demands of one `demand` block.
std::vector<ir::Demand> ReadDemands(Builder& builder, const Module& module,
                                    const ast::Block& block);

}  // namespace sprint::sema
