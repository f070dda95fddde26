#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "engine/lower/lower.h"

namespace sprint::kill {

inline value::Value Reference(const std::string& address, const std::string& path) {
  return value::Object{{"$ref", value::Object{{"address", address}, {"path", path}}}};
}

// Where the world inside the object `id` lies.
inline std::string InnerFolder(const std::string& folder, const std::string& id) {
  return folder + "/inner/" + id;
}

// A program of up to eight things that lean on each other, the same for the same seed.
// Odd things are made before their old object goes. The first is always there, and has up to
// three things inside, whose provider is configured by it.
inline lower::DesiredGraph Program(uint64_t seed, const std::string& folder) {
  std::mt19937_64 random(seed);
  const auto one_in = [&random](uint64_t n) { return random() % n == 0; };
  lower::DesiredGraph graph;
  graph.providers.push_back({"scripted", value::Object{{"folder", folder}}});
  for (int i = 0; i < 8; ++i) {
    const bool there = !one_in(4) || i == 0;
    const std::string size = std::to_string(random() % 3), kind = std::to_string(random() % 2);
    const uint64_t on = random() % 8;
    if (!there) continue;
    lower::Resource thing;
    thing.address = "t" + std::to_string(i);
    thing.type = "scripted.thing";
    thing.provider = "scripted";
    value::Object config{{"name", thing.address}, {"size", size}, {"kind", kind}};
    const std::string below = "t" + std::to_string(on);
    const bool made = std::any_of(graph.resources.begin(), graph.resources.end(),
                                  [&](const auto& other) { return other.address == below; });
    if (made) {
      config["ref"] = Reference(below, "id");
      thing.dependencies = {below};
    }
    thing.config = std::move(config);
    thing.lifecycle.create_before_destroy = i % 2 == 1;
    graph.resources.push_back(std::move(thing));
  }
  const std::string host = graph.resources.front().address;
  const auto inside = [&](const std::string& before) {
    return value::Object{{"$join", value::List{before, Reference(host, "id")}}};
  };
  graph.providers.push_back({"inner", value::Object{{"folder", inside(InnerFolder(folder, ""))},
                                                    {"host", inside(folder + "/objects/")},
                                                    {"script", folder + "/script"}}});
  for (int i = 0; i < 3; ++i) {
    if (one_in(4)) continue;
    lower::Resource thing;
    thing.address = "i" + std::to_string(i);
    thing.type = "inner.thing";
    thing.provider = "inner";
    value::Object config{{"name", thing.address},
                         {"size", std::to_string(random() % 3)},
                         {"kind", std::to_string(random() % 2)}};
    thing.dependencies = {host};
    if (i > 0 && graph.resources.back().provider == "inner") {
      const std::string& below = graph.resources.back().address;
      config["ref"] = Reference(below, "id");
      thing.dependencies = {below, host};
    }
    thing.config = std::move(config);
    thing.lifecycle.create_before_destroy = i % 2 == 1;
    graph.resources.push_back(std::move(thing));
  }
  return graph;
}

}  // namespace sprint::kill
