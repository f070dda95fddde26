#include <algorithm>
#include <cstdio>

#include "compiler/diag/emitter.h"
#include "engine/cli/options.h"
#include "engine/cli/sealed_plan.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
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

int Show(const Options& options) {
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
  if (!found) return Fail(Error(ErrorCode::NotFound, "the state has no `" + options.subject + "`"));
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

int Output(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  const ir::Program& program = *compiled.program;
  auto deploy = ChooseDeploy(program, options);
  if (!deploy.ok()) return Fail(deploy.error());
  auto answer = PlaceNow(program, **deploy, {});
  if (!answer.ok()) return Fail(answer.error());
  auto snapshot = ReadState(compiled);
  if (!snapshot.ok()) return Fail(snapshot.error());
  const ir::TemplateScope scope = OutputScope(program, *answer, **deploy, *snapshot);
  value::Object object;
  std::vector<std::string> names;
  for (const ir::Output& output : program.outputs) {
    names.push_back(output.name);
    if (!options.subject.empty() && output.name != options.subject) continue;
    const ir::Value value = output.evaluate(scope);
    const bool later = value.As<ir::Later>() || value.As<ir::Join>();
    const auto* text = value.As<std::string>();
    const std::string shown = later ? "(known after apply)" : ir::Show(value);
    if (options.json) {
      const auto* quantity = value.As<Quantity>();
      const bool bare = quantity && quantity->dimension == Dimension{};
      object[output.name] = later  ? value::Value()
                            : text ? value::Value(*text)
                            : bare ? value::Value(quantity->value)
                                   : value::Value(shown);
    } else if (!options.subject.empty()) {
      std::puts(text ? text->c_str() : shown.c_str());
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
