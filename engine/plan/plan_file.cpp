#include <llvm/ADT/StringExtras.h>

#include <array>
#include <utility>

#include "engine/plan/plan.h"

namespace sprint::plan {

namespace {

constexpr int64_t Format = 4;
constexpr std::array<Action, 7> Actions{Action::NoOp,    Action::Create, Action::Update,
                                        Action::Replace, Action::Delete, Action::Forget,
                                        Action::Refresh};
constexpr std::array<Why, 14> Reasons{Why::None,    Why::New,       Why::Gone,    Why::Changed,
                                      Why::Forced,  Why::Tainted,   Why::Asked,   Why::Triggered,
                                      Why::Removed, Why::Destroyed, Why::Deposed, Why::Given,
                                      Why::Drifted, Why::Unready};
constexpr std::array<lower::Drift, 4> Policies{lower::Drift::Enforce, lower::Drift::Accept,
                                               lower::Drift::Ignore, lower::Drift::Alert};
constexpr std::array<lower::Ready::Kind, 3> Conditions{
    lower::Ready::Kind::Port, lower::Ready::Kind::Http, lower::Ready::Kind::Attribute};

// Private bytes of a provider are any bytes, which JSON texts are not.
std::string FromHex(const std::string& text) {
  std::string bytes;
  return llvm::tryGetFromHex(text, bytes) ? bytes : "";
}

value::Value Names(const std::vector<std::string>& names) {
  value::List list;
  for (const std::string& name : names) list.push_back(name);
  return list;
}
std::vector<std::string> Names(const value::Value* value) {
  std::vector<std::string> names;
  const auto* list = value ? value->As<value::List>() : nullptr;
  if (!list) return names;
  for (const value::Value& item : *list) {
    if (const auto* name = item.As<std::string>()) names.push_back(*name);
  }
  return names;
}

value::Value Member(const value::Value& object, const std::string& name) {
  const value::Value* found = object.Find(name);
  return found ? *found : value::Value();
}

value::Value Pairs(const std::map<std::string, std::string>& pairs) {
  return value::Object(pairs.begin(), pairs.end());
}
std::map<std::string, std::string> Pairs(const value::Value& value) {
  std::map<std::string, std::string> pairs;
  if (const auto* object = value.As<value::Object>()) {
    for (const auto& [name, text] : *object) pairs[name] = value.Text(name);
  }
  return pairs;
}

bool Flag(const value::Value& object, const std::string& name) {
  const value::Value* found = object.Find(name);
  const bool* flag = found ? found->As<bool>() : nullptr;
  return flag && *flag;
}

// What only planning needs is there for the steps that are planned again in their phase.
value::Value FromLifecycle(const lower::Lifecycle& lifecycle) {
  value::Object drift;
  for (const auto& [attribute, policy] : lifecycle.drift) drift[attribute] = lower::Name(policy);
  value::List triggers;
  for (const lower::Trigger& trigger : lifecycle.replace_when) {
    triggers.push_back(value::Object{{"address", trigger.address}, {"path", trigger.path}});
  }
  value::List ready;
  for (const lower::Ready& condition : lifecycle.ready) {
    ready.push_back(value::Object{{"kind", lower::Name(condition.kind)},
                                  {"subject", condition.subject},
                                  {"expected", condition.expected},
                                  {"within", condition.within}});
  }
  return value::Object{{"protect", lifecycle.protect},
                       {"retain", lifecycle.retain},
                       {"create_before_destroy", lifecycle.create_before_destroy},
                       {"ignore", Names(lifecycle.ignore)},
                       {"ready", std::move(ready)},
                       {"drift", std::move(drift)},
                       {"replace_when", std::move(triggers)},
                       {"timeout", lifecycle.timeout}};
}
lower::Lifecycle ToLifecycle(const value::Value& value) {
  lower::Lifecycle lifecycle;
  lifecycle.protect = Flag(value, "protect");
  lifecycle.retain = Flag(value, "retain");
  lifecycle.create_before_destroy = Flag(value, "create_before_destroy");
  lifecycle.ignore = Names(value.Find("ignore"));
  lifecycle.timeout = value.Number("timeout");
  for (const auto& [attribute, name] : Pairs(Member(value, "drift"))) {
    for (const lower::Drift policy : Policies) {
      if (name == lower::Name(policy)) lifecycle.drift[attribute] = policy;
    }
  }
  const value::Value triggers = Member(value, "replace_when");
  if (const auto* list = triggers.As<value::List>()) {
    for (const value::Value& item : *list) {
      lifecycle.replace_when.push_back({item.Text("address"), item.Text("path")});
    }
  }
  const value::Value ready = Member(value, "ready");
  if (const auto* list = ready.As<value::List>()) {
    for (const value::Value& item : *list) {
      lower::Ready condition;
      for (const lower::Ready::Kind kind : Conditions) {
        if (item.Text("kind") == lower::Name(kind)) condition.kind = kind;
      }
      condition.subject = Member(item, "subject");
      condition.expected = Member(item, "expected");
      condition.within = item.Number("within");
      lifecycle.ready.push_back(std::move(condition));
    }
  }
  return lifecycle;
}

value::Value FromDrift(const std::vector<Drifted>& drift) {
  value::List list;
  for (const Drifted& drifted : drift) {
    list.push_back(value::Object{{"attribute", drifted.attribute},
                                 {"recorded", drifted.recorded},
                                 {"found", drifted.found},
                                 {"policy", static_cast<int64_t>(drifted.policy)}});
  }
  return list;
}
std::vector<Drifted> ToDrift(const value::Value& value) {
  std::vector<Drifted> drift;
  const auto* list = value.As<value::List>();
  if (!list) return drift;
  for (const value::Value& item : *list) {
    Drifted drifted{item.Text("attribute"), Member(item, "recorded"), Member(item, "found"), {}};
    for (const lower::Drift policy : Policies) {
      if (item.Number("policy") == static_cast<int>(policy)) drifted.policy = policy;
    }
    drift.push_back(std::move(drifted));
  }
  return drift;
}

value::Value FromStep(const Step& step) {
  return value::Object{{"address", step.address},
                       {"type", step.type},
                       {"provider", step.provider},
                       {"action", Name(step.action)},
                       {"before", step.before},
                       {"after", step.after},
                       {"config", step.config},
                       {"reason", step.reason},
                       {"forcing", step.forcing},
                       {"replace_paths", Names(step.replace_paths)},
                       {"private", llvm::toHex(step.private_bytes, /*LowerCase=*/true)},
                       {"dependencies", Names(step.dependencies)},
                       {"old_dependencies", Names(step.old_dependencies)},
                       {"why", Name(step.why)},
                       {"lifecycle", FromLifecycle(step.lifecycle)},
                       {"deposed", step.deposed},
                       {"moved_from", step.moved_from},
                       {"adopt", step.adopt},
                       {"drift", FromDrift(step.drift)},
                       {"sensitive", Names(step.sensitive)},
                       {"units", Pairs(step.units)},
                       {"phase", step.phase},
                       {"bounded", step.bounded},
                       {"instance", step.instance},
                       {"where", step.where}};
}

Result<Step> ToStep(const value::Value& value) {
  Step step;
  step.address = value.Text("address");
  step.type = value.Text("type");
  step.provider = value.Text("provider");
  step.before = Member(value, "before");
  step.after = Member(value, "after");
  step.config = Member(value, "config");
  step.reason = value.Text("reason");
  step.forcing = value.Text("forcing");
  step.replace_paths = Names(value.Find("replace_paths"));
  step.private_bytes = FromHex(value.Text("private"));
  step.dependencies = Names(value.Find("dependencies"));
  step.old_dependencies = Names(value.Find("old_dependencies"));
  step.where = value.Text("where");
  step.instance = value.Text("instance");
  for (const Why why : Reasons) {
    if (value.Text("why") == Name(why)) step.why = why;
  }
  step.lifecycle = ToLifecycle(Member(value, "lifecycle"));
  step.deposed = value.Text("deposed");
  step.moved_from = value.Text("moved_from");
  step.adopt = value.Text("adopt");
  step.drift = ToDrift(Member(value, "drift"));
  step.sensitive = Names(value.Find("sensitive"));
  step.units = Pairs(Member(value, "units"));
  step.phase = static_cast<int>(value.Whole("phase"));
  step.bounded = Flag(value, "bounded");
  for (const Action action : Actions) {
    if (value.Text("action") != Name(action)) continue;
    step.action = action;
    if (!step.address.empty()) return step;
  }
  return Error(ErrorCode::Protocol, "the plan file holds a step that is none");
}

}  // namespace

std::string ToText(const Plan& plan) {
  value::List steps, providers, phases, due;
  for (const Due& one : plan.due) {
    due.push_back(
        value::Object{{"address", one.address}, {"trigger", one.trigger}, {"cause", one.cause}});
  }
  for (const Phase& phase : plan.phases) {
    phases.push_back(value::Object{
        {"number", phase.number}, {"provider", phase.provider}, {"after", Names(phase.after)}});
  }
  for (const Step& step : plan.steps) steps.push_back(FromStep(step));
  for (const lower::ProviderConfig& provider : plan.providers) {
    providers.push_back(value::Object{{"name", provider.name}, {"config", provider.config}});
  }
  return value::ToJson(value::Object{{"sprint_plan", Format},
                                     {"lineage", plan.lineage},
                                     {"serial", plan.serial},
                                     {"program_hash", plan.program_hash},
                                     {"steps", std::move(steps)},
                                     {"notes", Names(plan.notes)},
                                     {"provider_hashes", Pairs(plan.provider_hashes)},
                                     {"program", plan.program},
                                     {"sources", Pairs(plan.sources)},
                                     {"params", Pairs(plan.params)},
                                     {"placement", plan.placement},
                                     {"errors", Names(plan.errors)},
                                     {"partial", plan.partial},
                                     {"refresh_only", plan.refresh_only},
                                     {"phases", std::move(phases)},
                                     {"due", std::move(due)},
                                     {"providers", std::move(providers)}},
                       true);
}

Result<Plan> FromText(const std::string& text) {
  SPRINT_ASSIGN_OR_RETURN(value::Value document, value::FromJson(text));
  const value::Value format = Member(document, "sprint_plan");
  if (!format.As<int64_t>() || *format.As<int64_t>() != Format) {
    return Error(ErrorCode::Protocol, "this is no plan file of this version of sprint");
  }
  Plan plan;
  plan.lineage = document.Text("lineage");
  const value::Value serial = Member(document, "serial");
  if (const auto* number = serial.As<int64_t>()) plan.serial = *number;
  plan.program_hash = document.Text("program_hash");
  plan.notes = Names(document.Find("notes"));
  plan.partial = Flag(document, "partial");
  plan.refresh_only = Flag(document, "refresh_only");
  plan.provider_hashes = Pairs(Member(document, "provider_hashes"));
  plan.program = document.Text("program");
  plan.sources = Pairs(Member(document, "sources"));
  plan.params = Pairs(Member(document, "params"));
  plan.placement = Member(document, "placement");
  plan.errors = Names(document.Find("errors"));
  const value::Value steps = Member(document, "steps"), providers = Member(document, "providers"),
                     phases = Member(document, "phases"), due = Member(document, "due");
  if (const auto* list = due.As<value::List>()) {
    for (const value::Value& item : *list) {
      plan.due.push_back({item.Text("address"), item.Text("trigger"), item.Text("cause")});
    }
  }
  if (const auto* list = phases.As<value::List>()) {
    for (const value::Value& item : *list) {
      plan.phases.push_back({static_cast<int>(item.Whole("number")), item.Text("provider"),
                             Names(item.Find("after"))});
    }
  }
  if (const auto* list = steps.As<value::List>()) {
    for (const value::Value& item : *list) {
      SPRINT_ASSIGN_OR_RETURN(Step step, ToStep(item));
      plan.steps.push_back(std::move(step));
    }
  }
  if (const auto* list = providers.As<value::List>()) {
    for (const value::Value& item : *list) {
      plan.providers.push_back({item.Text("name"), Member(item, "config")});
    }
  }
  return plan;
}

Status Save(const Plan& plan, const std::string& path, FileSystem& files) {
  return files.Write(path, ToText(plan), 0600);
}

Result<Plan> Load(const std::string& path, const FileSystem& files) {
  SPRINT_ASSIGN_OR_RETURN(std::string text, files.Read(path));
  auto plan = FromText(text);
  if (!plan.ok()) return plan.TakeError().While("reading the plan `" + path + "`");
  return plan;
}

}  // namespace sprint::plan
