#include "engine/plan/selection.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/plan/plan.h"

namespace sprint::plan {

namespace {

using Edges = std::map<std::string, std::vector<std::string>>;

// `from` and everything that `edges` lead to.
std::set<std::string> Reach(std::set<std::string> from, const Edges& edges) {
  std::vector<std::string> open(from.begin(), from.end());
  while (!open.empty()) {
    const auto found = edges.find(open.back());
    open.pop_back();
    if (found == edges.end()) continue;
    for (const std::string& next : found->second) {
      if (from.insert(next).second) open.push_back(next);
    }
  }
  return from;
}

}  // namespace

Result<Selection> Selection::Make(const lower::DesiredGraph& graph, const Inventory& inventory,
                                  const PlanOptions& options) {
  Selection selection;
  if (options.only) {
    selection.all_ = false;
    selection.chosen_ = *options.only;
    return selection;
  }
  if (options.targets.empty() && options.excludes.empty()) return selection;
  if (!options.targets.empty() && !options.excludes.empty()) {
    return Error(ErrorCode::InvalidArgument, "name targets or excludes, not both");
  }
  // What stays leans on what it depends on; what goes is leant on.
  std::set<std::string> stays, goes;
  Edges needs, needed_by;
  if (!options.destroy) {
    for (const lower::Resource& resource : graph.resources) {
      stays.insert(resource.address);
      for (const std::string& need : resource.dependencies) {
        needs[resource.address].push_back(need);
        needed_by[need].push_back(resource.address);
      }
    }
  }
  Edges leaning;
  for (const auto& [address, held] : inventory.held) {
    if (!stays.contains(address)) goes.insert(address);
    for (const std::string& need : held.dependencies) leaning[need].push_back(address);
  }
  const auto matching = [&](const std::vector<std::string>& prefixes,
                            std::set<std::string>& matched) -> Status {
    for (const std::string& prefix : prefixes) {
      const size_t before = matched.size();
      bool any = false;
      for (const std::set<std::string>* addresses : {&stays, &goes}) {
        for (const std::string& address : *addresses) {
          if (!lower::Covers(prefix, address)) continue;
          any = true;
          matched.insert(address);
        }
      }
      if (!any && matched.size() == before) {
        return Error(ErrorCode::InvalidArgument,
                     "`" + prefix + "` is neither in the program nor in the state");
      }
    }
    return Ok();
  };
  const auto part = [](const std::set<std::string>& of, const std::set<std::string>& all) {
    std::set<std::string> both;
    std::set_intersection(of.begin(), of.end(), all.begin(), all.end(),
                          std::inserter(both, both.end()));
    return both;
  };
  selection.all_ = false;
  std::set<std::string> matched;
  if (!options.targets.empty()) {
    SPRINT_RETURN_IF_ERROR(matching(options.targets, matched));
    selection.chosen_ = Reach(part(matched, stays), needs);
    // Deleting something under the feet of what uses it fails: that goes with it, if it is
    // to go at all.
    const std::set<std::string> with = Reach(part(matched, goes), leaning);
    for (const std::string& address : part(with, goes)) selection.chosen_.insert(address);
    return selection;
  }
  SPRINT_RETURN_IF_ERROR(matching(options.excludes, matched));
  // What an excluded object that was to go depends on cannot go either.
  Edges held_needs;
  for (const auto& [address, held] : inventory.held) {
    if (goes.contains(address)) held_needs[address] = held.dependencies;
  }
  std::set<std::string> out = Reach(part(matched, stays), needed_by);
  for (const std::string& address : Reach(part(matched, goes), held_needs)) out.insert(address);
  for (const std::set<std::string>* addresses : {&stays, &goes}) {
    for (const std::string& address : *addresses) {
      if (!out.contains(address)) selection.chosen_.insert(address);
    }
  }
  return selection;
}

}  // namespace sprint::plan
