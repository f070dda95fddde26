#pragma once

#include <random>

#include "tests/unit/engine/placement/programs.h"

namespace sprint::placement {

// Small programs of every shape: several zones and forms of pools, electricity, cut variants,
// copies, requirements and preferences of every kind, pins.
inline ir::Program RandomProgram(uint32_t seed) {
  std::mt19937 engine(seed);
  // Not std::uniform_*: their numbers differ from library to library.
  const auto real = [&](double low, double high) {
    return low + (high - low) * (engine() / 4294967296.0);
  };
  const auto whole = [&](uint32_t low, uint32_t high) { return low + engine() % (high - low + 1); };
  const auto chance = [&](double p) { return real(0, 1) < p; };
  // Few digits, so that what is written down again is the same.
  const auto round = [&](double number) { return std::round(number * 1000) / 1000; };

  ir::Program program;
  const uint32_t pools = whole(2, 4);
  for (uint32_t k = 0; k < pools; ++k) {
    program.kinds.push_back(
        MakeKind("kind" + std::to_string(k), whole(2, 8) * GiB, 0, whole(1, 4)));
  }
  ir::Continuum continuum;
  const uint32_t zones = whole(1, 3);
  for (uint32_t z = 0; z < zones; ++z) {
    ir::Zone zone;
    zone.name = "zone" + std::to_string(z);
    zone.trust = ir::Trust::Owned;
    zone.one_kind = chance(0.2);
    zone.electricity = chance(0.5) ? real(0.1, 0.5) / 3.6e6 : 0;
    zone.availability = real(0.9, 1);
    continuum.zones.push_back(zone);
  }
  for (uint32_t k = 0; k < pools; ++k) {
    const auto form = static_cast<ir::PoolForm>(whole(0, 2));
    ir::Pool pool = MakePool("pool" + std::to_string(k), form, k, 0, whole(1, 3),
                             round(real(0.01, chance(0.1) ? 100 : 1)), program.kinds[k]);
    program.kinds[k].function = form == ir::PoolForm::Functions;
    pool.power = whole(0, 200);
    pool.availability = real(0.8, 1);
    pool.loc = At(100 + k);
    continuum.zones[whole(0, zones - 1)].pools.push_back(pool);
  }
  for (uint32_t a = 0; a < zones; ++a) {
    for (uint32_t b = a + 1; b < zones; ++b) {
      ir::Link link;
      link.a = a;
      link.b = b;
      link.bandwidth = real(1e6, 1e8);
      link.delay = real(0, 0.05);
      continuum.links.push_back(link);
    }
  }
  program.continua = {continuum};

  ir::Application application;
  application.name = "App";
  application.workload = real(0.3, 2);
  const uint32_t components = whole(1, 3);
  std::vector<ir::Index> path;
  for (uint32_t c = 0; c < components; ++c) {
    ir::Component component;
    component.name = "C" + std::to_string(c);
    for (uint32_t v = 0, variants = whole(1, 2); v < variants; ++v) {
      std::vector<ir::Part> parts;
      for (uint32_t p = 0, all = chance(0.2) ? 2 : 1; p < all; ++p) {
        std::vector<std::pair<ir::Index, double>> demands;
        for (uint32_t k = 0; k < pools; ++k) {
          if (!chance(0.25)) demands.emplace_back(k, real(0.05, 0.7));
        }
        parts.push_back(MakePart("p" + std::to_string(p), whole(1, 3) * GiB, real(0, 1e6),
                                 p + 1 < all ? real(0, 0.6) : 0, demands));
      }
      component.variants.push_back(
          MakeVariant("v" + std::to_string(v), round(real(0.8, 1)), std::move(parts)));
    }
    program.components.push_back(component);
    application.components.push_back(c);
    if (c > 0) application.flows.push_back({c - 1, c, 1, At(c)});
    path.push_back(c);
  }

  using ir::Metric, ir::Relation;
  const auto require = [&](const std::string& subject, Metric metric, std::vector<ir::Index> of,
                           Relation relation, double shown, double factor, std::string unit) {
    const auto line = static_cast<uint32_t>(10 + application.constraints.size());
    const char* sign = relation == Relation::AtMost ? " <= " : " >= ";
    application.constraints.push_back(
        MakeRule("", subject + sign + FormatNumber(shown, 6) + (unit.empty() ? "" : " " + unit),
                 metric, std::move(of), relation, shown * factor, unit, line));
    return &application.constraints.back();
  };
  require("response(path)", Metric::Response, path, Relation::AtMost, round(real(0.3, 3)), 1, "s");
  if (chance(0.3)) {
    require("response(C0)", Metric::Response, {0}, Relation::AtMost, round(real(100, 600)), 1e-3,
            "ms");
  }
  if (chance(0.4)) {
    require("accuracy(C0)", Metric::Accuracy, {0}, Relation::AtLeast, round(real(80, 99)), 0.01,
            "%");
    if (chance(0.4)) application.constraints.back().weight = real(0.01, 1) / Hour;
  }
  if (chance(0.5)) {
    const auto last = static_cast<ir::Index>(components - 1);
    require("response(last)", Metric::Response, {last}, Relation::AtMost, round(real(0.1, 1)), 1,
            "s")
        ->weight = real(0.01, 1) / Hour;
  }
  if (chance(0.3)) {
    require("availability(path)", Metric::Availability, path, Relation::AtLeast,
            round(real(60, 95)), 0.01, "%");
  }
  if (chance(0.2)) {
    require("cost", Metric::Cost, {}, Relation::AtMost, round(real(0.05, 2)), 1 / Hour, "EUR/h");
  }
  if (components > 1 && chance(0.3)) {
    require("spread(C1)", Metric::Spread, {1}, Relation::AtLeast, 2, 1, "");
  }
  program.applications = {application};

  ir::Deploy deploy;
  deploy.name = "App on it";
  deploy.application = 0;
  deploy.continuum = 0;
  deploy.components = program.components;
  if (chance(0.2)) {
    ir::Deploy::Pin pin;
    pin.component = whole(0, components - 1);
    pin.zone = whole(0, zones - 1);
    pin.loc = At(90);
    deploy.pins.push_back(pin);
  }
  program.deploys = {deploy};
  return program;
}

}  // namespace sprint::placement
