#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

const char* Text(ir::DataLevel level) {
  switch (level) {
    case ir::DataLevel::Public:
      return "public";
    case ir::DataLevel::Anonymous:
      return "anonymous";
    case ir::DataLevel::Internal:
      return "internal";
    case ir::DataLevel::Personal:
      return "personal";
    case ir::DataLevel::Sensitive:
      return "sensitive";
  }
  return "";
}

// Data that reaches a component, and the components it came through.
using Carried = std::map<ir::Index, std::vector<ir::Index>>;

std::string Way(const ir::Program& program, ir::Index data, const std::vector<ir::Index>& through) {
  std::string way = program.data[data].name;
  for (const ir::Index component : through) way += " -> " + program.components[component].name;
  return way;
}

// The component's output is declared lower than what it still carries.
void ReportLeak(Builder& builder, const ir::Application& application, ir::Index sender,
                ir::Index data, std::vector<ir::Index> through) {
  const ir::Program& program = builder.program;
  const ir::Component& component = program.components[sender];
  const ir::DataClass& declared = program.data[component.output];
  const ir::DataClass& carried = program.data[data];
  const ir::Flow* onward = nullptr;
  for (const ir::Flow& flow : application.flows) {
    if (flow.from == sender && !onward) onward = &flow;
  }
  if (onward) through.push_back(onward->to);
  auto report = builder.emitter.Error(
      "E0501", component.loc,
      "`" + component.name + "` sends " + Text(carried.level) + " data as `" + declared.name +
          "` (" + Text(declared.level) + "): " + Way(program, data, through));
  report.Label(carried.loc, "`" + carried.name + "` is " + Text(carried.level));
  report.Label(declared.loc, "`" + declared.name + "` is " + Text(declared.level));
  if (onward)
    report.Label(onward->loc, "and goes on to `" + program.components[onward->to].name + "`");
  report.Help("if `" + component.name + "` makes it harmless, say so: declassify " + carried.name +
              " { by = \"…\", review = \"…\" }");
}

}  // namespace

void FollowData(Builder& builder, const ir::Application& application) {
  ir::Program& program = builder.program;
  std::map<ir::Index, Carried> leaving;
  // Told where it first happens; what follows from it is no further mistake.
  std::set<ir::Index> told;
  for (const ir::Index index : application.components) {
    ir::Component& component = program.components[index];
    Carried handled;
    if (component.input != ir::NoIndex) handled[component.input] = {index};
    for (const ir::Flow& flow : application.flows) {
      if (flow.to != index) continue;
      for (const auto& [data, through] : leaving[flow.from]) {
        if (handled.contains(data) && data != component.input) continue;
        std::vector<ir::Index> longer = through;
        longer.push_back(index);
        handled[data] = std::move(longer);
      }
    }
    const auto restrict_to = [&](ir::Index data, const std::vector<ir::Index>& through) {
      const ir::DataClass& kind = program.data[data];
      if (kind.level > component.handles || component.data_way.empty()) {
        component.data_way = {kind.name};
        for (const ir::Index step : through)
          component.data_way.push_back(program.components[step].name);
      }
      component.handles = std::max(component.handles, kind.level);
      if (kind.level < ir::DataLevel::Personal || kind.residency.empty()) return;
      if (!component.residency) {
        component.residency = kind.residency;
        return;
      }
      std::erase_if(*component.residency, [&](const std::string& country) {
        return std::find(kind.residency.begin(), kind.residency.end(), country) ==
               kind.residency.end();
      });
    };
    Carried& out = leaving[index];
    for (const auto& [data, through] : handled) {
      restrict_to(data, through);
      const bool declassified =
          std::any_of(component.declassify.begin(), component.declassify.end(),
                      [&](const ir::Declassify& d) { return d.data == data; });
      if (declassified) continue;
      // Data that the output's class covers goes on under that class.
      if (component.output != ir::NoIndex &&
          program.data[component.output].level < program.data[data].level &&
          told.insert(data).second) {
        ReportLeak(builder, application, index, data, through);
      }
      out[data] = through;
    }
    if (component.output != ir::NoIndex) {
      restrict_to(component.output, {index});
      out[component.output] = {index};
    }
  }
}

}  // namespace sprint::sema
