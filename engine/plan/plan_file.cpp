#include <array>
#include <utility>

#include "engine/plan/plan.h"

namespace sprint::plan {

namespace {

constexpr int64_t Format = 1;
constexpr std::array<Action, 7> Actions{Action::NoOp,    Action::Create, Action::Update,
                                        Action::Replace, Action::Delete, Action::Forget,
                                        Action::Refresh};
const char* const Digits = "0123456789abcdef";

// Private bytes of a provider are any bytes, which JSON texts are not.
std::string ToHex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += Digits[static_cast<unsigned char>(c) >> 4];
    text += Digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}
std::string FromHex(const std::string& text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1]));
  }
  return bytes;
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
                       {"private", ToHex(step.private_bytes)},
                       {"dependencies", Names(step.dependencies)},
                       {"old_dependencies", Names(step.old_dependencies)},
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
  step.private_bytes = FromHex(value.Text("private"));
  step.dependencies = Names(value.Find("dependencies"));
  step.old_dependencies = Names(value.Find("old_dependencies"));
  step.where = value.Text("where");
  for (const Action action : Actions) {
    if (value.Text("action") != Name(action)) continue;
    step.action = action;
    if (!step.address.empty()) return step;
  }
  return Error(ErrorCode::Protocol, "the plan file holds a step that is none");
}

}  // namespace

std::string ToText(const Plan& plan) {
  value::List steps, providers;
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
  const value::Value steps = Member(document, "steps"), providers = Member(document, "providers");
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
