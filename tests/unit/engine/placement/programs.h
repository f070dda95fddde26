#pragma once

#include "compiler/ir/program.h"

// Checked programs as the compiler would hand them over.
namespace sprint::placement {

inline constexpr double Hour = 3600, MiB = 1 << 20, GiB = 1 << 30;

// A place in the only file.
inline Loc At(uint32_t line) { return {FileId{1}, line * 100, line * 100 + 50}; }

inline ir::Part MakePart(std::string name, double memory, double output, double exit,
                         std::vector<std::pair<ir::Index, double>> demands) {
  ir::Part part;
  part.name = std::move(name);
  part.memory = memory;
  part.output_size = output;
  part.exit = exit;
  for (const auto& [kind, mean] : demands) {
    ir::Demand demand;
    demand.kind = kind;
    demand.mean = mean;
    part.demands.push_back(demand);
  }
  return part;
}

inline ir::Variant MakeVariant(std::string name, std::optional<double> accuracy,
                               std::vector<ir::Part> parts) {
  ir::Variant variant;
  variant.name = std::move(name);
  variant.accuracy = accuracy;
  variant.parts = std::move(parts);
  return variant;
}

inline ir::Kind MakeKind(std::string name, double memory, double reserved, double cores) {
  ir::Kind kind;
  kind.name = std::move(name);
  kind.memory = memory;
  kind.reserved_memory = reserved;
  kind.cores = cores;
  return kind;
}

inline ir::Pool MakePool(std::string name, ir::PoolForm form, ir::Index kind, uint32_t min,
                         uint32_t max, double price_per_hour, const ir::Kind& from) {
  ir::Pool pool;
  pool.name = std::move(name);
  pool.form = form;
  pool.kind = kind;
  pool.min = min;
  pool.max = max;
  pool.price = price_per_hour / Hour;
  pool.memory = from.memory;
  pool.cores = from.cores;
  return pool;
}

inline ir::Constraint MakeRule(std::string name, std::string text, ir::Metric metric,
                               std::vector<ir::Index> path, ir::Relation relation, double bound,
                               std::string unit, uint32_t line) {
  ir::Constraint rule;
  rule.name = std::move(name);
  rule.text = std::move(text);
  rule.metric = metric;
  rule.path = std::move(path);
  rule.relation = relation;
  rule.bound = bound;
  rule.unit = std::move(unit);
  rule.loc = At(line);
  return rule;
}

inline ir::Program MaskDetection() {
  ir::Program program;
  ir::DataClass frame;
  frame.name = "Frame";
  frame.level = ir::DataLevel::Personal;
  frame.residency = {"ES"};
  frame.loc = At(1);
  program.data = {frame};
  enum : ir::Index { Rpi, Large, Gpu };
  program.kinds = {MakeKind("edge.RaspberryPi4", 4 * GiB, 500 * MiB, 4),
                   MakeKind("openstack.Large", 8 * GiB, 0, 4),
                   MakeKind("openstack.Gpu", 16 * GiB, 0, 8)};
  program.kinds[Rpi].arch = "arm64";
  program.kinds[Large].arch = program.kinds[Gpu].arch = "amd64";

  ir::Component blur;
  blur.name = "Blur";
  blur.arch = {"arm64", "amd64"};
  blur.input = 0;
  blur.handles = ir::DataLevel::Personal;
  blur.residency = {{"ES"}};
  blur.declassify = {{0, "face blurring", "2026-03", At(2)}};
  blur.variants = {MakeVariant(
      "", std::nullopt, {MakePart("", 2 * GiB, 240 * 1024, 0, {{Rpi, 0.18}, {Large, 0.035}})})};
  ir::Component detect;
  detect.name = "Detect";
  detect.arch = {"arm64", "amd64"};
  detect.variants = {
      MakeVariant("whole", 0.941, {MakePart("", GiB, 4096, 0, {{Large, 0.31}, {Gpu, 0.042}})}),
      MakeVariant("tiny", 0.903, {MakePart("", GiB, 4096, 0, {{Rpi, 0.64}, {Large, 0.075}})}),
      MakeVariant("split", 0.941,
                  {MakePart("Head", 512 * MiB, 420 * 1024, 0.35, {{Rpi, 0.21}, {Large, 0.09}}),
                   MakePart("Tail", GiB, 4096, 0, {{Large, 0.23}, {Gpu, 0.03}})})};
  program.components = {blur, detect};

  ir::Application application;
  application.name = "MaskDetection";
  application.workload = 2;
  application.components = {0, 1};
  application.flows = {{0, 1, 1, At(3)}};
  using ir::Metric, ir::Relation;
  application.constraints = {MakeRule("quick_blur", "response(Blur) <= 300 ms", Metric::Response,
                                      {0}, Relation::AtMost, 0.3, "ms", 10),
                             MakeRule("end_to_end", "response(Blur -> Detect) <= 2 s",
                                      Metric::Response, {0, 1}, Relation::AtMost, 2, "s", 11),
                             MakeRule("", "accuracy(Detect) >= 90 %", Metric::Accuracy, {1},
                                      Relation::AtLeast, 0.9, "%", 12)};
  application.constraints[1].percentile = 0.95;
  program.applications = {application};

  ir::Continuum campus;
  campus.name = "Campus";
  ir::Zone plant;
  plant.name = "plant";
  plant.country = "ES";
  plant.trust = ir::Trust::Owned;
  plant.pools = {MakePool("rpi", ir::PoolForm::Nodes, Rpi, 3, 3, 0.002, program.kinds[Rpi])};
  ir::Zone upv;
  upv.name = "upv";
  upv.country = "ES";
  upv.trust = ir::Trust::Partner;
  upv.pools = {MakePool("large", ir::PoolForm::Machines, Large, 0, 4, 0.12, program.kinds[Large]),
               MakePool("gpu", ir::PoolForm::Machines, Gpu, 0, 1, 0.74, program.kinds[Gpu])};
  campus.zones = {plant, upv};
  ir::Link link;
  link.a = 0;
  link.b = 1;
  link.bandwidth = 100e6 / 8;
  link.delay = 0.012;
  campus.links = {link};
  program.continua = {campus};

  ir::Deploy deploy;
  deploy.name = "MaskDetection on Campus";
  deploy.application = 0;
  deploy.continuum = 0;
  deploy.components = program.components;
  program.deploys = {deploy};
  return program;
}

// Drones, edge nodes of one kind, machines and functions; a cut network, no way back.
inline ir::Program WindFarm() {
  ir::Program program;
  enum : ir::Index { Scout, Box, G3s, G3x4, Lambda };
  program.kinds = {MakeKind("drone.Scout", 2 * GiB, 0, 4), MakeKind("drone.Box", 16 * GiB, 0, 8),
                   MakeKind("aws.G3s", 30 * GiB, 0, 4), MakeKind("aws.G3x4", 122 * GiB, 0, 16),
                   MakeKind("aws.Lambda", 10 * GiB, 0, 1)};
  program.kinds[Lambda].function = true;
  const auto cold = [](ir::Part part, double seconds) {
    for (ir::Demand& demand : part.demands) {
      if (demand.kind == Lambda) demand.cold = seconds;
    }
    return part;
  };
  const auto component = [](std::string name, std::vector<ir::Variant> variants) {
    ir::Component made;
    made.name = std::move(name);
    made.handles = ir::DataLevel::Internal;
    made.variants = std::move(variants);
    return made;
  };
  program.components = {
      component("Capture", {MakeVariant("", std::nullopt,
                                        {MakePart("", 512 * MiB, 5 * MiB, 0, {{Scout, 0.12}})})}),
      component("Select",
                {MakeVariant("whole", std::nullopt,
                             {MakePart("", 2 * GiB, 6 * MiB, 0, {{Box, 0.9}, {G3s, 0.38}})}),
                 MakeVariant("halves", std::nullopt,
                             {MakePart("Front", 2 * GiB, 4.5 * MiB, 0.4, {{Box, 0.46}, {G3s, 0.2}}),
                              cold(MakePart("Back", 2 * GiB, 6 * MiB, 0,
                                            {{Box, 0.47}, {G3s, 0.19}, {Lambda, 2.4}}),
                                   3.6)})}),
      component("Classify", {MakeVariant("", std::nullopt,
                                         {cold(MakePart("", 4 * GiB, 10 * 1024, 0,
                                                        {{G3s, 0.52}, {G3x4, 0.31}, {Lambda, 2.9}}),
                                               4.1)})}),
      component("Report",
                {MakeVariant(
                    "", std::nullopt,
                    {cold(MakePart("", GiB, 10 * 1024, 0, {{G3s, 0.09}, {Lambda, 0.24}}), 0.9)})})};
  ir::Application application;
  application.name = "Inspection";
  application.workload = 1.8;
  application.components = {0, 1, 2, 3};
  application.flows = {{0, 1, 1, At(1)}, {1, 2, 0.7, At(2)}, {1, 3, 0.3, At(3)}, {2, 3, 1, At(4)}};
  application.one_way = true;
  using ir::Metric, ir::Relation;
  application.constraints = {
      MakeRule("", "response(Select) <= 4 s", Metric::Response, {1}, Relation::AtMost, 4, "s", 10),
      MakeRule("", "response(Capture -> Select -> Classify -> Report) <= 9 s", Metric::Response,
               {0, 1, 2, 3}, Relation::AtMost, 9, "s", 11),
      MakeRule("", "response(Capture -> Select -> Report) <= 3 s", Metric::Response, {0, 1, 3},
               Relation::AtMost, 3, "s", 12)};
  application.constraints[2].weight = 2 / Hour;
  program.applications = {application};

  ir::Continuum continuum;
  continuum.name = "Offshore";
  const auto zone = [](std::string name, ir::Trust trust, bool one_kind) {
    ir::Zone made;
    made.name = std::move(name);
    made.trust = trust;
    made.one_kind = one_kind;
    return made;
  };
  continuum.zones = {
      zone("turbine", ir::Trust::Owned, true), zone("substation", ir::Trust::Owned, true),
      zone("ireland", ir::Trust::Public, true), zone("lambda", ir::Trust::Public, false)};
  using ir::PoolForm;
  const auto& kinds = program.kinds;
  continuum.zones[0].pools = {MakePool("scout", PoolForm::Nodes, Scout, 0, 1, 4, kinds[Scout])};
  continuum.zones[1].pools = {MakePool("box", PoolForm::Nodes, Box, 0, 2, 7.5, kinds[Box])};
  continuum.zones[2].pools = {MakePool("small", PoolForm::Machines, G3s, 0, 4, 0.75, kinds[G3s]),
                              MakePool("large", PoolForm::Machines, G3x4, 0, 3, 1.14, kinds[G3x4])};
  continuum.zones[3].pools = {
      MakePool("all", PoolForm::Functions, Lambda, 0, 0, 0.06, kinds[Lambda])};
  const auto link = [](ir::Index a, double bits, double delay) {
    ir::Link made;
    made.a = a;
    made.b = a + 1;
    made.bandwidth = bits / 8;
    made.delay = delay;
    return made;
  };
  continuum.links = {link(0, 20e6, 0.001), link(1, 40e6, 0.025), link(2, 10e9, 0.001)};
  program.continua = {continuum};
  ir::Deploy deploy;
  deploy.name = "Inspection on Offshore";
  deploy.application = 0;
  deploy.continuum = 0;
  deploy.components = program.components;
  program.deploys = {deploy};
  return program;
}

}  // namespace sprint::placement
