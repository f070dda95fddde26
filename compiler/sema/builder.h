#pragma once

#include <map>
#include <memory>
#include <set>

#include "compiler/ir/program.h"
#include "compiler/sema/attributes.h"

namespace sprint::sema {

// Where a component says what it takes and what it sends; not ok() where it does not.
struct Ends {
  Loc input, output;
};

// A table of measured times that was read.
struct Table {
  Loc named;                        // where it was first named
  std::vector<ir::Demand> demands;  // empty: it has mistakes, which have been told
};

// The program being built, and where each declaration went in it.
struct Builder {
  std::shared_ptr<const Unit> unit;
  SourceTable& sources;
  Evaluator& evaluator;
  diag::Emitter& emitter;
  ir::Program& program;
  std::vector<std::pair<std::string, std::string>> params;
  std::map<const Declaration*, ir::Index> data, components, applications, kinds, hosts, continua;
  std::map<ir::Index, Ends> ends;  // by component
  // Component and data for which a `declassify` has been of use.
  std::set<std::pair<ir::Index, ir::Index>> declassified;
  std::map<std::pair<const Module*, std::string>, Table> tables;  // by who names it, and path

  // The text of a range, to name what stands there.
  std::string Spelled(Loc loc) const { return std::string(sources.text(loc)); }
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
// Form of one `resource provider.type name { … }`.
void CheckResource(Builder& builder, const ast::Block& resource);
// `resource` must have its two names.
ir::ResourceSpec EvaluateResource(const Module& module, const ast::Block& resource,
                                  Evaluator& evaluator, const Evaluator::Bindings& bindings);

// True for the words that say something about the life of a resource's object.
bool IsLifeWord(const ast::Path& key);
ir::Life ReadLife(const Module& module, const ast::Block& resource, Evaluator& evaluator,
                  const Evaluator::Bindings& bindings);
// `moved`, `adopt` and `forget` of the root file.
void BuildRefactorings(Builder& builder);

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

// Warns of a `declassify` of data that never arrives.
void CheckDeclassified(Builder& builder);

// Architectures there are images for.
const std::vector<std::string>& Architectures();
// ISO 3166: two capital letters.
void CheckCountry(Builder& builder, const std::string& country, Loc loc);
// E0211 for attributes of the language that would be passed over.
void CheckAvailability(Builder& builder, const Attributes& read);
inline constexpr double MostCores = 1e6;
void CheckCores(Builder& builder, const Attributes& read);
// E0204 for a second block of one of these keywords.
void CheckOnce(Builder& builder, const ast::Block& block, const std::vector<std::string>& keywords);
void RefuseFree(Builder& builder, const Attributes& read, const std::vector<std::string>& names);

// Names in expressions, also where evaluation does not come by.
void CheckNames(Builder& builder);

// Evaluates every template once with stand-ins for what it will be given, and those of
// zones and pools with what these declare: a mistake in a template, or an attribute that
// a pool does not give, is told at compile time.
void CheckTemplates(Builder& builder);

// Resources of the root file outside hosts.
void BuildResources(Builder& builder);

// `Frame` or `6 MiB`.
struct DataOrSize {
  ir::Index data = ir::NoIndex;
  double size = 0;
  Loc loc;
  // Nothing to send is a size, too; data that has none says nothing.
  bool given() const { return size > 0 || (loc.ok() && data == ir::NoIndex); }
};
// The attribute `name` of `block`; nothing where there is none, or after reporting.
DataOrSize ReadDataOrSize(Builder& builder, const Module& module, const ast::Block& block,
                          const std::string& name);

// Standard deviation over mean. Of what varies more, two moments say nothing.
inline constexpr double MostVariation = 10;
// s, some three years: the square of such times is still a figure.
inline constexpr double MostTime = 1e8;
// s; less would be lost in clocks that run for days.
inline constexpr double LeastTime = 1e-9;

// `80 ms`, `{ time = 80 ms, memory = 1 GiB }` or `{ cold = 3.6 s, warm = 2.4 s }`, with a
// memory of its own or not, into `demand`; false after reporting.
bool ReadTimes(AttributeReader& reader, const ast::Expr& expr, const std::string& name,
               ir::Demand& demand);
// Demands of one `demand` block.
std::vector<ir::Demand> ReadDemands(Builder& builder, const Module& module,
                                    const ast::Block& block);

}  // namespace sprint::sema
