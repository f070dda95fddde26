#include <algorithm>
#include <charconv>
#include <cmath>

#include "compiler/parse/format.h"
#include "engine/exchange/space4ai.h"

namespace sprint::exchange::space4ai {
namespace {

// Shortest digits that read back as the same number.
std::string Digits(double number) {
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return std::string(buffer, end);
}

// `value` in a unit of `factor`: digits from which the program computes exactly it, or
// few digits that miss it by its last bit.
std::optional<std::string> In(double value, double factor) {
  constexpr size_t Few = 6;
  const double near = value / factor;
  std::optional<std::string> exact;
  for (const double number : {near, std::nextafter(near, 0.0), std::nextafter(near, 1e300)}) {
    std::string digits = Digits(number);
    if (digits.size() <= Few) return digits;
    if (!exact && number * factor == value) exact = std::move(digits);
  }
  return exact;
}

std::string Seconds(double value) {
  std::string plain = Digits(value) + " s";
  if (value >= 1 || value <= 0) return plain;
  const auto thousandths = In(value, 1e-3);
  if (!thousandths || thousandths->find('e') != std::string::npos) return plain;
  std::string text = *thousandths + " ms";
  return text.size() <= plain.size() + 1 ? text : plain;
}

// MB are read as MiB, so that the usual powers of two are whole.
std::string Size(double megabytes) {
  if (megabytes >= 1024 && std::fmod(megabytes, 1024) == 0) {
    return Digits(megabytes / 1024) + " GiB";
  }
  return Digits(megabytes) + " MiB";
}

std::string Percent(double share) { return In(share, 0.01).value_or(Digits(share * 100)) + " %"; }

// Lines of a program, two spaces a level.
class Text {
 public:
  void Line(const std::string& line = "") {
    if (!line.empty()) out_.append(depth_ * 2, ' ');
    out_ += line + "\n";
  }
  void Open(const std::string& head) {
    Line(head + " {");
    ++depth_;
  }
  void Close() {
    --depth_;
    Line("}");
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
  size_t depth_ = 0;
};

class Writer {
 public:
  explicit Writer(const System& system) : system_(system), names_(NamesOf(system)) {}

  std::string Run(const std::string& origin) {
    text_.Line("/// Imported from " + OneLine(origin) + ".");
    text_.Line("///");
    text_.Line(
        "/// The file names no units: sizes are read as MiB and bandwidths as MiB/s, prices");
    text_.Line("/// as USD/h. It names no images either; they are called like their components.");
    for (Index c = 0; c < system_.components.size(); ++c) Component(c);
    Application();
    Kinds();
    Continuum();
    text_.Line();
    text_.Open("deploy System on Layers");
    text_.Line("minimize cost");
    text_.Line("horizon = " + Digits(system_.hours) + " h");
    text_.Line("// The file asks for no reserve: whatever is below full use will do.");
    text_.Line("headroom = 0 %");
    text_.Close();
    return text_.Take();
  }

 private:
  static std::string OneLine(std::string text) {
    for (char& c : text) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    return text;
  }

  Section SectionOf(Index resource) const {
    return system_.layers[system_.resources[resource].layer].section;
  }

  void Component(Index c) {
    const space4ai::Component& component = system_.components[c];
    const std::string& name = names_.components[c];
    text_.Line();
    text_.Open("component " + name);
    text_.Line("image = \"" + name + "\"");
    const bool cut = component.deployments.size() > 1;
    for (size_t s = 0; s < component.deployments.size(); ++s) {
      const Deployment& deployment = component.deployments[s];
      // A component that is not cut at all needs no word about it.
      const bool whole = !cut && deployment.partitions.size() == 1;
      if (!whole) {
        text_.Line();
        text_.Open("variant " + names_.deployments[c][s]);
      }
      if (deployment.partitions.size() == 1) {
        Run(deployment.partitions.front());
      } else {
        for (size_t h = 0; h < deployment.partitions.size(); ++h) {
          const Partition& partition = deployment.partitions[h];
          text_.Open("part " + names_.partitions[c][s][h]);
          if (h + 1 < deployment.partitions.size()) {
            text_.Line("output = " + Size(partition.output));
            if (partition.exit > 0) text_.Line("exit = " + Percent(partition.exit));
          }
          Run(partition);
          text_.Close();
        }
      }
      if (!whole) text_.Close();
    }
    text_.Close();
  }

  // Memory and demands: the memory that most resources ask for stands before them.
  void Run(const Partition& partition) {
    std::map<double, int> often;
    for (const Choice& choice : partition.choices) ++often[choice.memory];
    const auto most = std::max_element(often.begin(), often.end(),
                                       [](auto& a, auto& b) { return a.second < b.second; });
    text_.Line("memory = " + Size(most->first));
    text_.Open("demand");
    for (const Choice& choice : partition.choices) {
      std::string times = Seconds(choice.demand);
      const std::string memory =
          choice.memory == most->first ? "" : ", memory = " + Size(choice.memory);
      if (SectionOf(choice.resource) == Section::Functions) {
        times = "{ warm = " + times + ", cold = " + Seconds(choice.cold) + memory + " }";
      } else if (!memory.empty()) {
        times = "{ time = " + times + memory + " }";
      }
      text_.Line(names_.kinds[choice.resource] + " = " + times);
    }
    text_.Close();
  }

  std::string Path(const std::vector<Index>& path) const {
    std::string way;
    for (Index c : path) way += (way.empty() ? "" : " -> ") + names_.components[c];
    return way;
  }

  void Application() {
    text_.Line();
    text_.Open("application System");
    text_.Line("workload = " + Digits(system_.load) + " rps");
    text_.Line("// What has reached the cloud does not return to the edge.");
    text_.Line("one_way = true");
    if (!system_.flows.empty()) text_.Line();
    for (const Flow& flow : system_.flows) {
      const std::string probability =
          flow.probability == 1 ? "" : "probability = " + Percent(flow.probability) + ", ";
      text_.Line("flow " + Path({flow.from, flow.to}) + " { " + probability +
                 "data = " + Size(flow.size) + " }");
    }
    if (!system_.bounds.empty()) text_.Line();
    for (size_t i = 0; i < system_.bounds.size(); ++i) {
      const Bound& bound = system_.bounds[i];
      text_.Line("require " + names_.bounds[i] + ": response(" + Path(bound.path) +
                 ") <= " + Seconds(bound.seconds));
    }
    text_.Close();
  }

  void Kinds() {
    for (const Layer& layer : system_.layers) {
      for (Index r : layer.resources) {
        const Resource& resource = system_.resources[r];
        const bool function = layer.section == Section::Functions;
        text_.Line();
        if (!resource.description.empty()) text_.Line("/// " + OneLine(resource.description));
        text_.Open((function ? "function_service " : "node ") + names_.kinds[r]);
        if (!function) text_.Line("cores = " + Digits(resource.cores));
        text_.Line("memory = " + Size(resource.memory));
        text_.Line("price = " + Digits(resource.price) + " USD/h");
        if (function) text_.Line("idle = " + Idle(resource.idle));
        text_.Close();
      }
    }
  }

  static std::string Idle(double seconds) {
    const bool minutes = seconds >= 60 && std::fmod(seconds, 60) == 0;
    return minutes ? Digits(seconds / 60) + " min" : Digits(seconds) + " s";
  }

  void Continuum() {
    text_.Line();
    text_.Open("continuum Layers");
    for (size_t l = 0; l < system_.layers.size(); ++l) {
      const Layer& layer = system_.layers[l];
      if (l > 0) text_.Line();
      text_.Open("zone " + names_.layers[l]);
      text_.Line(std::string("trust = ") + (layer.section == Section::Edge ? "owned" : "public"));
      if (layer.section != Section::Functions) text_.Line("one_kind = true");
      for (Index r : layer.resources) {
        const std::string count = "[0.." + std::to_string(system_.resources[r].count) + "]";
        const char* form = "functions ";
        if (layer.section == Section::Edge) form = "nodes ";
        if (layer.section == Section::Cloud) form = "machines ";
        text_.Line(form + names_.pools[r] + (layer.section == Section::Functions ? "" : count) +
                   ": " + names_.kinds[r]);
      }
      text_.Close();
    }
    text_.Line();
    for (Index a = 0; a < system_.layers.size(); ++a) {
      for (Index b = a; b < system_.layers.size(); ++b) Links(a, b);
    }
    text_.Close();
  }

  // The domains that join two layers, without those that are slower at every size. Within
  // a layer there is a way to say only where two of its kinds may be used.
  void Links(Index a, Index b) {
    const Layer& layer = system_.layers[a];
    if (a == b && (layer.section != Section::Functions || layer.resources.size() < 2)) return;
    std::vector<const Domain*> ways;
    const auto joins = [&](const Domain& domain) {
      return std::binary_search(domain.layers.begin(), domain.layers.end(), a) &&
             std::binary_search(domain.layers.begin(), domain.layers.end(), b);
    };
    for (const Domain& domain : system_.domains) {
      if (joins(domain)) ways.push_back(&domain);
    }
    std::stable_sort(ways.begin(), ways.end(), [](const Domain* x, const Domain* y) {
      return x->delay != y->delay ? x->delay < y->delay : x->bandwidth > y->bandwidth;
    });
    double widest = 0;
    for (const Domain* way : ways) {
      if (way->bandwidth <= widest) continue;
      widest = way->bandwidth;
      text_.Line("link " + names_.layers[a] + " <-> " + names_.layers[b] + " { bandwidth = " +
                 Digits(way->bandwidth) + " MiB/s, delay = " + Seconds(way->delay) + " }");
    }
  }

  const System& system_;
  Names names_;
  Text text_;
};

}  // namespace

std::string Program(const System& system, const std::string& origin) {
  SourceTable sources;
  const FileId file = sources.Add(origin, Writer(system).Run(origin));
  return parse::Format(file, sources);
}

}  // namespace sprint::exchange::space4ai
