// Proof of reliability 2: random programs on a random world, planned whole or in part, with a
// provider that fails at random, plans otherwise when asked again, makes something else than
// it planned, and calls whose answers are lost. Whatever happens, the state is valid; and after
// an apply that nobody disturbed the next plan is empty and no object is unknown.
//   fuzz.engine [--seeds N] [--seconds S] [--from SEED]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <set>

#include "engine/apply/apply.h"
#include "tests/testing/memory_store.h"
#include "tests/testing/scripted_world.h"

namespace sprint::testing {
namespace {

class Fuzz {
 public:
  explicit Fuzz(uint64_t seed) : random_(seed) {
    providers_.Add("sim", &world_);
    providers_.Add("inner", &inner_);
  }

  // What was found wrong; "" when nothing was.
  std::string Go() {
    RandomSnapshot();
    for (int round = 0; round < 6; ++round) {
      if (OneIn(2)) Program();
      Disturb();
      if (std::string wrong = Apply(Requests(), true); !wrong.empty()) return wrong;
      if (std::string wrong = Valid(); !wrong.empty()) return wrong;
      if (!OneIn(3)) continue;
      world_.Heal();
      inner_.Heal();
      store_.failing = false;
      away_after_ = -1;
      // Twice at most: the first may have been started against what is open or half made.
      for (int i = 0; i < 2; ++i) {
        if (std::string wrong = Apply({}, false); !wrong.empty()) return wrong;
      }
      if (std::string wrong = Clean(); !wrong.empty()) return wrong;
    }
    return "";
  }
  size_t applies() const { return applies_; }

 private:
  uint64_t Below(uint64_t n) { return random_() % n; }
  bool OneIn(uint64_t n) { return Below(n) == 0; }
  static std::string NameOf(uint64_t i) { return "t" + std::to_string(i); }

  // Records with their objects, some tainted, some whose object is gone, some with deposed
  // objects.
  void RandomSnapshot() {
    const uint64_t count = Below(6);
    for (uint64_t i = 0; i < count; ++i) {
      state::Record record;
      record.address = NameOf(i);
      record.type = "sim.thing";
      record.provider = "sim";
      record.tainted = OneIn(6);
      record.unready = OneIn(6);
      record.attributes = Existing("s-" + std::to_string(i), record.address, !OneIn(5));
      if (OneIn(4)) {
        record.deposed.push_back(
            {"1", Existing("d-" + std::to_string(i), record.address, !OneIn(5)), "", 0, ""});
        if (OneIn(3)) {
          world_.things.erase(record.attributes.Text("id"));
          record.attributes = {};
        }
      }
      if (i > 0 && OneIn(2)) record.dependencies = {NameOf(Below(i))};
      store_.snapshot.records[record.address] = std::move(record);
    }
    Program();
  }

  value::Value Existing(const std::string& id, const std::string& name, bool there) {
    value::Object thing{{"id", id},
                        {"name", name},
                        {"kind", std::to_string(Below(2))},
                        {"size", std::to_string(Below(3))},
                        {"ref", {}},
                        {"secret", {}},
                        {"status", {}}};
    if (there) world_.things[id].attributes = thing;
    return thing;
  }

  static value::Value Reference(const std::string& address, const std::string& path) {
    return value::Object{{"$ref", value::Object{{"address", address}, {"path", path}}}};
  }

  // The first thing is always there, and those from the sixth on are inside it.
  void Program() {
    graph_ = {};
    graph_.providers.push_back({"inner", value::Object{{"at", Reference(NameOf(0), "id")}}});
    for (uint64_t i = 0; i < 9; ++i) {
      if (OneIn(3) && i > 0) continue;
      const bool inside = i >= 6;
      lower::Resource resource;
      resource.address = NameOf(i);
      resource.type = inside ? "inner.thing" : "sim.thing";
      resource.provider = inside ? "inner" : "sim";
      value::Object config{{"name", resource.address},
                           {"kind", std::to_string(Below(2))},
                           {"size", std::to_string(Below(3))}};
      std::set<std::string> needs;
      if (!graph_.resources.empty() && OneIn(2)) {
        const std::string& on = graph_.resources[Below(graph_.resources.size())].address;
        config["ref"] = Reference(on, "id");
        needs.insert(on);
      }
      if (inside) needs.insert(NameOf(0));
      if (!graph_.resources.empty() && OneIn(5)) {
        const std::string& on = graph_.resources[Below(graph_.resources.size())].address;
        resource.lifecycle.replace_when.push_back({on, "size"});
        needs.insert(on);
      }
      resource.config = std::move(config);
      resource.dependencies.assign(needs.begin(), needs.end());
      resource.lifecycle.create_before_destroy = OneIn(3);
      if (OneIn(6)) resource.lifecycle.ignore = {"size"};
      if (OneIn(6)) resource.lifecycle.drift["size"] = lower::Drift::Accept;
      graph_.resources.push_back(std::move(resource));
    }
  }

  void Disturb() {
    world_.Heal();
    inner_.Heal();
    for (uint64_t i = 0; i < 9; ++i) {
      if (!OneIn(3)) continue;
      constexpr const char* Verbs[] = {"create ", "update ", "delete ", "plan ", "read "};
      ScriptedWorld::Failure failure;
      failure.on = Verbs[OneIn(6) ? Below(5) : Below(3)] + NameOf(i);
      failure.times = 1 + static_cast<int>(Below(4));
      failure.deed = static_cast<ScriptedWorld::Failure::Deed>(Below(3));
      // All but the last: what is said not to be there is believed.
      failure.error_class = static_cast<host::ErrorClass>(Below(7));
      world_.Fail(failure);
      inner_.Fail(std::move(failure));
    }
    if (OneIn(6)) world_.Lie((OneIn(2) ? "plan " : "make ") + NameOf(Below(8)));
    if (OneIn(6)) inner_.Lie((OneIn(2) ? "plan " : "make ") + NameOf(6 + Below(3)));
    auto& things = OneIn(3) ? inner_.things : world_.things;
    if (OneIn(3) && !things.empty()) {
      auto it = things.begin();
      std::advance(it, static_cast<long>(Below(things.size())));
      if (OneIn(2)) {
        things.erase(it);
      } else {
        (*it->second.attributes.As<value::Object>())["size"] = "drifted";
      }
    }
    away_after_ = OneIn(5) ? static_cast<int>(Below(6)) : -1;
  }

  // What a command line may ask for.
  plan::PlanOptions Requests() {
    plan::PlanOptions options;
    if (OneIn(5)) options.targets.push_back(NameOf(Below(9)));
    if (OneIn(8)) options.excludes.push_back(NameOf(Below(9)));
    if (OneIn(8)) options.replace.push_back(NameOf(Below(9)));
    options.destroy = OneIn(10);
    options.refresh_only = OneIn(10);
    options.refresh = !OneIn(8);
    return options;
  }

  std::string Apply(const plan::PlanOptions& requests, bool disturbed) {
    ++applies_;
    apply::ApplyOptions options;
    options.parallel = 1;
    options.retries = 2;
    options.pause = [](double) {};
    (void)plan::ConfigureByState(graph_.providers, store_.snapshot, providers_);
    // Of what was inside something that has gone nothing is left; somebody has looked.
    std::vector<std::string> not_made;
    for (const state::Intent& intent : store_.snapshot.open) {
      if (!inner_.Alive()) not_made.push_back(intent.object.address);
    }
    auto settled = apply::Recover(store_, providers_, SystemClock(), options, not_made);
    // It may be that nobody can look just now.
    if (!settled.ok() && disturbed && settled.error().code() == ErrorCode::Unavailable) return "";
    if (!settled.ok()) return "settling: " + settled.error().ToString();
    auto plan = plan::MakePlan(graph_, store_.snapshot, providers_, requests);
    // Requests that make no sense together, or for what is not there.
    const bool asked =
        !requests.targets.empty() || !requests.excludes.empty() || !requests.replace.empty();
    if (asked && !plan.ok() && plan.error().code() == ErrorCode::InvalidArgument) return "";
    if (!plan.ok()) return "planning: " + plan.error().ToString();
    auto saved = plan::FromText(plan::ToText(*plan));
    if (!saved.ok() || plan::ToText(*saved) != plan::ToText(*plan))
      return "a plan changes when saved";
    int events = 0;
    options.progress = [&](const apply::Event&) {
      if (away_after_ >= 0 && ++events > away_after_) store_.failing = true;
    };
    auto report = apply::Apply(*saved, store_, providers_, SystemClock(), options);
    if (!plan->errors.empty()) {
      return report.ok() ? "a plan with errors was carried out" : "";
    }
    store_.failing = false;
    away_after_ = -1;
    if (!report.ok()) return "applying: " + report.error().ToString();
    told_ = apply::Render(*report);
    return "";
  }

  std::string HostNow() const {
    const auto found = store_.snapshot.records.find(NameOf(0));
    return found == store_.snapshot.records.end() ? "" : found->second.attributes.Text("id");
  }

  // Each object belongs to one record at most, and every one that this engine made is
  // either recorded or about to be found by its tag.
  std::string Valid() {
    std::set<std::string> known, tags;
    for (const auto& [address, record] : store_.snapshot.records) {
      if (record.address != address) return "a record lies at another address";
      if (record.attributes.is_null() && record.deposed.empty()) return "an empty record";
      if (record.attributes.HasUnknown()) return "a record with something unknown";
      std::set<std::string> keys;
      if (!record.attributes.is_null() && !known.insert(record.attributes.Text("id")).second) {
        return "one object is in two records";
      }
      for (const state::Deposed& old : record.deposed) {
        if (!keys.insert(old.key).second) return "two deposed objects have one key";
        if (!known.insert(old.attributes.Text("id")).second) return "one object is recorded twice";
      }
    }
    for (const state::Intent& intent : store_.snapshot.open) tags.insert(intent.object.tag);
    // What is inside something that has been replaced goes with it.
    const std::string host = HostNow();
    for (ScriptedWorld* world : {&world_, &inner_}) {
      for (const auto& [id, thing] : world->Things()) {
        if (world == &inner_ && !id.starts_with(host + "/")) continue;
        if (!known.contains(id) && !tags.contains(thing.tag)) {
          return "object " + id + " is an orphan";
        }
      }
    }
    return "";
  }

  std::string Clean() {
    if (std::string wrong = Valid(); !wrong.empty()) return wrong;
    if (!store_.snapshot.open.empty()) return "a call is open after a clean apply";
    auto plan = plan::MakePlan(graph_, store_.snapshot, providers_, {});
    if (!plan.ok()) return "planning again: " + plan.error().ToString();
    if (plan->HasChanges())
      return "a clean apply said\n" + told_ + "and left\n" + plan::Render(*plan, false);
    if (world_.things.size() + inner_.Things().size() != graph_.resources.size())
      return "there are other objects than asked for";
    return "";
  }

  std::mt19937_64 random_;
  ScriptedWorld world_, inner_{world_, "inner"};
  MemoryStore store_;
  plan::GivenProviders providers_;
  lower::DesiredGraph graph_;
  int away_after_ = -1;
  std::string told_;  // by the last apply
  size_t applies_ = 0;
};

int Main(int argc, char** argv) {
  uint64_t seeds = 150, from = 1;
  double seconds = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--seeds") == 0) seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--from") == 0) from = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atof(argv[i + 1]);
  }
  const auto begin = std::chrono::steady_clock::now();
  size_t applies = 0;
  uint64_t seed = from;
  for (;; ++seed) {
    const double passed =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (seconds > 0 ? passed > seconds : seed - from >= seeds) break;
    Fuzz fuzz(seed);
    const std::string wrong = fuzz.Go();
    applies += fuzz.applies();
    if (wrong.empty()) continue;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), wrong.c_str());
    return 1;
  }
  std::printf("%llu seeds, %zu applies: every state valid, every plan after a clean apply empty\n",
              static_cast<unsigned long long>(seed - from), applies);
  return 0;
}

}  // namespace
}  // namespace sprint::testing

int main(int argc, char** argv) { return sprint::testing::Main(argc, argv); }
