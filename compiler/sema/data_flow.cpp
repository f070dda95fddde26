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

// What led `data` through `through`, place by place, as labels.
void LabelWay(Builder& builder, const ir::Application& application, diag::Report& report,
              ir::Index data, const std::vector<ir::Index>& through) {
  const ir::Program& program = builder.program;
  const ir::DataClass& carried = program.data[data];
  report.Label(carried.loc, "`" + carried.name + "` is " + Text(carried.level) + " here");
  if (!through.empty()) {
    const ir::Index first = through.front();
    const Ends& ends = builder.ends[first];
    const bool takes = program.components[first].input == data;
    report.Label(takes ? ends.input : ends.output, "`" + program.components[first].name + "` " +
                                                       (takes ? "takes" : "makes") + " `" +
                                                       carried.name + "` here");
  }
  for (size_t i = 0; i + 1 < through.size(); ++i) {
    for (const ir::Flow& flow : application.flows) {
      if (flow.from != through[i] || flow.to != through[i + 1]) continue;
      report.Label(flow.loc, "and it goes on to `" + program.components[flow.to].name + "` here");
    }
  }
}

// The component's output is declared lower than what it still carries.
void ReportLeak(Builder& builder, const ir::Application& application, ir::Index sender,
                ir::Index data, std::vector<ir::Index> through) {
  const ir::Program& program = builder.program;
  const ir::Component& component = program.components[sender];
  const ir::DataClass& declared = program.data[component.output];
  const ir::DataClass& carried = program.data[data];
  for (const ir::Flow& flow : application.flows) {
    if (flow.from != sender) continue;
    through.push_back(flow.to);
    break;
  }
  auto report = builder.emitter.Error(
      "E0501", builder.ends[sender].output,
      "`" + declared.name + "` is declared " + Text(declared.level) + " but carries `" +
          carried.name + "` (" + Text(carried.level) + "): `" + component.name +
          "` does not declassify it; " + Way(program, data, through));
  LabelWay(builder, application, report, data, through);
  report.Help("if nothing of `" + carried.name + "` is left in it, say so in `" + component.name +
              "`: declassify " + carried.name + " { by = \"…\", review = \"…\" }");
}

// The component expects less than what arrives.
void ReportArrival(Builder& builder, const ir::Application& application, ir::Index receiver,
                   ir::Index data, const std::vector<ir::Index>& through) {
  const ir::Program& program = builder.program;
  const ir::Component& component = program.components[receiver];
  const ir::DataClass& expected = program.data[component.input];
  const ir::DataClass& carried = program.data[data];
  auto report =
      builder.emitter.Error("E0501", builder.ends[receiver].input,
                            "`" + component.name + "` takes `" + expected.name + "` (" +
                                Text(expected.level) + ") but gets `" + carried.name + "` (" +
                                Text(carried.level) + "): " + Way(program, data, through));
  LabelWay(builder, application, report, data, through);
  report.Help("declassify `" + carried.name + "` on the way, or take it: `input = " + carried.name +
              "`");
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
    if (component.input != ir::NoIndex) {
      for (const auto& [data, through] : handled) {
        if (program.data[data].level > program.data[component.input].level &&
            told.insert(data).second) {
          ReportArrival(builder, application, index, data, through);
        }
      }
      std::erase_if(handled, [&](const auto& item) { return told.contains(item.first); });
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
    for (const auto& carried : handled) {
      // Not a structured binding: a lambda of C++20 may not take one by reference in clang 14.
      const ir::Index data = carried.first;
      const auto& through = carried.second;
      restrict_to(data, through);
      const bool declassified = std::any_of(
          component.declassify.begin(), component.declassify.end(), [&](const ir::Declassify& d) {
            if (d.data == data) builder.declassified.insert({index, data});
            return d.data == data;
          });
      if (declassified) continue;
      if (component.output != ir::NoIndex &&
          program.data[component.output].level < program.data[data].level) {
        // The mistake is here: what follows from it is no further one.
        if (told.insert(data).second) ReportLeak(builder, application, index, data, through);
        continue;
      }
      out[data] = through;
    }
    if (component.output != ir::NoIndex) {
      restrict_to(component.output, {index});
      out[component.output] = {index};
    }
  }
}

void CheckDeclassified(Builder& builder) {
  const ir::Program& program = builder.program;
  std::set<ir::Index> used;
  for (const ir::Application& application : program.applications) {
    used.insert(application.components.begin(), application.components.end());
  }
  for (const ir::Index index : used) {
    const ir::Component& component = program.components[index];
    for (const ir::Declassify& declassify : component.declassify) {
      if (builder.declassified.contains({index, declassify.data})) continue;
      builder.emitter.Warning("E0503", declassify.loc,
                              "no `" + program.data[declassify.data].name + "` reaches `" +
                                  component.name + "`: there is nothing to declassify");
    }
  }
}

}  // namespace sprint::sema
