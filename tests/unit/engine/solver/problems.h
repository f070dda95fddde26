#pragma once

#include <cstdlib>
#include <random>

#include "engine/solver/problem.h"

// Problems written down by hand, as numbers.
namespace sprint::solver {

inline constexpr double Hour = 3600, MiB = 1 << 20, GiB = 1 << 30;

// How many random problems a test looks at: so few, or SPRINT_SEEDS=10000, which takes minutes.
inline uint32_t Seeds(uint32_t few) {
  const char* asked = std::getenv("SPRINT_SEEDS");
  return asked ? static_cast<uint32_t>(std::strtoul(asked, nullptr, 10)) : few;
}

inline Constraint Mean(std::vector<uint32_t> path, double bound) {
  Constraint rule;
  rule.metric = Metric::Response;
  rule.path = std::move(path);
  rule.bound = bound;
  return rule;
}

inline Constraint AtLeastAccuracy(uint32_t component, double bound) {
  Constraint rule;
  rule.metric = Metric::Accuracy;
  rule.path = {component};
  rule.at_most = false;
  rule.bound = bound;
  return rule;
}

inline Constraint AtMostCost(double per_hour) {
  Constraint rule;
  rule.metric = Metric::Cost;
  rule.bound = per_hour / Hour;
  return rule;
}

enum MaskPool : uint32_t { Rpi, Large, Gpu };
enum MaskComponent : uint32_t { Blur, Detect };
enum MaskVariant : uint32_t { Whole, Tiny, Split };
enum MaskRule : uint32_t { QuickBlur, EndToEnd, Accuracy90, DataStays };

// Mask detection on a campus: 2 requests/s, three boards at the plant, machines at the
// university behind 100 Mbit/s and 12 ms.
inline Problem MaskDetection(double rate = 2) {
  Problem p;
  p.pools = {
      {.zone = 0,
       .form = Form::Nodes,
       .max = 3,
       .price = 0.002 / Hour,
       .memory = 4 * GiB,
       .reserved = 500 * MiB,
       .cores = 4},
      {.zone = 1,
       .form = Form::Machines,
       .max = 4,
       .price = 0.12 / Hour,
       .memory = 8 * GiB,
       .cores = 4},
      {.zone = 1,
       .form = Form::Machines,
       .max = 1,
       .price = 0.74 / Hour,
       .memory = 16 * GiB,
       .cores = 8},
  };
  p.one_kind = {false, false};
  const std::vector<Route> link{{.delay = 0.012, .seconds_per_byte = 8 / 100e6}};
  p.routes = {{{}, link}, {link, {}}};
  const auto on = [](uint32_t pool, double demand) { return Option{pool, demand, {}}; };
  Part blur{.rate = rate,
            .memory = 2 * GiB,
            .output = 240 * 1024,
            .options = {on(Rpi, 0.18), on(Large, 0.035)}};
  Part whole{.rate = rate,
             .memory = 1 * GiB,
             .output = 4096,
             .options = {on(Large, 0.31), on(Gpu, 0.042)}};
  Part tiny{.rate = rate,
            .memory = 1 * GiB,
            .output = 4096,
            .options = {on(Rpi, 0.64), on(Large, 0.075)}};
  Part head{.rate = rate,
            .memory = 512 * MiB,
            .output = 420 * 1024,
            .exit = 0.35,
            .options = {on(Rpi, 0.21), on(Large, 0.09)}};
  Part tail{.rate = rate * 0.65,
            .memory = 1 * GiB,
            .output = 4096,
            .options = {on(Large, 0.23), on(Gpu, 0.03)}};
  p.components = {{rate, {{std::nullopt, {blur}}}},
                  {rate, {{0.941, {whole}}, {0.903, {tiny}}, {0.941, {head, tail}}}}};
  p.flows = {{Blur, Detect}};
  Constraint end_to_end = Mean({Blur, Detect}, 2);
  end_to_end.percentile = 0.95;
  Constraint data;
  data.metric = Metric::Where;
  data.path = {Blur};
  data.allowed = {true, false, false};
  p.constraints = {Mean({Blur}, 0.3), end_to_end, AtLeastAccuracy(Detect, 0.9), data};
  return p;
}

// Small problems of every shape: cut variants, shared pools, functions, counts, tight
// memory that differs from pool to pool, percentiles, preferences, missing links, flows
// that carry less than the output, priced ways, pools that fail.
inline Problem Random(uint32_t seed) {
  std::mt19937 engine(seed);
  // Not std::uniform_*: their numbers differ from library to library.
  const auto real = [&](double low, double high) {
    return low + (high - low) * (engine() / 4294967296.0);
  };
  const auto whole = [&](uint32_t low, uint32_t high) { return low + engine() % (high - low + 1); };
  const auto chance = [&](double p) { return real(0, 1) < p; };
  Problem p;
  const uint32_t zones = whole(1, 3);
  for (uint32_t z = 0; z < zones; ++z) p.one_kind.push_back(chance(0.3));
  p.routes.assign(zones, std::vector<std::vector<Route>>(zones));
  for (uint32_t a = 0; a < zones; ++a) {
    for (uint32_t b = a + 1; b < zones; ++b) {
      if (chance(0.15)) continue;
      p.routes[a][b] = p.routes[b][a] = {{real(0, 0.05), real(0, 1e-7)}};
      if (chance(0.3)) p.routes[a][b].push_back({real(0, 0.05), real(0, 1e-7)});
    }
  }
  const uint32_t pools = whole(2, 4);
  for (uint32_t j = 0; j < pools; ++j) {
    Pool pool;
    pool.zone = whole(0, zones - 1);
    pool.form = static_cast<Form>(whole(0, 2));
    pool.max = whole(1, 3);
    pool.min = pool.form == Form::Machines && chance(0.2) ? 1 : 0;
    pool.price = real(0.1, 2);
    pool.fee = pool.form == Form::Functions ? real(0, 0.1) : 0;
    pool.memory = whole(2, 8);
    pool.cores = whole(1, 4);
    pool.per_core = chance(0.5);
    pool.power = real(1, 100);
    pool.concurrency = chance(0.3) ? 1 : 0;
    p.pools.push_back(pool);
  }
  const uint32_t components = whole(1, 3);
  for (uint32_t c = 0; c < components; ++c) {
    Component component;
    component.rate = real(0.3, 2);
    for (uint32_t v = whole(1, 2); v-- > 0;) {
      Variant variant;
      variant.accuracy = real(0.8, 1);
      double rate = component.rate;
      for (uint32_t k = whole(1, 2); k-- > 0;) {
        Part part;
        part.rate = rate;
        part.memory = whole(1, 3);
        part.output = real(0, 1e6);
        part.exit = k > 0 && chance(0.6) ? real(0, 0.6) : 0;
        rate *= 1 - part.exit;
        for (uint32_t j = 0; j < pools; ++j) {
          if (chance(0.25)) continue;
          Option option{j, real(0.05, 0.7), {}};
          const double warm = option.demand * 1.05;
          if (p.pools[j].form == Form::Functions) option.response = {warm, warm * warm};
          part.options.push_back(option);
        }
        variant.parts.push_back(part);
      }
      component.variants.push_back(variant);
    }
    p.components.push_back(component);
    if (c > 0) p.flows.push_back({c - 1, c});
  }
  p.one_way = chance(0.3);
  p.goal = chance(0.2) ? Goal::Energy : Goal::Cost;
  std::vector<uint32_t> path;
  for (uint32_t c = 0; c < components; ++c) path.push_back(c);
  p.constraints.push_back(Mean(path, real(0.3, 3)));
  if (chance(0.5)) {
    p.constraints.push_back(Mean(path, real(1, 6)));
    p.constraints.back().percentile = chance(0.4) ? 0.95 : chance(0.5) ? 0.99 : 0.5;
  }
  if (chance(0.5)) {
    p.constraints.push_back(Mean({0}, real(0.1, 1)));
    p.constraints.back().weight = real(0.01, 2);
  }
  if (chance(0.4)) p.constraints.push_back(AtLeastAccuracy(0, real(0.8, 0.97)));
  if (chance(0.3)) p.constraints.push_back(AtMostCost(real(0.5, 6) * Hour));
  if (chance(0.3)) {
    Constraint rule;
    rule.metric = Metric::Utilisation;
    rule.pool = whole(0, pools - 1);
    rule.bound = real(0.2, 0.8);
    p.constraints.push_back(rule);
  }
  for (uint32_t z = 0; z < zones; ++z) {
    if (chance(0.3)) p.routes[z][z] = {{real(0, 0.05), real(0, 1e-7)}};
  }
  for (Flow& flow : p.flows) {
    if (chance(0.3)) flow.bytes = real(0, 1e7);
  }
  for (Component& component : p.components) {
    for (Variant& variant : component.variants) {
      for (Option& option : variant.parts[0].options) {
        if (chance(0.3)) option.memory = whole(0, 4);
      }
    }
  }
  for (auto& row : p.routes) {
    for (auto& routes : row) {
      for (Route& route : routes) {
        if (chance(0.3)) route.price = real(0, 5e-7);
      }
    }
  }
  for (uint32_t a = 0; a < zones; ++a) {
    for (uint32_t b = 0; b < a; ++b) p.routes[a][b] = p.routes[b][a];
  }
  for (Flow& flow : p.flows) {
    if (chance(0.3)) flow.probability = real(0.1, 1);
  }
  for (Pool& pool : p.pools) {
    pool.carbon = pool.power * real(0.5, 2);
    if (chance(0.5)) pool.availability = real(0.8, 1);
  }
  for (uint32_t z = 0; z < zones; ++z) p.zone_availability.push_back(real(0.9, 1));
  for (Component& component : p.components) {
    for (Variant& variant : component.variants) {
      for (Option& option : variant.parts[0].options) {
        if (chance(0.2)) option.billed = option.demand * real(1, 3);
      }
    }
  }
  if (p.goal == Goal::Energy && chance(0.5)) p.goal = Goal::Carbon;
  if (chance(0.2)) {
    Constraint rule;
    rule.metric = Metric::Availability;
    rule.path = path;
    rule.at_most = false;
    rule.bound = real(0.6, 0.95);
    p.constraints.push_back(rule);
  }
  if (chance(0.2)) {
    Constraint rule;
    rule.metric = Metric::Carbon;
    rule.bound = real(10, 300);
    if (chance(0.5)) rule.weight = real(0.01, 2);
    p.constraints.push_back(rule);
  }
  const double most = chance(0.4) ? 1 : chance(0.2) ? 3 : 0;
  for (Component& component : p.components) {
    for (Variant& variant : component.variants) {
      for (Part& part : variant.parts) {
        for (Option& option : part.options) {
          if (most > 0) option.variation = chance(0.3) ? 0 : real(0, most);
        }
      }
    }
  }
  return p;
}

// Component c as `copies` ones that share its requests, each in zones of its own; what is
// asked of c is asked of each.
inline Problem Spread(Problem p, uint32_t c, uint32_t copies) {
  const auto moved = [&](uint32_t other) { return other > c ? other + copies - 1 : other; };
  Component copy = p.components[c];
  copy.rate /= copies;
  copy.copy_of = c;
  for (Variant& variant : copy.variants) {
    for (Part& part : variant.parts) part.rate /= copies;
  }
  p.components[c] = copy;
  p.components.insert(p.components.begin() + c, copies - 1, copy);
  std::vector<Flow> flows;
  for (const Flow& flow : p.flows) {
    for (uint32_t k = 0; k < copies; ++k) {
      Flow one = flow;
      one.from = moved(flow.from) + (flow.from == c ? k : 0);
      one.to = moved(flow.to) + (flow.to == c ? k : 0);
      if (flow.to == c) one.probability /= copies;
      flows.push_back(one);
      if (flow.from != c && flow.to != c) break;
    }
  }
  p.flows = std::move(flows);
  std::vector<Constraint> rules;
  for (const Constraint& rule : p.constraints) {
    const bool of_it = std::count(rule.path.begin(), rule.path.end(), c) > 0;
    const bool together = rule.metric == Metric::Availability;
    for (uint32_t k = 0; k < (of_it && !together ? copies : 1); ++k) {
      Constraint one = rule;
      one.path.clear();
      for (uint32_t step : rule.path) {
        if (step != c || !together) one.path.push_back(moved(step) + (step == c ? k : 0));
        for (uint32_t all = 0; step == c && together && all < copies; ++all) {
          one.path.push_back(c + all);
        }
      }
      rules.push_back(std::move(one));
    }
  }
  p.constraints = std::move(rules);
  Constraint apart;
  apart.metric = Metric::Apart;
  apart.at_most = false;
  apart.bound = copies;
  for (uint32_t k = 0; k < copies; ++k) apart.path.push_back(c + k);
  p.constraints.push_back(std::move(apart));
  return p;
}

// Networks cut in several ways over drones, edge nodes, machines and a function for
// every part; zones of one kind, no way back: the family of the published benchmarks.
inline Problem CutNetworks(uint32_t seed, uint32_t components) {
  std::mt19937 engine(seed);
  const auto real = [&](double low, double high) {
    return low + (high - low) * (engine() / 4294967296.0);
  };
  const auto whole = [&](uint32_t low, uint32_t high) { return low + engine() % (high - low + 1); };
  Problem p;
  p.one_way = true;
  const auto zone = [&](Form form, uint32_t kinds, double low, double high, uint32_t most) {
    for (uint32_t k = 0; k < kinds; ++k) {
      Pool pool;
      pool.zone = static_cast<uint32_t>(p.one_kind.size());
      pool.form = form;
      pool.max = most;
      pool.price = real(low, high);
      pool.memory = 1e9;
      p.pools.push_back(pool);
    }
    p.one_kind.push_back(true);
  };
  zone(Form::Nodes, 1, 4, 5, 1);
  zone(Form::Nodes, 4, 6, 8, 2);
  zone(Form::Nodes, 4, 6, 8, 2);
  zone(Form::Machines, 4, 0.1, 4, 4);
  zone(Form::Machines, 4, 0.1, 4, 4);
  const auto hardware = static_cast<uint32_t>(p.pools.size());
  p.one_kind.push_back(false);
  std::vector<uint32_t> path;
  for (uint32_t c = 0; c < components; ++c) {
    Component component;
    component.rate = 1.8;
    for (uint32_t cuts = 1; cuts <= 3; ++cuts) {
      Variant variant;
      double rate = component.rate;
      for (uint32_t k = 0; k < cuts; ++k) {
        Part part;
        part.rate = rate;
        part.memory = 2048;
        part.output = real(4, 7);
        part.exit = k + 1 < cuts ? real(0.1, 0.6) : 0;
        rate *= 1 - part.exit;
        for (uint32_t j = 0; j < hardware; ++j) {
          // The first component begins on the drone, nothing else runs there.
          if ((j == 0) != (c == 0)) continue;
          const bool edge = p.pools[j].form == Form::Nodes;
          const double demand = j == 0 ? real(0.1, 0.2) : edge ? real(0.5, 1.5) : real(0.3, 0.7);
          part.options.push_back({j, demand / cuts, {}});
        }
        if (c > 0) {
          Pool function;
          function.zone = static_cast<uint32_t>(p.one_kind.size()) - 1;
          function.form = Form::Functions;
          function.price = real(0, 1);
          function.memory = 1e9;
          const double warm = real(2, 3) / cuts;
          part.options.push_back(
              {static_cast<uint32_t>(p.pools.size()), warm, {warm, warm * warm}});
          p.pools.push_back(function);
        }
        variant.parts.push_back(part);
      }
      component.variants.push_back(variant);
      if (c == 0) break;
    }
    p.components.push_back(component);
    for (uint32_t from = 0; from < c; ++from) {
      if (from + 1 == c || whole(0, 3) == 0) p.flows.push_back({from, c});
    }
    path.push_back(c);
  }
  p.routes.assign(p.one_kind.size(), std::vector<std::vector<Route>>(p.one_kind.size()));
  for (auto& row : p.routes) {
    for (auto& routes : row) routes.push_back({0.001, 1.0 / 1500});
  }
  p.constraints = {Mean(path, 4.0 * components)};
  return p;
}

}  // namespace sprint::solver
