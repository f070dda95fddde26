#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// A placement problem of the SPACE4AI family (`system_description.json`): workflows of
// components that can be cut, on layers of edge devices, machines and functions. What
// its files mean: Filippini, Sedghani, Ardagna, "SPACE4AI-D: a design-time tool for AI
// applications resource selection in computing continua", IEEE TSC 2023, and the files
// of https://github.com/randosrandom/Space4AI. They state no units: times are s, prices
// $/h, memory MB, sizes and bandwidths MB and MB/s (only their quotient matters).
namespace sprint::exchange::space4ai {

using Index = uint32_t;

enum class Section { Edge, Cloud, Functions };

// A type of device or machine, or one function configuration.
struct Resource {
  std::string name, description;
  Index layer = 0;        // into System::layers
  uint32_t count = 1;     // how many may be taken; functions: no meaning
  double price = 0;       // $/h of one, functions: $/h of execution
  double memory = 0;      // MB of one
  double cores = 1;       // of no influence in the family's model
  double idle = 600;      // s a warm function lives without requests
  double transition = 0;  // read by the family's programs, of no influence
};

// One layer uses one type of its edge devices or machines at most; functions are free.
struct Layer {
  std::string name;
  Section section = Section::Edge;
  std::vector<Index> resources;
};

// A partition on a resource it is compatible with.
struct Choice {
  Index resource = 0;
  double demand = 0;  // s; functions: warm
  double cold = 0;    // s; functions
  double memory = 0;  // MB
};

struct Partition {
  std::string name;
  double exit = 0;    // share of requests answered here; 0 for the last one
  double output = 0;  // MB to the next partition; 0 for the last one
  std::vector<Choice> choices;
};

// One way of cutting a component: its partitions in the order requests take.
struct Deployment {
  std::string name;
  std::vector<Partition> partitions;
};

struct Component {
  std::string name;
  std::vector<Deployment> deployments;
};

struct Flow {
  Index from = 0, to = 0;  // into System::components
  double probability = 1;
  double size = 0;  // MB, the same for all deployments of `from`
};

// A bound on the mean time through successive components; one of them: local.
struct Bound {
  std::string name;  // of the path; local: of the component
  std::vector<Index> path;
  double seconds = 0;
  bool local = false;
};

// Joins all its layers with each other, and each with itself.
struct Domain {
  std::string name;
  std::vector<Index> layers;
  double delay = 0;      // s
  double bandwidth = 1;  // MB/s
};

struct System {
  double load = 0;   // requests/s
  double hours = 1;  // the costs are for
  std::vector<Layer> layers;
  std::vector<Resource> resources;
  std::vector<Component> components;
  std::vector<Flow> flows;
  std::vector<Bound> bounds;
  std::vector<Domain> domains;
};

// Something about a place of the file, like `Components.c1.s1.h2.next`.
struct Note {
  std::string place, message;
};

struct ReadResult {
  std::optional<System> system;  // none with errors
  std::vector<Note> errors;      // the file cannot be meant so
  std::vector<Note> warnings;    // keys unknown, things left out or mended
};

// Reads both layouts of the layer lists and the older forms (`DemandMatrix`, names in
// place of lists, `stop_probability`). Whatever the bytes, it returns.
ReadResult Read(const std::string& text);

// What the things of a system are called in its program: its own names where these are
// names, mended and made unique where not. The same system has the same names.
struct Names {
  std::vector<std::string> layers, kinds, pools, components, bounds;
  std::vector<std::vector<std::string>> deployments;              // per component
  std::vector<std::vector<std::vector<std::string>>> partitions;  // per component, deployment
};
Names NamesOf(const System& system);

// The system as a Sprint program, formatted; `origin` is the name of its file, for the
// comment at the top.
std::string Program(const System& system, const std::string& origin);

}  // namespace sprint::exchange::space4ai
