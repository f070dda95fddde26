#include <algorithm>
#include <cstdio>
#include <set>

#include "compiler/diag/emitter.h"
#include "compiler/ir/program.h"
#include "engine/cli/options.h"
#include "engine/cli/refusals.h"
#include "engine/cli/session.h"
#include "engine/cli/why_component.h"
#include "engine/cli/world.h"
#include "engine/lower/config.h"

namespace sprint::cli {
namespace {

// Why a thing is there: the line that asks for it, what it needs and is needed by, and the
// part of a component that it is for.
struct Reason {
  const lower::Resource* resource = nullptr;
  std::vector<std::string> needed_by, configured_by;  // the latter: its provider
  std::vector<const placement::Placed*> serves;
  bool exists = false;  // the state has it
};

bool Serves(const lower::Resource& resource, const placement::Placed& part) {
  const std::string component = part.zone_name + "." + part.component_name;
  const std::string pool = part.zone_name + "." + part.pool_name;
  const auto of = [&](const std::string& prefix) {
    return resource.address.starts_with(prefix) && resource.address.size() > prefix.size() &&
           (resource.address[prefix.size()] == '[' || resource.address[prefix.size()] == '.');
  };
  return of(component) || of(pool);
}

std::string PartName(const placement::Placed& part) {
  std::string name = part.component_name;
  if (!part.variant_name.empty()) name += "/" + part.variant_name;
  if (!part.part_name.empty()) name += "." + part.part_name;
  return name;
}

void PrintReason(const Reason& reason, const Compiled& compiled, const placement::Answer& answer) {
  const lower::Resource& resource = *reason.resource;
  std::printf("%s  (%s)%s\n", resource.address.c_str(), resource.type.c_str(),
              reason.exists ? "" : "  not there yet");
  std::printf("  asked for by %s\n", Where(compiled.sources, resource.loc).c_str());
  for (const placement::Placed* part : reason.serves) {
    std::printf("  for %s, placed on %s/%s", PartName(*part).c_str(), part->zone_name.c_str(),
                part->pool_name.c_str());
    if (part->replicas > 1) std::printf(" x%u", part->replicas);
    std::printf(" in the %s placement\n",
                answer.state == placement::State::Optimal ? "cheapest" : "best known");
  }
  for (const std::string& address : resource.dependencies) {
    std::printf("  needs %s\n", address.c_str());
  }
  for (const std::string& address : reason.configured_by) {
    std::printf("  is planned by provider %s, which is configured by %s\n",
                resource.provider.c_str(), address.c_str());
  }
  for (const std::string& address : reason.needed_by) {
    std::printf("  is needed by %s\n", address.c_str());
  }
}

value::Object ReasonJson(const Reason& reason, const Compiled& compiled) {
  const lower::Resource& resource = *reason.resource;
  value::List needs, needed_by, serves;
  const value::List configured_by(reason.configured_by.begin(), reason.configured_by.end());
  for (const std::string& address : resource.dependencies) needs.push_back(address);
  for (const std::string& address : reason.needed_by) needed_by.push_back(address);
  for (const placement::Placed* part : reason.serves) {
    serves.push_back(value::Object{{"component", part->component_name},
                                   {"variant", part->variant_name},
                                   {"part", part->part_name},
                                   {"zone", part->zone_name},
                                   {"pool", part->pool_name}});
  }
  return {{"address", resource.address},
          {"type", resource.type},
          {"asked_for_by", Where(compiled.sources, resource.loc)},
          {"exists", reason.exists},
          {"for", serves},
          {"needs", needs},
          {"provider_configured_by", configured_by},
          {"needed_by", needed_by}};
}

Reason ReasonOf(const lower::Resource& resource, const lower::DesiredGraph& graph,
                const placement::Answer& answer) {
  Reason reason;
  reason.resource = &resource;
  for (const lower::Resource& other : graph.resources) {
    const auto& needs = other.dependencies;
    if (std::find(needs.begin(), needs.end(), resource.address) != needs.end()) {
      reason.needed_by.push_back(other.address);
    }
  }
  for (const lower::ProviderConfig& provider : graph.providers) {
    std::set<std::string> addresses;
    if (provider.name == resource.provider) lower::CollectReferences(provider.config, addresses);
    reason.configured_by.insert(reason.configured_by.end(), addresses.begin(), addresses.end());
  }
  for (const placement::Placed& part : answer.parts) {
    if (Serves(resource, part)) reason.serves.push_back(&part);
  }
  return reason;
}

}  // namespace

// why [FILE] COMPONENT [not on ZONE.POOL], or why [FILE] ADDRESS.
int Why(const Options& given) {
  Options options = given;
  std::vector<std::string> words = options.files;
  if (!words.empty() && words.front().ends_with(".sprint")) {
    options.file = words.front();
    words.erase(words.begin());
  }
  const bool elsewhere = words.size() == 4 && words[1] == "not" && words[2] == "on";
  if (words.size() != 1 && !elsewhere) {
    return Fail(Error(ErrorCode::InvalidArgument,
                      "ask `why COMPONENT`, `why COMPONENT not on ZONE.POOL` or `why ADDRESS`"));
  }
  options.subject = words.front();
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  const ir::Program& program = *compiled.program;
  if (!program.deploys.empty()) {
    auto deploy = ChooseDeploy(program, options);
    if (!deploy.ok()) return Fail(deploy.error());
    for (const ir::Index c : program.applications[(*deploy)->application].components) {
      if ((*deploy)->components[c].name != options.subject) continue;
      return WhyComponent(options, compiled, **deploy, c, elsewhere ? words[3] : "");
    }
  }
  if (elsewhere) {
    return Fail(Error(ErrorCode::NotFound, "there is no component `" + options.subject + "`"));
  }
  auto world = OpenToLook(compiled);
  if (!world.ok()) return Fail(world.error());
  auto refused = RefusedNow(**world);
  if (!refused.ok()) return Fail(refused.error());
  auto desired = Desire(*compiled.program, options, *refused);
  if (!desired.ok()) return Fail(desired.error(), compiled);
  if (!desired->Placed()) return Fail(NoPlacement());
  auto snapshot = (*world)->store->Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  std::vector<std::string> addresses;
  for (const lower::Resource& resource : desired->graph.resources) {
    addresses.push_back(resource.address);
    if (resource.address != options.subject) continue;
    Reason reason = ReasonOf(resource, desired->graph, desired->answer);
    reason.exists = snapshot->records.contains(resource.address);
    if (options.json) {
      std::puts(value::ToJson(ReasonJson(reason, compiled), /*pretty=*/true).c_str());
    } else {
      PrintReason(reason, compiled, desired->answer);
    }
    return Success;
  }
  const auto meant = diag::ClosestMatch(options.subject, addresses);
  const bool left = snapshot->records.contains(options.subject);
  return Fail(
      Error(ErrorCode::NotFound, "the program makes no `" + options.subject + "`" +
                                     (left ? "; the state has it, and the next apply takes it away"
                                      : meant ? "; did you mean `" + *meant + "`?"
                                              : "; `sprint graph` lists what it makes")));
}

}  // namespace sprint::cli
