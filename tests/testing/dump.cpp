#include "tests/testing/dump.h"

#include "compiler/support/quantity.h"

namespace sprint::testing {
namespace {

std::string Number(double number) { return FormatNumber(number, 9); }

class Dumper {
 public:
  explicit Dumper(const ir::Program& program) : program_(program) {}

  std::string Take() {
    for (const ir::DataClass& data : program_.data) {
      Line("data " + data.name + " level=" + std::to_string(static_cast<int>(data.level)) +
           " size=" + Number(data.size) + Words(" residency=", data.residency));
    }
    for (const ir::Component& component : program_.components) Component(component);
    for (const ir::Application& application : program_.applications) Application(application);
    for (const ir::Continuum& continuum : program_.continua) Continuum(continuum);
    for (const ir::Deploy& deploy : program_.deploys) Deploy(deploy);
    for (const ir::ResourceSpec& resource : program_.resources) Resource(resource, "");
    for (const ir::Output& output : program_.outputs) Line("output " + output.name);
    return std::move(out_);
  }

 private:
  void Line(const std::string& text) { out_ += text + "\n"; }

  static std::string Words(const std::string& name, const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? name : ",") + word;
    return out;
  }
  static std::string Known(const std::string& name, double number) {
    return number == 0 ? "" : " " + name + "=" + Number(number);
  }
  std::string DataName(ir::Index data, double size) const {
    return data == ir::NoIndex ? Number(size) : program_.data[data].name;
  }

  void Component(const ir::Component& component) {
    Line("component " + component.name +
         " input=" + DataName(component.input, component.input_size) +
         Words(" arch=", component.arch) + (component.enclave ? " enclave" : "") +
         " handles=" + std::to_string(static_cast<int>(component.handles)) +
         (component.residency ? Words(" residency=", *component.residency) : "") +
         Words(" way=", component.data_way));
    for (const ir::Declassify& declassify : component.declassify) {
      Line("  declassify " + program_.data[declassify.data].name + " by=" + declassify.by +
           " review=" + declassify.review);
    }
    for (const ir::Variant& variant : component.variants) {
      Line("  variant `" + variant.name + "`" +
           (variant.accuracy ? " accuracy=" + Number(*variant.accuracy) : ""));
      for (const ir::Part& part : variant.parts) {
        Line("    part `" + part.name + "` image=" + part.image + Words(" command=", part.command) +
             Known("memory", part.memory) + Known("gpu", part.gpu_memory) +
             Known("cores", part.cores) + Known("output", part.output_size) +
             Known("exit", part.exit));
        for (const ir::Demand& demand : part.demands) Demand(demand, "      ");
      }
    }
  }

  void Demand(const ir::Demand& demand, const std::string& indent) {
    Line(indent + "demand " + program_.kinds[demand.kind].name + " " + Number(demand.mean) +
         (demand.cold == demand.mean ? "" : " cold=" + Number(demand.cold)) +
         (demand.memory ? " memory=" + Number(*demand.memory) : "") +
         (demand.variation ? " variation=" + Number(*demand.variation) : "") +
         (demand.measured ? " measured" : ""));
  }

  void Application(const ir::Application& application) {
    std::vector<std::string> names;
    for (const ir::Index c : application.components) names.push_back(program_.components[c].name);
    Line("application " + application.name + " workload=" + Number(application.workload) +
         Words(" components=", names) + (application.one_way ? " one_way" : ""));
    for (const ir::Flow& flow : application.flows) {
      Line("  flow " + program_.components[flow.from].name + " -> " +
           program_.components[flow.to].name + " " + Number(flow.probability) +
           (flow.size ? " size=" + Number(*flow.size) : ""));
    }
    for (const ir::Constraint& rule : application.constraints) {
      std::vector<std::string> path;
      for (const ir::Index c : rule.path) path.push_back(program_.components[c].name);
      Line("  " + std::string(rule.weight ? "prefer" : "require") + " `" + rule.name +
           "` metric=" + std::to_string(static_cast<int>(rule.metric)) + Words(" path=", path) +
           (rule.pool.empty() ? "" : " pool=" + rule.pool) +
           (rule.relation == ir::Relation::AtMost ? " <= " : " >= ") + Number(rule.bound) +
           (rule.percentile ? " at " + Number(*rule.percentile) : "") +
           (rule.weight ? " weight=" + Number(*rule.weight) : "") + " text=" + rule.text);
    }
  }

  void Continuum(const ir::Continuum& continuum) {
    Line("continuum " + continuum.name);
    for (const ir::Zone& zone : continuum.zones) {
      Line("  zone " + zone.name + " country=" + zone.country + " trust=" +
           std::to_string(static_cast<int>(zone.trust)) + (zone.one_kind ? " one_kind" : "") +
           (zone.host == ir::NoIndex ? "" : " host=" + program_.hosts[zone.host].name));
      for (const ir::Pool& pool : zone.pools) {
        Line("    pool " + pool.name + " form=" + std::to_string(static_cast<int>(pool.form)) +
             " kind=" + program_.kinds[pool.kind].name + " " + std::to_string(pool.min) + ".." +
             std::to_string(pool.max) + Known("price", pool.price) + Known("memory", pool.memory) +
             Known("gpu", pool.gpu_memory) + Known("cores", pool.cores) +
             Known("power", pool.power) +
             (pool.form == ir::PoolForm::Functions ? Known("idle", pool.idle) : ""));
        for (const ir::Value& instance : pool.instances) {
          if (const auto* record = instance.As<ir::Record>(); record && !record->empty()) {
            Line("      " + ir::Show(instance));
          }
        }
      }
    }
    for (const ir::Link& link : continuum.links) {
      Line("  link " + continuum.zones[link.a].name + " <-> " + continuum.zones[link.b].name +
           Known("bandwidth", link.bandwidth) + Known("delay", link.delay) +
           Known("jitter", link.jitter) + Known("loss", link.loss));
    }
  }

  void Deploy(const ir::Deploy& deploy) {
    Line("deploy " + deploy.name + " goal=" + std::to_string(static_cast<int>(deploy.goal)) +
         " horizon=" + Number(deploy.horizon) + " headroom=" + Number(deploy.headroom) +
         " monitor=" + Number(deploy.monitor_every) +
         (deploy.replan ? " replan=" + Number(deploy.replan_every) +
                              " hold=" + Number(deploy.hold) + Known("budget", deploy.move_budget) +
                              " approve=" + std::to_string(static_cast<int>(deploy.approve))
                        : ""));
    for (const ir::Component& component : deploy.components) {
      for (const ir::Variant& variant : component.variants) {
        for (const ir::Part& part : variant.parts) {
          for (const ir::Demand& demand : part.demands) {
            if (demand.measured) Demand(demand, "  " + component.name + "." + variant.name + " ");
          }
        }
      }
    }
    for (const ir::Deploy::Pin& pin : deploy.pins) {
      Line(std::string(pin.forbid ? "  forbid " : "  pin ") +
           program_.components[pin.component].name +
           (pin.zone == ir::NoIndex
                ? " on " + program_.kinds[pin.kind].name
                : " in " + program_.continua[deploy.continuum].zones[pin.zone].name));
    }
  }

  void Resource(const ir::ResourceSpec& resource, const std::string& indent) {
    Line(indent + "resource " + resource.type + " " + resource.name + " " +
         ir::Show(ir::Value(resource.attributes)) + Words(" needs=", resource.depends_on));
  }

  const ir::Program& program_;
  std::string out_;
};

}  // namespace

std::string Dump(const ir::Program& program) { return Dumper(program).Take(); }

}  // namespace sprint::testing
