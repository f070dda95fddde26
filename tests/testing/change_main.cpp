// change [--accept] FILE...   goldens of plan and apply: a file is a story of commands, each
// with what it prints behind it, marked `>`. With --accept what is printed now is written.
//   program              the lines behind it, indented, are the program from now on:
//     NAME [attribute=value]... [needs=NAME] [protect] [retain] [cbd] [ignore=a] [drift=a:policy]
//          [ready=attribute:value] [when=NAME[.ATTR]]       `ref=NAME.id` refers to another
//          [in=PROVIDER]                             `sim` unless said otherwise
//     provider inner at=NAME.id [token=NAME.size], provider deep …   in a thing of sim, of inner
//     moved A B, adopt NAME ID, forget NAME
//   world set ID.attribute=value, world delete ID, world make ID name=N   what others do
//   fail VERB NAME CLASS [TIMES] [half|lost]          the next calls go wrong
//     VERB: create, update, delete, plan, read
//   lie plan NAME, lie make NAME                       planned otherwise when asked again; made
//                                                      otherwise than planned
//   heal                                               none of this any more
//   store away, store back                             the state cannot be written
//   plan [flags], apply [flags], recover [not-made=A], state
//     flags: destroy, refresh-only, no-refresh, target=A, exclude=A, replace=A, stale, saved,
//            shown (as people see it)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/apply/apply.h"
#include "engine/lower/config.h"
#include "tests/testing/memory_store.h"
#include "tests/testing/scripted_world.h"

namespace sprint::testing {
namespace {

using plan::Action;

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}
std::pair<std::string, std::string> Cut(const std::string& text, char at) {
  const size_t cut = text.find(at);
  if (cut == std::string::npos) return {text, ""};
  return {text.substr(0, cut), text.substr(cut + 1)};
}

class Story {
 public:
  Story() {
    providers_.Add("sim", &world_);
    providers_.Add("inner", &inner_);
    providers_.Add("deep", &deep_);
  }

  // What `command` prints; `block` are the indented lines behind it.
  std::vector<std::string> Run(const std::string& command, const std::vector<std::string>& block) {
    out_.clear();
    const std::vector<std::string> words = Words(command);
    const std::string& verb = words.front();
    if (verb == "program") Program(block);
    if (verb == "world") World(words);
    if (verb == "fail") Fail(words);
    for (ScriptedWorld* world : {&world_, &inner_, &deep_}) {
      if (verb == "lie") world->Lie(words[1] + " " + words[2]);
      if (verb == "heal") world->Heal();
    }
    if (verb == "store") store_.failing = words[1] == "away";
    if (verb == "plan") (void)Plan(words, true);
    if (verb == "apply") Apply(words);
    if (verb == "recover") Recover(words);
    if (verb == "state") State();
    return out_;
  }

 private:
  void Say(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) out_.push_back("> " + line);
  }

  void Program(const std::vector<std::string>& lines) {
    graph_ = {};
    for (const std::string& line : lines) {
      const std::vector<std::string> words = Words(line);
      if (words[0] == "moved") {
        graph_.moves.push_back({words[1], words[2], {}});
      } else if (words[0] == "adopt") {
        graph_.adoptions.push_back({words[1], words[2], {}});
      } else if (words[0] == "forget") {
        graph_.forgets.push_back({words[1], {}});
      } else if (words[0] == "provider") {
        value::Object config;
        for (size_t i = 2; i < words.size(); ++i) {
          const auto [key, text] = Cut(words[i], '=');
          config[key] = ValueOf(text);
        }
        graph_.providers.push_back({words[1], std::move(config)});
      } else {
        graph_.resources.push_back(Resource(words));
      }
    }
    // As lowering does it.
    for (lower::Resource& resource : graph_.resources) {
      std::set<std::string> needs(resource.dependencies.begin(), resource.dependencies.end());
      for (const lower::ProviderConfig& provider : graph_.providers) {
        if (provider.name == resource.provider) lower::CollectReferences(provider.config, needs);
      }
      resource.dependencies.assign(needs.begin(), needs.end());
    }
  }

  // `NAME.id` as a reference, all else as a text.
  static value::Value ValueOf(const std::string& text) {
    const auto [address, path] = Cut(text, '.');
    if (path.empty()) return text;
    return value::Object{{"$ref", value::Object{{"address", address}, {"path", path}}}};
  }

  static lower::Resource Resource(const std::vector<std::string>& words) {
    lower::Resource resource;
    resource.address = words[0];
    resource.type = "sim.thing";
    resource.provider = "sim";
    value::Object config{{"name", words[0]}};
    std::set<std::string> needs;
    lower::Lifecycle& life = resource.lifecycle;
    for (size_t i = 1; i < words.size(); ++i) {
      const auto [key, text] = Cut(words[i], '=');
      const auto [first, second] = Cut(text, ':');
      if (key == "protect") {
        life.protect = true;
      } else if (key == "retain") {
        life.retain = true;
      } else if (key == "cbd") {
        life.create_before_destroy = true;
      } else if (key == "ignore") {
        life.ignore.push_back(text);
      } else if (key == "drift") {
        life.drift[first] = second == "accept"   ? lower::Drift::Accept
                            : second == "ignore" ? lower::Drift::Ignore
                            : second == "alert"  ? lower::Drift::Alert
                                                 : lower::Drift::Enforce;
      } else if (key == "ready") {
        lower::Ready ready;
        ready.subject = first;
        ready.expected = second;
        ready.within = 1;
        life.ready.push_back(std::move(ready));
      } else if (key == "when") {
        const size_t dot = std::min(text.find('.'), text.size());
        life.replace_when.push_back(
            {text.substr(0, dot), dot < text.size() ? text.substr(dot + 1) : ""});
        needs.insert(text.substr(0, dot));
      } else if (key == "needs") {
        needs.insert(text);
      } else if (key == "in") {
        resource.provider = text;
        resource.type = text + ".thing";
      } else {
        config[key] = ValueOf(text);
        lower::CollectReferences(config[key], needs);
      }
    }
    resource.config = std::move(config);
    resource.dependencies.assign(needs.begin(), needs.end());
    return resource;
  }

  void World(const std::vector<std::string>& words) {
    if (words[1] == "delete") {
      for (ScriptedWorld* world : {&world_, &inner_, &deep_}) world->things.erase(words[2]);
    } else if (words[1] == "set") {
      const auto [where, text] = Cut(words[2], '=');
      const auto [id, attribute] = Cut(where, '.');
      for (ScriptedWorld* world : {&world_, &inner_, &deep_}) {
        const auto thing = world->things.find(id);
        if (thing == world->things.end()) continue;
        (*thing->second.attributes.As<value::Object>())[attribute] = text;
      }
    } else if (words[1] == "make") {
      value::Object thing{{"id", words[2]}, {"kind", {}},   {"ref", {}},
                          {"size", {}},     {"secret", {}}, {"status", {}}};
      for (size_t i = 3; i < words.size(); ++i) {
        const auto [key, text] = Cut(words[i], '=');
        thing[key] = text;
      }
      ScriptedWorld& world = words[2].find('/') == std::string::npos ? world_ : inner_;
      world.things[words[2]].attributes = std::move(thing);
    }
  }

  void Fail(const std::vector<std::string>& words) {
    ScriptedWorld::Failure failure;
    failure.on = words[1] + " " + words[2];
    for (const host::ErrorClass one :
         {host::ErrorClass::Capacity, host::ErrorClass::Quota, host::ErrorClass::Auth,
          host::ErrorClass::Invalid, host::ErrorClass::Transient, host::ErrorClass::Conflict,
          host::ErrorClass::NotFound}) {
      if (words[3] == host::Name(one)) failure.error_class = one;
    }
    for (size_t i = 4; i < words.size(); ++i) {
      if (words[i] == "half") {
        failure.deed = ScriptedWorld::Failure::Deed::Half;
      } else if (words[i] == "lost") {
        failure.deed = ScriptedWorld::Failure::Deed::Lost;
      } else {
        failure.times = std::atoi(words[i].c_str());
      }
    }
    for (ScriptedWorld* world : {&world_, &inner_, &deep_}) world->Fail(failure);
  }

  std::optional<plan::Plan> Plan(const std::vector<std::string>& words, bool show) {
    plan::PlanOptions options;
    for (size_t i = 1; i < words.size(); ++i) {
      const auto [key, text] = Cut(words[i], '=');
      if (key == "destroy") options.destroy = true;
      if (key == "refresh-only") options.refresh_only = true;
      if (key == "no-refresh") options.refresh = false;
      if (key == "target") options.targets.push_back(text);
      if (key == "exclude") options.excludes.push_back(text);
      if (key == "replace") options.replace.push_back(text);
    }
    (void)plan::ConfigureByState(graph_.providers, store_.snapshot, providers_);
    auto plan = plan::MakePlan(graph_, store_.snapshot, providers_, options);
    if (!plan.ok()) {
      Say("refused: " + plan.error().ToString());
      return std::nullopt;
    }
    const bool shown = std::find(words.begin(), words.end(), "shown") != words.end();
    if (shown) Say(plan::Render(*plan, /*colour=*/false));
    if (show && !shown) {
      for (const plan::Step& step : plan->steps) {
        if (!step.Changes()) continue;
        Say(std::string(Name(step.action)) + " " + step.address +
            (step.deposed.empty() ? "" : " (deposed " + step.deposed + ")") + ": " + step.reason +
            " [" + Name(step.why) + "]" +
            (step.moved_from.empty() ? "" : " moved from " + step.moved_from) +
            (step.adopt.empty() ? "" : " adopts " + step.adopt) +
            (step.phase == 0 ? "" : " in phase " + std::to_string(step.phase)) +
            (step.bounded ? " at most" : ""));
      }
      for (const plan::Phase& phase : plan->phases) {
        std::string after;
        for (const std::string& address : phase.after) after += " " + address;
        Say("phase " + std::to_string(phase.number) + ": " + phase.provider + " after" + after);
      }
      for (const std::string& note : plan->notes) Say("note: " + note);
      for (const std::string& error : plan->errors) Say("error: " + error);
      if (!plan->HasChanges() && plan->errors.empty()) Say("no changes");
    }
    return plan.TakeValue();
  }

  void Apply(const std::vector<std::string>& words) {
    const auto has = [&words](const char* flag) {
      return std::find(words.begin(), words.end(), flag) != words.end();
    };
    auto plan = Plan(words, false);
    world_.calls.clear();
    if (!plan) return;
    if (has("saved")) {
      auto loaded = plan::FromText(plan::ToText(*plan));
      if (!loaded.ok()) return Say(loaded.error().ToString());
      plan = loaded.TakeValue();
    }
    if (has("stale")) ++store_.snapshot.serial;
    apply::ApplyOptions options;
    options.parallel = 1;
    options.retries = 2;
    options.pause = [](double) {};
    options.progress = [this](const apply::Event& event) {
      if (event.kind == apply::Event::Kind::Retrying) {
        Say("  again " + event.address + " (" + Name(event.error_class) + ", attempt " +
            std::to_string(event.attempt) + ")");
      } else if (event.kind == apply::Event::Kind::Waiting) {
        Say("  waits for " + event.text);
      } else if (event.kind == apply::Event::Kind::Begun) {
        Say("  phase " + std::to_string(event.phase->number) + " begins: " + event.phase->provider);
      }
    };
    auto report = apply::Apply(*plan, store_, providers_, SystemClock(), options);
    if (!report.ok()) return Say("refused: " + report.error().ToString());
    for (const std::string& call : world_.calls) Say("  call " + call);
    Say(apply::Render(*report));
  }

  void Recover(const std::vector<std::string>& words) {
    apply::ApplyOptions options;
    options.pause = [](double) {};
    (void)plan::ConfigureByState(graph_.providers, store_.snapshot, providers_);
    std::vector<std::string> not_made;
    for (const std::string& word : words) {
      if (const auto [key, text] = Cut(word, '='); key == "not-made") not_made.push_back(text);
    }
    auto settled = apply::Recover(store_, providers_, SystemClock(), options, not_made);
    if (!settled.ok()) return Say("refused: " + settled.error().ToString());
    for (const apply::Settled& one : *settled) Say(one.address + " " + one.text);
  }

  static std::string Shown(const value::Value& object) {
    std::string text;
    const auto* fields = object.As<value::Object>();
    if (!fields) return "(none)";
    for (const auto& [name, field] : *fields) {
      if (field.is_null() || name == "name") continue;
      const auto* word = field.As<std::string>();
      text += (text.empty() ? "" : " ") + name + "=" + (word ? *word : value::ToJson(field));
    }
    return text;
  }

  void State() {
    std::set<std::string> known;
    for (const auto& [address, record] : store_.snapshot.records) {
      std::string flags;
      if (record.tainted) flags += " tainted";
      if (record.unready) flags += " unready";
      if (!record.due.empty()) flags += " due=" + record.due;
      if (record.lifecycle.protect) flags += " protected";
      Say(address + ": " + Shown(record.attributes) + flags);
      known.insert(record.attributes.Text("id"));
      for (const state::Deposed& old : record.deposed) {
        Say("  deposed " + old.key + ": " + Shown(old.attributes));
        known.insert(old.attributes.Text("id"));
      }
    }
    for (const state::Intent& intent : store_.snapshot.open) {
      Say("open: " + intent.action + " " + intent.object.address);
    }
    for (const ScriptedWorld* world : {&world_, &inner_, &deep_}) {
      for (const auto& [id, thing] : world->things) {
        if (!known.contains(id)) Say("nobody's: " + id + " " + Shown(thing.attributes));
      }
    }
  }

  ScriptedWorld world_, inner_{world_, "inner"}, deep_{inner_, "deep"};
  MemoryStore store_;
  plan::GivenProviders providers_;
  lower::DesiredGraph graph_;
  std::vector<std::string> out_;
};

std::string Told(const std::string& was) {
  std::istringstream in(was);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(">")) lines.push_back(line);
  }
  Story story;
  std::string now;
  for (size_t i = 0; i < lines.size(); ++i) {
    now += lines[i] + "\n";
    if (lines[i].empty() || lines[i].front() == '#' || lines[i].front() == ' ') continue;
    std::vector<std::string> block;
    const std::string command = lines[i];
    while (i + 1 < lines.size() && lines[i + 1].starts_with("  ")) {
      block.push_back(lines[++i]);
      now += lines[i] + "\n";
    }
    for (const std::string& line : story.Run(command, block)) now += line + "\n";
  }
  return now;
}

bool Check(const std::string& path, bool accept) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  const std::string was = text.str(), now = Told(was);
  if (was.empty()) std::printf("%s: empty or not there\n", path.c_str());
  if (was == now) return !was.empty();
  std::printf("%s\n", path.c_str());
  if (accept) {
    std::ofstream(path, std::ios::binary) << now;
    return true;
  }
  std::istringstream before(was), after(now);
  std::string a, b;
  for (int line = 1; std::getline(after, b); ++line) {
    if (!std::getline(before, a) || a != b) {
      std::printf("line %d\n-%s\n+%s\n", line, a.c_str(), b.c_str());
      break;
    }
  }
  return false;
}

}  // namespace
}  // namespace sprint::testing

int main(int argc, char** argv) {
  bool accept = false, good = true;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--accept") {
      accept = true;
    } else {
      good = sprint::testing::Check(argv[i], accept) && good;
    }
  }
  return good ? 0 : 1;
}
