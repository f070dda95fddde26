#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/placement/placement.h"

namespace sprint::placement {
namespace {

std::string Pad(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}
std::string Left(const std::string& text, size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}
std::string Fixed(double number, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

// Milliseconds below half a second, else seconds: what people compare with bounds.
std::string Time(double seconds) {
  if (!std::isfinite(seconds)) return "never";
  if (seconds < 0.5)
    return seconds < 0.01 ? FormatNumber(seconds * 1000, 2) + " ms"
                          : Fixed(seconds * 1000, 0) + " ms";
  return Fixed(seconds, 2) + " s";
}

std::string InUnit(const Requirement& requirement, double value) {
  const auto unit = ParseUnit(requirement.unit);
  const std::string number = FormatNumber(unit ? value / unit->factor : value, 4);
  return requirement.unit.empty() ? number : number + " " + requirement.unit;
}

std::string Value(const Requirement& requirement) {
  if (requirement.metric == ir::Metric::Response) return Time(requirement.value);
  return InUnit(requirement, requirement.value);
}

std::string Bound(const Requirement& requirement) {
  const char* relation = requirement.relation == ir::Relation::AtMost ? "<= " : ">= ";
  return relation + InUnit(requirement, requirement.bound);
}

// The condition without its bound: "response(Blur -> Detect)" shows as "Blur -> Detect".
std::string Subject(const Requirement& requirement, const ir::Deploy& deploy) {
  if (requirement.metric == ir::Metric::Response) {
    std::string text;
    for (ir::Index c : requirement.path) {
      text += (text.empty() ? "" : " -> ") + deploy.components[c].name;
    }
    return text;
  }
  const char* relation = requirement.relation == ir::Relation::AtMost ? "<=" : ">=";
  std::string text = requirement.text.substr(0, requirement.text.find(relation));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// Cells of the table: label, place, metric, value, bound, remark. A row without a place
// lets its label run into that column.
using Cells = std::array<std::string, 6>;

std::string Table(const std::vector<Cells>& rows) {
  size_t label = 12, place = 20, metric = 4, value = 7, bound = 12;
  for (const Cells& row : rows) {
    if (!row[1].empty()) label = std::max(label, row[0].size());
    place = std::max(place, row[1].size());
    metric = std::max(metric, row[2].size() + 1);
    value = std::max(value, row[3].size());
    bound = std::max(bound, row[4].size());
  }
  for (const Cells& row : rows) {
    if (row[1].empty() && row[0].size() > label + 1 + place) place = row[0].size() - label - 1;
  }
  std::string text;
  for (const Cells& row : rows) {
    std::string line = row[1].empty() ? row[0] : Pad(row[0], label) + " " + row[1];
    line = "  " + Pad(line, label + 1 + place) + "  " + Pad(row[2], metric) + Left(row[3], value) +
           "   " + Pad(row[4], bound) + "   " + row[5];
    while (line.back() == ' ') line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::string Missed(const Requirement& requirement) {
  if (requirement.met) return "";
  if (!requirement.weight) return "MISSED";
  return "missed: " + FormatNumber(*requirement.weight, 4) + " EUR/h";
}

std::string Percentile(const Requirement& requirement) {
  if (requirement.percentile) return FormatPercentile(*requirement.percentile);
  return requirement.metric == ir::Metric::Response ? "R" : "";
}

std::string DataLines(const Answer& answer, const ir::Program& program, const ir::Deploy& deploy) {
  std::string text;
  for (ir::Index d = 0; d < program.data.size(); ++d) {
    if (program.data[d].level < ir::DataLevel::Personal) continue;
    std::string zones, how;
    for (const Placed& placed : answer.parts) {
      const ir::Component& component = deploy.components[placed.component];
      if (component.input != d) continue;
      if ((", " + zones + ",").find(", " + placed.zone_name + ",") == std::string::npos) {
        zones += (zones.empty() ? "" : ", ") + placed.zone_name;
      }
      if (placed.part > 0) continue;
      for (const ir::Declassify& declassify : component.declassify) {
        if (declassify.data != d) continue;
        how += (how.empty() ? " (declassified by " : "; ") + component.name + ": " + declassify.by;
        if (!declassify.review.empty()) how += ", review " + declassify.review;
      }
    }
    if (zones.empty()) continue;
    if (!how.empty()) how += ")";
    text += "  " + Pad(program.data[d].name, 8) + " stays in " + zones + how + "\n";
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string Render(const Answer& answer, const ir::Program& program, const ir::Deploy& deploy) {
  const ir::Application& application = program.applications[deploy.application];
  const ir::Continuum& continuum = program.continua[deploy.continuum];
  std::string text = Pad(application.name + " on " + continuum.name, 60) + "workload " +
                     FormatNumber(answer.workload, 4) + " rps\n\n";
  if (answer.state == State::Infeasible && answer.parts.empty()) {
    text += "  no placement holds; " +
            (answer.cores.size() == 1
                 ? std::string("what cannot hold together:\n")
                 : std::to_string(answer.cores.size()) + " smallest sets cannot hold together:\n");
    for (size_t k = 0; k < answer.cores.size(); ++k) {
      text += "  " + std::to_string(k + 1) + ". ";
      bool first = true;
      for (const CoreLine& line : answer.cores[k]) {
        text += (first ? "" : "\n     ") + line.text;
        first = false;
      }
      for (const CoreLine& line : answer.blockers) {
        if (!answer.cores[k].empty()) break;
        text += (first ? "" : "\n     ") + line.text;
        first = false;
      }
      if (first) text += "the continuum is too small for the workload, whatever is required";
      text += "\n";
    }
    for (const Relaxation& relaxation : answer.relaxations) text += "  " + relaxation.text + "\n";
    return text;
  }
  if (answer.parts.empty()) {
    return text + "  no placement found within " + std::to_string(answer.steps) + " steps\n";
  }
  std::vector<Cells> rows;
  std::vector<bool> shown(answer.requirements.size(), false), billed(answer.pools.size(), false);
  for (const Placed& placed : answer.parts) {
    const std::string label =
        ir::LabelOf(placed.component_name, placed.variant_name, placed.part_name);
    const auto& variant = deploy.components[placed.component].variants[placed.variant];
    std::string bound;
    for (size_t i = 0; i < answer.requirements.size(); ++i) {
      const Requirement& requirement = answer.requirements[i];
      if (shown[i] || variant.parts.size() != 1 || requirement.metric != ir::Metric::Response ||
          requirement.percentile || !requirement.met ||
          requirement.path != std::vector<ir::Index>{placed.component}) {
        continue;
      }
      bound = Bound(requirement);
      shown[i] = true;
      break;
    }
    std::string cost;
    for (size_t k = 0; k < answer.pools.size(); ++k) {
      const PoolUse& use = answer.pools[k];
      if (billed[k] || use.zone != placed.zone || use.pool != placed.pool) continue;
      billed[k] = true;
      cost = Fixed(use.cost, 3) + " EUR/h";
    }
    const bool function =
        continuum.zones[placed.zone].pools[placed.pool].form == ir::PoolForm::Functions;
    const std::string place = placed.zone_name + "/" + placed.pool_name +
                              (function ? "" : " x" + std::to_string(placed.replicas));
    rows.push_back({label, place, "R", Time(placed.response_mean), bound, cost});
  }
  for (size_t i = 0; i < answer.requirements.size(); ++i) {
    const Requirement& requirement = answer.requirements[i];
    if (shown[i]) continue;
    rows.push_back({Subject(requirement, deploy), "", Percentile(requirement), Value(requirement),
                    Bound(requirement), Missed(requirement)});
  }
  text += Table(rows);
  if (answer.traffic > 0) {
    text += "  " + Pad("between zones", 13) + " " + Fixed(answer.traffic, 3) + " EUR/h\n";
  }
  text += "  cost " + Fixed(answer.cost, 3) + " EUR/h   ";
  if (deploy.goal == ir::Goal::Energy) text += FormatNumber(answer.energy, 4) + " W   ";
  if (deploy.goal == ir::Goal::Carbon) text += FormatNumber(answer.carbon, 4) + " g/h   ";
  text += Name(answer.state);
  text += " (bound " + Fixed(answer.bound, 3) + ", " + std::to_string(answer.steps) +
          (answer.steps == 1 ? " node" : " nodes");
  if (answer.seconds > 0) text += ", " + Time(answer.seconds);
  return text + ")\n" + DataLines(answer, program, deploy);
}

}  // namespace sprint::placement
