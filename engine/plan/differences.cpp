#include "engine/plan/differences.h"

#include <set>
#include <utility>

namespace sprint::plan {

namespace {

value::Value Member(const value::Value& object, const std::string& name) {
  const value::Value* found = object.Find(name);
  return found ? *found : value::Value();
}

lower::Drift PolicyOf(const std::string& attribute, const lower::Lifecycle& lifecycle) {
  for (const std::string& name : {attribute, std::string("*")}) {
    if (const auto found = lifecycle.drift.find(name); found != lifecycle.drift.end()) {
      return found->second;
    }
  }
  return lower::Drift::Enforce;
}

// `config` at `path` ("tags.owner") becomes what `prior` has there; both are objects.
void Take(value::Value& config, const value::Value& prior, const std::string& path) {
  auto* fields = config.As<value::Object>();
  if (!fields) return;
  const size_t dot = path.find('.');
  const std::string name = path.substr(0, dot);
  const value::Value* there = prior.Find(name);
  if (dot == std::string::npos) {
    if (there && !there->is_null()) {
      (*fields)[name] = *there;
    } else {
      fields->erase(name);
    }
    return;
  }
  value::Value& inner = (*fields)[name];
  if (inner.is_null() && there && there->As<value::Object>()) inner = value::Object{};
  const value::Value none;
  Take(inner, there ? *there : none, path.substr(dot + 1));
}

}  // namespace

std::vector<std::string> Differing(const value::Value& before, const value::Value& after) {
  if (before == after) return {};
  std::set<std::string> names;
  for (const value::Value* side : {&before, &after}) {
    if (const auto* object = side->As<value::Object>()) {
      for (const auto& [name, field] : *object) names.insert(name);
    }
  }
  std::vector<std::string> differing;
  for (const std::string& name : names) {
    if (!(Member(before, name) == Member(after, name))) differing.push_back(name);
  }
  return differing;
}

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "`" : ", `") + name + "`";
  return text;
}

std::string Changing(const std::vector<std::string>& names) {
  return Listed(names) + (names.size() == 1 ? " changes" : " change");
}

std::vector<Drifted> DriftOf(const state::Record& record, const value::Value& found,
                             const value::Value& config, const lower::Lifecycle& lifecycle) {
  const value::Value& recorded = record.attributes;
  std::vector<Drifted> drift;
  if (recorded.is_null() || found.is_null()) return drift;
  if (const auto* let_be = record.let_be.As<value::Object>()) {
    for (const auto& [name, said] : *let_be) {
      const lower::Drift policy = PolicyOf(name, lifecycle);
      const bool same = Member(recorded, name) == Member(found, name);
      if (!same || policy == lower::Drift::Enforce || !(Member(config, name) == said) ||
          Member(found, name) == said) {
        continue;
      }
      drift.push_back({name, said, Member(found, name), policy});
    }
  }
  if (recorded == found) return drift;
  for (const std::string& name : Differing(recorded, found)) {
    const value::Value* managed = config.Find(name);
    if (!managed || managed->is_null()) continue;
    drift.push_back({name, Member(recorded, name), Member(found, name), PolicyOf(name, lifecycle)});
  }
  return drift;
}

value::Value LetBeBy(const value::Value& config, const std::vector<Drifted>& drift) {
  value::Object let_be;
  for (const Drifted& drifted : drift) {
    if (drifted.policy == lower::Drift::Enforce) continue;
    let_be[drifted.attribute] = Member(config, drifted.attribute);
  }
  return let_be.empty() ? value::Value() : value::Value(std::move(let_be));
}

value::Value LetBe(value::Value config, const value::Value& prior,
                   const lower::Lifecycle& lifecycle, const std::vector<Drifted>& drift) {
  if (prior.is_null()) return config;
  for (const std::string& path : lifecycle.ignore) {
    if (path != "*") {
      Take(config, prior, path);
      continue;
    }
    if (const auto* fields = config.As<value::Object>()) {
      const value::Object all = *fields;
      for (const auto& [name, field] : all) Take(config, prior, name);
    }
  }
  for (const Drifted& drifted : drift) {
    if (drifted.policy != lower::Drift::Enforce) Take(config, prior, drifted.attribute);
  }
  return config;
}

}  // namespace sprint::plan
