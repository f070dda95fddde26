#include <cstdio>

#include "engine/cli/options.h"
#include "engine/cli/session.h"

namespace sprint::cli {
namespace {

Result<state::Snapshot> ReadState(const Compiled& compiled) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<World> world,
                          OpenWorld(compiled.path, {}, Access::Read));
  return world->store->Read();
}

value::Object RecordJson(const state::Record& record) {
  value::List dependencies;
  for (const std::string& address : record.dependencies) dependencies.push_back(address);
  return {{"address", record.address},    {"type", record.type},
          {"provider", record.provider},  {"attributes", record.attributes},
          {"dependencies", dependencies}, {"tainted", record.tainted}};
}

void PrintRecord(const state::Record& record) {
  std::printf("%s  (%s)%s\n", record.address.c_str(), record.type.c_str(),
              record.tainted ? "  half made, replaced next time" : "");
  const auto* attributes = record.attributes.As<value::Object>();
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

}  // namespace

int Show(const Options& options) {
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
  for (const ir::Output& output : program.outputs) {
    if (!options.subject.empty() && output.name != options.subject) continue;
    const ir::Value value = output.evaluate(scope);
    const auto* text = value.As<std::string>();
    const std::string shown = value.As<ir::Later>() ? "(known after apply)" : ir::Show(value);
    if (!options.subject.empty() && text)
      std::puts(text->c_str());
    else
      std::printf("%s = %s\n", output.name.c_str(), shown.c_str());
  }
  return Success;
}

int Graph(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  auto desired = Desire(*compiled.program, options);
  if (!desired.ok()) return Fail(desired.error());
  std::puts("digraph sprint {\n  rankdir = BT;\n  node [shape = box, fontname = \"sans-serif\"];");
  for (const lower::Resource& resource : desired->graph.resources) {
    std::printf("  \"%s\" [label = \"%s\\n%s\"];\n", resource.address.c_str(),
                resource.address.c_str(), resource.type.c_str());
    for (const std::string& dependency : resource.dependencies) {
      std::printf("  \"%s\" -> \"%s\";\n", resource.address.c_str(), dependency.c_str());
    }
  }
  std::puts("}");
  return Success;
}

int Why(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  auto desired = Desire(*compiled.program, options);
  if (!desired.ok()) return Fail(desired.error());
  for (const lower::Resource& resource : desired->graph.resources) {
    if (resource.address != options.subject) continue;
    std::printf("%s  (%s)\n  asked for by %s\n", resource.address.c_str(), resource.type.c_str(),
                Where(compiled.sources, resource.loc).c_str());
    for (const std::string& dependency : resource.dependencies) {
      std::printf("  needs %s\n", dependency.c_str());
    }
    for (const lower::Resource& other : desired->graph.resources) {
      for (const std::string& dependency : other.dependencies) {
        if (dependency == resource.address)
          std::printf("  is needed by %s\n", other.address.c_str());
      }
    }
    return Success;
  }
  return Fail(Error(ErrorCode::NotFound, "the program makes no `" + options.subject +
                                             "`; `sprint graph` lists what it makes"));
}

}  // namespace sprint::cli
