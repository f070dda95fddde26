// A provider whose world is a folder: one file an object, named by its id. Creation is
// never idempotent: whoever asks twice has two, unless he looks for the tag first. With `host`,
// the path of an object, its world is inside that: it cannot be configured without. The file
// `script` there, or the one that it is configured with, makes it misbehave:
//   delay MS         every Apply takes so long, half of it before the deed
//   slow MS          every Read takes so long
//   die before N     kills itself when asked for the N-th Apply of its life, before the deed
//   die after N      ... after the deed, before the answer
//   error CODE N     the first N calls of Apply fail with this code and do nothing
//   telling          and their errors repeat what was asked for
//   refuse NAME TEXT things whose names begin with NAME are not made, because of TEXT, the
//                    rest of the line; may come several times
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "providers/sdk/provider.h"

namespace sprint::testing {
namespace {

using value::Object;
using value::Type;
using value::Value;

class ScriptedProvider final : public sdk::Provider {
 public:
  ScriptedProvider() {
    const Type text{.kind = Type::Kind::String};
    config_.attributes = {{.name = "folder", .type = text, .required = true},
                          {.name = "host", .type = text, .optional = true},
                          {.name = "script", .type = text, .optional = true}};
    value::Schema thing;
    thing.attributes = {{.name = "id", .type = text, .computed = true},
                        {.name = "name", .type = text, .required = true},
                        {.name = "kind", .type = text, .optional = true, .forces_new = true},
                        {.name = "size", .type = text, .optional = true},
                        {.name = "ref", .type = text, .optional = true}};
    resources_["thing"] = thing;
    // What an agent watches: a service that can be reached, and what stands before it.
    value::Schema service = thing;
    service.attributes.push_back({.name = "address", .type = text, .computed = true});
    resources_["service"] = service;
    value::Schema proxy = service;
    const Type texts{.kind = Type::Kind::List, .element = std::make_shared<const Type>(text)};
    proxy.attributes.push_back({.name = "component", .type = text, .required = true});
    proxy.attributes.push_back({.name = "url", .type = text, .required = true});
    proxy.attributes.push_back({.name = "backends", .type = texts, .required = true});
    resources_["proxy"] = proxy;
  }
  const value::Schema& config_schema() const override { return config_; }
  const std::map<std::string, value::Schema>& resources() const override { return resources_; }
  sdk::Abilities abilities() const override {
    return {.repeats_creates = false, .finds_owned = true};
  }

  Status Configure(const Value& config) override {
    folder_ = config.Text("folder");
    script_ = config.Text("script").empty() ? folder_ + "/script" : config.Text("script");
    std::error_code error;
    // A world inside an object of another one is there while that is.
    const std::string host = config.Text("host");
    if (!host.empty() && !std::filesystem::exists(host, error)) {
      return Error(ErrorCode::Unavailable, "there is no host at " + host);
    }
    std::filesystem::create_directories(folder_ + "/objects", error);
    return error ? Status(Error(ErrorCode::Denied, error.message())) : Ok();
  }

  Result<Value> Read(const std::string&, const Value& current) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(ReadScript().slow));
    Value found = Load(current.Text("id"));
    if (auto* fields = found.As<Object>()) fields->erase("tag");
    return found;
  }

  Result<Value> Apply(const std::string& type, const Value& prior, const Value& wanted) override {
    return ApplyOwned(type, prior, wanted, "");
  }

  Result<Value> ApplyOwned(const std::string& type, const Value& prior, const Value& wanted,
                           const std::string& tag) override {
    const Script script = ReadScript();
    for (const auto& [name, text] : script.refused) {
      if (prior.is_null() && wanted.Text("name").starts_with(name)) {
        return Error(ErrorCode::Denied, text);
      }
    }
    const int turn = ++turns_;
    if (script.errors > 0 && failed_ < script.errors) {
      ++failed_;
      return Error(script.code,
                   "as the script wants it" + (script.telling ? ": " + value::ToJson(wanted) : ""));
    }
    if (script.die_before == turn) kill(getpid(), SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(script.delay / 2));
    Value made = wanted;
    if (wanted.is_null()) {
      std::filesystem::remove(Path(prior.Text("id")));
    } else {
      Object& fields = *made.As<Object>();
      std::string kept = tag;
      if (prior.is_null()) {
        fields["id"] = std::to_string(getpid()) + "-" + std::to_string(turn) + "-" +
                       std::to_string(std::chrono::steady_clock::now().time_since_epoch().count());
      } else {
        const Value before = Load(prior.Text("id"));
        if (before.is_null()) return Error(ErrorCode::NotFound, "there is no such object");
        fields["id"] = prior.Text("id");
        kept = before.Text("tag");
      }
      if (type != "thing") fields["address"] = "at " + wanted.Text("name");
      Store(made, kept);
    }
    if (script.die_after == turn) kill(getpid(), SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(script.delay - script.delay / 2));
    return made;
  }

  Result<std::vector<Value>> FindOwned(const std::string&, const std::string& tag) override {
    std::vector<Value> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/objects", error)) {
      Value object = Load(entry.path().filename().string());
      if (object.is_null() || object.Text("tag") != tag) continue;
      object.As<Object>()->erase("tag");
      found.push_back(std::move(object));
    }
    return found;
  }

 private:
  struct Script {
    int delay = 0, slow = 0, die_before = 0, die_after = 0, errors = 0;
    ErrorCode code = ErrorCode::Unavailable;
    bool telling = false;
    std::vector<std::pair<std::string, std::string>> refused;
  };
  Script ReadScript() const {
    Script script;
    std::ifstream in(script_);
    for (std::string word, what; in >> word;) {
      if (word == "telling") script.telling = true;
      if (word == "delay") in >> script.delay;
      if (word == "slow") in >> script.slow;
      if (word == "die") in >> what >> (what == "before" ? script.die_before : script.die_after);
      if (word == "refuse") {
        std::string text;
        in >> what;
        std::getline(in >> std::ws, text);
        script.refused.emplace_back(what, text);
      }
      if (word == "error") {
        in >> what >> script.errors;
        for (const ErrorCode code : {ErrorCode::Unavailable, ErrorCode::Conflict, ErrorCode::Denied,
                                     ErrorCode::InvalidArgument}) {
          if (what == Name(code)) script.code = code;
        }
      }
    }
    return script;
  }
  std::string Path(const std::string& id) const { return folder_ + "/objects/" + id; }
  Value Load(const std::string& id) const {
    if (id.empty() || id.front() == '.') return {};
    std::ifstream in(Path(id));
    std::ostringstream text;
    if (!in || !(text << in.rdbuf())) return {};
    auto value = value::FromJson(text.str());
    return value.ok() ? value.TakeValue() : Value();
  }
  // Whole or not at all, since whoever watches may kill us here too.
  void Store(Value object, const std::string& tag) const {
    (*object.As<Object>())["tag"] = tag;
    const std::string beside = folder_ + "/." + object.Text("id");
    std::ofstream(beside) << value::ToJson(object);
    std::filesystem::rename(beside, Path(object.Text("id")));
  }

  value::Schema config_;
  std::map<std::string, value::Schema> resources_;
  std::string folder_, script_;
  std::atomic<int> turns_ = 0, failed_ = 0;
};

}  // namespace
}  // namespace sprint::testing

int main() { return sprint::sdk::Serve(std::make_unique<sprint::testing::ScriptedProvider>()); }
