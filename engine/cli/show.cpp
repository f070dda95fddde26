#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "compiler/diag/emitter.h"
#include "compiler/support/environment.h"
#include "engine/cli/options.h"
#include "engine/cli/sealed_plan.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
#include "engine/lower/config.h"
#include "engine/plan/document.h"
#include "engine/state/document.h"

namespace sprint::cli {
namespace {

value::Object RecordJson(const state::Record& record) {
  value::List dependencies;
  for (const std::string& address : record.dependencies) dependencies.push_back(address);
  return {{"address", record.address},
          {"type", record.type},
          {"provider", record.provider},
          {"attributes", state::Shown(record.attributes, record.sensitive)},
          {"dependencies", dependencies},
          {"tainted", record.tainted}};
}

void PrintRecord(const state::Record& record) {
  std::printf("%s  (%s)%s\n", record.address.c_str(), record.type.c_str(),
              record.tainted ? "  half made, replaced next time" : "");
  const value::Value shown = state::Shown(record.attributes, record.sensitive);
  const auto* attributes = shown.As<value::Object>();
  if (!attributes) return;
  for (const auto& [name, value] : *attributes) {
    if (value.is_null()) continue;
    std::printf("    %-12s %s\n", name.c_str(), value::ToJson(value).c_str());
  }
}

// What is no file is what is asked of the only program here: `sprint output url`.
Options SubjectAlone(const Options& given) {
  Options options = given;
  if (options.subject.empty() && !options.file.empty() && !options.file.ends_with(".sprint") &&
      !RealFileSystem().Exists(options.file)) {
    std::swap(options.file, options.subject);
  }
  return options;
}

// The values that outputs see: each application with its cost and where it is entered.
ir::TemplateScope OutputScope(const ir::Program& program, const placement::Answer& answer,
                              const ir::Deploy& deploy, const state::Snapshot& snapshot) {
  const ir::Application& application = program.applications[deploy.application];
  ir::Record entry;
  if (!application.components.empty()) {
    const std::string& first = program.components[application.components.front()].name;
    for (const auto& [address, record] : snapshot.records) {
      const std::string url = record.attributes.Text("url");
      if (!url.empty() && record.attributes.Text("component") == first) {
        entry.emplace_back("url", ir::Value(url));
      }
    }
  }
  if (entry.empty()) entry.emplace_back("url", ir::Later{application.name + ".entry", "url"});
  ir::Record record;
  record.emplace_back("cost",
                      ir::Value(Quantity{answer.cost / 3600, dimension::Price, "EUR/h", "EUR"}));
  record.emplace_back("entry", std::move(entry));
  record.emplace_back("workload", ir::Value(Quantity{answer.workload, dimension::Rate, "rps", ""}));
  ir::TemplateScope scope;
  scope.bindings.emplace_back(application.name, std::move(record));
  return scope;
}

// The value of `output`: what refers to resources as the state has them, null where that is
// known only after apply.
Result<value::Value> OutputValue(const ir::Output& output, const ir::TemplateScope& scope,
                                 const state::Snapshot& snapshot) {
  const ir::Value value = output.evaluate(scope);
  SPRINT_ASSIGN_OR_RETURN(const value::Value config, lower::ToConfig(value));
  bool refers = false;
  lower::VisitReferences(config, [&](const std::string&, const std::string&) { refers = true; });
  if (!refers) {
    const auto* quantity = value.As<Quantity>();
    const bool bare = quantity && quantity->dimension == Dimension{};
    if (value.As<std::string>() || bare) return config;
    return value::Value(ir::Show(value));
  }
  std::map<std::string, value::Value> shown;  // by address
  const value::Value known =
      lower::Resolve(config, [&](const std::string& address) -> const value::Value* {
        const auto record = snapshot.records.find(address);
        if (record == snapshot.records.end()) return nullptr;
        const state::Record& found = record->second;
        return &shown.emplace(address, state::Shown(found.attributes, found.sensitive))
                    .first->second;
      });
  return known.HasUnknown() ? value::Value() : known;
}

// A saved plan, without any provider.
int ShowPlan(const Options& options) {
  auto plan = LoadPlanToShow(options.file);
  if (!plan.ok()) return Fail(plan.error());
  if (options.json) {
    std::puts(value::ToJson(plan::Document(*plan), /*pretty=*/true).c_str());
    return plan->errors.empty() ? Success : Failure;
  }
  std::printf("Plan of %s, made of the state %s at serial %lld\n", plan->program.c_str(),
              plan->lineage.c_str(), static_cast<long long>(plan->serial));
  for (const auto& [name, text] : plan->params) {
    std::printf("  with %s = %s\n", name.c_str(), text.c_str());
  }
  if (const std::string placed = plan->placement.Text("text"); !placed.empty()) {
    std::printf("\n%s", placed.c_str());
  }
  std::printf("\n%s", plan::Render(*plan, options.colour).c_str());
  return plan->errors.empty() ? Success : Failure;
}

}  // namespace

int Show(const Options& given) {
  const Options options = SubjectAlone(given);
  if (IsPlanFile(options.file)) return ShowPlan(options);
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  auto snapshot = ReadState(**loaded);
  if (!snapshot.ok()) return Fail(snapshot.error());
  value::List list;
  bool found = options.subject.empty();
  for (const auto& [address, record] : snapshot->records) {
    if (!options.subject.empty() && address != options.subject) continue;
    found = true;
    if (options.json)
      list.push_back(RecordJson(record));
    else
      PrintRecord(record);
  }
  if (!found) {
    const bool file = given.subject.empty();
    return Fail(Error(ErrorCode::NotFound, "the state has no `" + options.subject + "`" +
                                               (file ? ", nor is there such a file" : "")));
  }
  if (options.json) {
    std::puts(value::ToJson(value::Object{{"serial", snapshot->serial},
                                          {"lineage", snapshot->lineage},
                                          {"resources", list}},
                            /*pretty=*/true)
                  .c_str());
  } else if (snapshot->records.empty()) {
    std::puts("nothing exists; `sprint apply` makes what the program asks for");
  }
  return Success;
}

int Output(const Options& given) {
  const Options options = SubjectAlone(given);
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  const ir::Program& program = *compiled.program;
  auto snapshot = ReadState(compiled);
  if (!snapshot.ok()) return Fail(snapshot.error());
  ir::TemplateScope scope;
  if (!program.deploys.empty() || !options.deploy.empty()) {
    auto deploy = ChooseDeploy(program, options);
    if (!deploy.ok()) return Fail(deploy.error());
    auto answer = PlaceNow(program, **deploy, {});
    if (!answer.ok()) return Fail(answer.error());
    if (answer->parts.empty()) return Fail(NoPlacement());
    scope = OutputScope(program, *answer, **deploy, *snapshot);
  }
  value::Object object;
  std::vector<std::string> names;
  for (const ir::Output& output : program.outputs) {
    names.push_back(output.name);
    if (!options.subject.empty() && output.name != options.subject) continue;
    auto value = OutputValue(output, scope, *snapshot);
    if (!value.ok()) return Fail(value.error());
    const auto* text = value->As<std::string>();
    const std::string shown = value->is_null() ? "(known after apply)"
                              : text           ? *text
                                               : value::ToJson(*value);
    if (options.json) {
      object[output.name] = std::move(*value);
    } else if (!options.subject.empty()) {
      std::puts(shown.c_str());
    } else {
      std::printf("%s = %s\n", output.name.c_str(), shown.c_str());
    }
  }
  if (!options.subject.empty() &&
      std::find(names.begin(), names.end(), options.subject) == names.end()) {
    const auto meant = diag::ClosestMatch(options.subject, names);
    return Fail(Error(ErrorCode::NotFound, "the program has no output `" + options.subject + "`" +
                                               (meant ? "; did you mean `" + *meant + "`?" : "")));
  }
  if (options.json) std::puts(value::ToJson(object, /*pretty=*/true).c_str());
  return Success;
}

}  // namespace sprint::cli
