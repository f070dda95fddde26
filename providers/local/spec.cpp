#include "providers/local/spec.h"

#include <utility>

#include "compiler/support/environment.h"

namespace sprint::local {
namespace {

using value::List;
using value::Object;
using value::Value;

List Texts(const std::vector<std::string>& texts) {
  List list;
  list.insert(list.end(), texts.begin(), texts.end());
  return list;
}

std::vector<std::string> TextsFrom(const Value* value) {
  std::vector<std::string> texts;
  const List* list = value == nullptr ? nullptr : value->As<List>();
  if (list == nullptr) return texts;
  for (const Value& item : *list) {
    if (const auto* text = item.As<std::string>()) texts.push_back(*text);
  }
  return texts;
}

Value ToValue(const ProcessId& process) {
  return Object{{"pid", static_cast<int64_t>(process.pid)},
                {"start", static_cast<int64_t>(process.start)}};
}

ProcessId ProcessFrom(const Value* value) {
  if (value == nullptr) return {};
  return {static_cast<pid_t>(value->Whole("pid")), static_cast<uint64_t>(value->Whole("start"))};
}

List ToValue(const std::vector<ProxyTarget>& targets) {
  List list;
  for (const ProxyTarget& target : targets) {
    list.push_back(Object{{"component", target.component},
                          {"address", target.address},
                          {"probability", target.probability},
                          {"link", ToValue(target.link)}});
  }
  return list;
}

std::vector<ProxyTarget> TargetsFrom(const Value* value) {
  std::vector<ProxyTarget> targets;
  const List* list = value == nullptr ? nullptr : value->As<List>();
  if (list == nullptr) return targets;
  for (const Value& item : *list) {
    const Value* link = item.Find("link");
    targets.push_back({item.Text("component"), item.Text("address"), item.Number("probability", 1),
                       link == nullptr ? LinkModel{} : LinkFrom(*link)});
  }
  return targets;
}

}  // namespace

Value ToValue(const Spec& spec) {
  Object environment;
  for (const auto& [name, text] : spec.environment) environment.emplace(name, text);
  return Object{{"marker", spec.marker},
                {"command", Texts(spec.command)},
                {"environment", environment},
                {"folder", spec.folder},
                {"name_space", spec.name_space},
                {"cgroups", Texts(spec.cgroups)},
                {"log", spec.log},
                {"status", spec.status},
                {"log_limit", spec.log_limit},
                {"grace_ms", spec.grace_ms}};
}

Spec SpecFrom(const Value& value) {
  Spec spec;
  spec.marker = value.Text("marker");
  spec.command = TextsFrom(value.Find("command"));
  const Value* environment = value.Find("environment");
  if (const Object* object = environment == nullptr ? nullptr : environment->As<Object>()) {
    for (const auto& [name, text] : *object) {
      if (text.As<std::string>()) spec.environment[name] = *text.As<std::string>();
    }
  }
  spec.folder = value.Text("folder");
  spec.name_space = value.Text("name_space");
  spec.cgroups = TextsFrom(value.Find("cgroups"));
  spec.log = value.Text("log");
  spec.status = value.Text("status");
  spec.log_limit = value.Whole("log_limit", spec.log_limit);
  spec.grace_ms = value.Whole("grace_ms", spec.grace_ms);
  return spec;
}

Value ToValue(const Progress& progress) {
  return Object{{"supervisor", ToValue(progress.supervisor)},
                {"child", ToValue(progress.child)},
                {"starts", progress.starts},
                {"problem", progress.problem},
                {"never", progress.never}};
}

Progress ProgressFrom(const Value& value) {
  Progress progress;
  progress.supervisor = ProcessFrom(value.Find("supervisor"));
  progress.child = ProcessFrom(value.Find("child"));
  progress.starts = value.Whole("starts");
  progress.problem = value.Text("problem");
  const Value* never = value.Find("never");
  progress.never = never != nullptr && never->As<bool>() && *never->As<bool>();
  return progress;
}

Value ToValue(const LinkModel& link) {
  return Object{{"bandwidth", link.bandwidth},
                {"delay", link.delay},
                {"jitter", link.jitter},
                {"loss", link.loss}};
}

LinkModel LinkFrom(const Value& value) {
  return {value.Number("bandwidth"), value.Number("delay"), value.Number("jitter"),
          value.Number("loss")};
}

Value ToValue(ProxyConfig config) {
  Object object{{"component", config.component},
                {"backends", ToValue(config.backends)},
                {"next", ToValue(config.next)}};
  object["id"] = Hash(value::ToJson(object));
  return object;
}

ProxyConfig ProxyConfigFrom(const Value& value) {
  return {value.Text("id"), value.Text("component"), TargetsFrom(value.Find("backends")),
          TargetsFrom(value.Find("next"))};
}

std::string Hash(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3u;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 15];
  return digits;
}

Result<Value> ReadJsonFile(const std::string& path) {
  SPRINT_ASSIGN_OR_RETURN(std::string text, RealFileSystem().Read(path));
  Result<Value> value = value::FromJson(text);
  if (!value.ok()) return value.TakeError().While("reading " + path);
  return value;
}

}  // namespace sprint::local
