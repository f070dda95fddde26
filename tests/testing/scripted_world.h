#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "providers/host/provider.h"

namespace sprint::testing {

// A provider in process whose world is a map of things by id, `t-1`, `t-2`, … in the order
// of their making. Creation is never idempotent; things carry their tag and are found by
// it. What is to go wrong is set by `Fail`.
class ScriptedWorld final : public host::Provider {
 public:
  struct Thing {
    value::Value attributes;
    std::string tag;
  };
  struct Failure {
    // The verb and the thing's name: "create a", "update a", "delete a", "plan a", "read a".
    std::string on;
    host::ErrorClass error_class = host::ErrorClass::None;
    int times = 1;
    // What becomes of the thing: Nothing is done; Half: it is made and the call fails; Lost:
    // all is done and the answer never arrives.
    enum class Deed { Nothing, Half, Lost } deed = Deed::Nothing;
  };

  ScriptedWorld() {
    const value::Type text{.kind = value::Type::Kind::String};
    value::Schema thing;
    thing.attributes = {{.name = "id", .type = text, .computed = true},
                        {.name = "name", .type = text, .required = true},
                        {.name = "kind", .type = text, .optional = true, .forces_new = true},
                        {.name = "size", .type = text, .optional = true},
                        {.name = "ref", .type = text, .optional = true},
                        {.name = "status", .type = text, .computed = true},
                        {.name = "secret", .type = text, .optional = true, .sensitive = true}};
    resources_["sim_thing"] = thing;
  }

  // A world inside a thing of `outer`, whose id it is configured with as `at`: it is gone with
  // that thing, and cannot be asked before. `token` only needs to be there.
  ScriptedWorld(ScriptedWorld& outer, const std::string& name) : ScriptedWorld() {
    outer_ = &outer;
    name_ = name;
    config_.attributes = {
        {.name = "at", .type = {.kind = value::Type::Kind::String}, .required = true},
        {.name = "token", .type = {.kind = value::Type::Kind::String}, .optional = true}};
    resources_[name + "_thing"] = resources_["sim_thing"];
    resources_.erase("sim_thing");
  }

  std::map<std::string, Thing> things;
  std::vector<std::string> calls;  // "create a", in order; of those inside, too
  void Fail(Failure failure) { failures_.push_back(std::move(failure)); }
  // Its second planning call from now on says something else than the first; or what it
  // makes is not what it planned.
  void Lie(const std::string& on) { lies_[on] = 0; }
  void Heal() {
    failures_.clear();
    lies_.clear();
  }
  // False while what it is in is not there. What lived in things that are no more is no more.
  bool Alive() {
    if (!outer_) return true;
    std::erase_if(things, [this](const auto& thing) {
      return !outer_->things.contains(thing.first.substr(0, thing.first.rfind('/')));
    });
    return outer_->things.contains(at_);
  }
  // Those that have not gone with what they were in.
  const std::map<std::string, Thing>& Things() {
    (void)Alive();
    return things;
  }
  // How many things have this name.
  size_t Named(const std::string& name) const {
    size_t count = 0;
    for (const auto& [id, thing] : things) count += thing.attributes.Text("name") == name;
    return count;
  }

  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  const value::Schema& config_schema() const override { return config_; }
  host::Abilities abilities() const override {
    return {.repeats_creates = false, .finds_owned = true};
  }
  Result<std::vector<host::Message>> Configure(const value::Value& config) override {
    if (!outer_) return std::vector<host::Message>{};
    const std::lock_guard lock(mutex_);
    at_ = config.Text("at");
    Log("configure " + name_ + " at " + at_);
    if (Alive()) return std::vector<host::Message>{};
    return std::vector<host::Message>{{true, "nobody answers at `" + at_ + "`", "", "", {}}};
  }
  Result<std::vector<host::Message>> Validate(const std::string&, const value::Value&) override {
    return std::vector<host::Message>{};
  }
  Result<host::PlanAnswer> Plan(const std::string&, const value::Value& prior,
                                const value::Value& proposed, const value::Value&,
                                const std::string&) override {
    const std::lock_guard lock(mutex_);
    if (!Alive()) return Away();
    host::PlanAnswer answer;
    answer.planned = proposed;
    if (proposed.is_null()) return answer;
    if (const Failure* failure = Next("plan " + proposed.Text("name"))) {
      answer.messages.push_back({true, "not like that", "", "", failure->error_class});
      return answer;
    }
    const auto lie = lies_.find("plan " + proposed.Text("name"));
    if (lie != lies_.end() && ++lie->second == 2) {
      (*answer.planned.As<value::Object>())["size"] = "as it likes";
    }
    const auto at = [](const value::Value& object, const char* name) {
      const value::Value* found = object.Find(name);
      return found ? *found : value::Value();
    };
    const bool forced = !prior.is_null() && !(at(prior, "kind") == at(proposed, "kind"));
    if (forced) answer.requires_replace = {"kind"};
    if (prior.is_null() || forced) {
      (*answer.planned.As<value::Object>())["id"] = value::Unknown{};
      (*answer.planned.As<value::Object>())["status"] = value::Unknown{};
    }
    return answer;
  }
  Result<host::ApplyAnswer> Apply(const std::string& type, const value::Value& prior,
                                  const value::Value& planned, const value::Value& config,
                                  const std::string& private_bytes) override {
    return ApplyWith(type, prior, planned, config, private_bytes, {});
  }
  Result<host::ApplyAnswer> ApplyWith(const std::string&, const value::Value& prior,
                                      const value::Value& planned, const value::Value&,
                                      const std::string&,
                                      const host::CallOptions& options) override {
    const std::lock_guard lock(mutex_);
    const std::string call = (planned.is_null() ? "delete "
                              : prior.is_null() ? "create "
                                                : "update ") +
                             (planned.is_null() ? prior : planned).Text("name");
    Log(outer_ ? name_ + " " + call : call);
    if (!Alive()) return Away();
    const Failure* failure = Next(call);
    host::ApplyAnswer answer;
    answer.new_state = prior;
    if (failure && failure->deed == Failure::Deed::Nothing) {
      answer.messages.push_back({true, "no luck", "", "", failure->error_class});
      return answer;
    }
    if (planned.is_null()) {
      things.erase(prior.Text("id"));
      answer.new_state = {};
    } else {
      value::Value thing = planned;
      value::Object& fields = *thing.As<value::Object>();
      if (prior.is_null()) {
        fields["id"] = (name_.empty() ? "t-" : at_ + "/" + name_ + "-") + std::to_string(++made_);
        fields["status"] = {};
      }
      Thing& there = things[thing.Text("id")];
      if (lies_.contains("make " + thing.Text("name"))) fields["size"] = "as it likes";
      there.attributes = thing;
      if (prior.is_null()) there.tag = options.tag;
      answer.new_state = thing;
    }
    if (failure && failure->deed == Failure::Deed::Lost) {
      return Error(ErrorCode::Unavailable, "the provider is gone");
    }
    if (failure) answer.messages.push_back({true, "half made", "", "", failure->error_class});
    return answer;
  }
  Result<host::ReadAnswer> Read(const std::string&, const value::Value& current,
                                const std::string&) override {
    const std::lock_guard lock(mutex_);
    if (!Alive()) return Away();
    host::ReadAnswer answer;
    if (const Failure* failure = Next("read " + current.Text("name"))) {
      answer.new_state = current;
      answer.messages.push_back({true, "cannot look", "", "", failure->error_class});
      return answer;
    }
    const auto found = things.find(current.Text("id"));
    if (found != things.end() && IsHere(found->first)) answer.new_state = found->second.attributes;
    return answer;
  }
  Result<std::vector<value::Value>> FindOwned(const std::string&, const std::string& tag) override {
    const std::lock_guard lock(mutex_);
    (void)Alive();
    std::vector<value::Value> found;
    for (const auto& [id, thing] : things) {
      if (thing.tag == tag && IsHere(id)) found.push_back(thing.attributes);
    }
    return found;
  }
  void Stop() override {}

 private:
  bool IsHere(const std::string& id) const { return !outer_ || id.substr(0, id.rfind('/')) == at_; }
  void Log(const std::string& call) {
    ScriptedWorld* first = this;
    while (first->outer_) first = first->outer_;
    first->calls.push_back(call);
  }
  static Error Away() {
    return {ErrorCode::Unavailable, "it is not configured, or its host is gone"};
  }

  const Failure* Next(const std::string& call) {
    for (Failure& failure : failures_) {
      if (failure.on != call || failure.times == 0) continue;
      --failure.times;
      return &failure;
    }
    return nullptr;
  }

  ScriptedWorld* outer_ = nullptr;
  std::string name_, at_;  // of an inner one
  std::map<std::string, value::Schema> resources_;
  value::Schema config_;
  std::vector<Failure> failures_;
  std::map<std::string, int> lies_;  // how often the call was made since
  std::mutex mutex_;
  int made_ = 0;
};

}  // namespace sprint::testing
