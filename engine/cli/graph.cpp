#include <algorithm>
#include <cstdio>
#include <map>

#include "engine/cli/options.h"
#include "engine/cli/refusals.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"

namespace sprint::cli {
namespace {

using lower::DesiredGraph;
using lower::Resource;

std::string Dot(const DesiredGraph& graph) {
  std::string out =
      "digraph sprint {\n  rankdir = BT;\n  node [shape = box, fontname = \"sans-serif\"];\n";
  const auto quoted = [](const std::string& text) { return value::ToJson(value::Value(text)); };
  for (const Resource& resource : graph.resources) {
    out += "  " + quoted(resource.address) +
           " [label = " + quoted(resource.address + "\n" + resource.type) + "];\n";
    for (const std::string& dependency : resource.dependencies) {
      out += "  " + quoted(resource.address) + " -> " + quoted(dependency) + ";\n";
    }
  }
  return out + "}\n";
}

std::string Json(const DesiredGraph& graph) {
  value::List nodes, edges;
  for (const Resource& resource : graph.resources) {
    nodes.push_back(value::Object{{"address", resource.address}, {"type", resource.type}});
    for (const std::string& dependency : resource.dependencies) {
      edges.push_back(value::Object{{"from", resource.address}, {"to", dependency}});
    }
  }
  return value::ToJson(value::Object{{"nodes", nodes}, {"edges", edges}}, /*pretty=*/true) + "\n";
}

// A picture of layers: what leans on nothing is at the bottom, everything else one layer
// above the highest that it needs. Within a layer, under what it needs.
class Picture {
 public:
  explicit Picture(const DesiredGraph& graph) : graph_(graph) {
    for (const Resource& resource : graph.resources) by_address_[resource.address] = &resource;
    for (const Resource& resource : graph.resources) LayerOf(resource);
    for (const Resource& resource : graph.resources) {
      const size_t layer = layer_[&resource];
      if (layers_.size() <= layer) layers_.resize(layer + 1);
      layers_[layer].push_back(&resource);
    }
    for (auto& layer : layers_) Arrange(layer);
  }

  std::string Svg() const {
    const double height = Margin + static_cast<double>(layers_.size()) * LayerHeight;
    const auto top = [&](const Resource* resource) {
      return height - (static_cast<double>(layer_.at(resource)) + 1) * LayerHeight;
    };
    std::string boxes, lines;
    char buffer[512];
    for (const Resource& resource : graph_.resources) {
      const double x = middle_.at(&resource), y = top(&resource), width = Width(resource);
      std::snprintf(buffer, sizeof buffer,
                    "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"4\"/>\n",
                    x - width / 2, y, width, BoxHeight);
      boxes += buffer;
      boxes +=
          Text(x, y + 17, resource.address, "") + Text(x, y + 32, resource.type, " class=\"t\"");
      for (const std::string& dependency : resource.dependencies) {
        const auto to = by_address_.find(dependency);
        if (to == by_address_.end()) continue;
        std::snprintf(buffer, sizeof buffer,
                      "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\"/>\n", x, y + BoxHeight,
                      middle_.at(to->second), top(to->second));
        lines += buffer;
      }
    }
    std::snprintf(buffer, sizeof buffer,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
                  "font-family=\"sans-serif\" font-size=\"12\">\n",
                  width_ + Margin, height);
    return std::string(buffer) +
           "<style>rect{fill:#fff;stroke:#333}line{stroke:#999;marker-end:url(#a)}"
           "text{text-anchor:middle}.t{fill:#666;font-size:11px}</style>\n"
           "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" "
           "markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#999\"/></marker>"
           "</defs>\n" +
           lines + boxes + "</svg>\n";
  }

 private:
  static constexpr double Margin = 20, BoxHeight = 40, LayerHeight = 100, Gap = 16;

  static double Width(const Resource& resource) {
    return 20 + 7 * static_cast<double>(std::max(resource.address.size(), resource.type.size()));
  }

  static std::string Text(double x, double y, const std::string& text, const char* style) {
    char place[96];
    std::snprintf(place, sizeof place, R"(<text x="%.0f" y="%.0f"%s>)", x, y, style);
    std::string out = place;
    for (const char c : text) {
      out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
    }
    return out + "</text>\n";
  }

  // Dependencies have no circles: lowering refuses them.
  size_t LayerOf(const Resource& resource) {
    if (const auto known = layer_.find(&resource); known != layer_.end()) return known->second;
    size_t layer = 0;
    for (const std::string& dependency : resource.dependencies) {
      const auto found = by_address_.find(dependency);
      if (found != by_address_.end()) layer = std::max(layer, LayerOf(*found->second) + 1);
    }
    return layer_[&resource] = layer;
  }

  // Wanted: the middle of what it needs, which lies in layers arranged before.
  double Wanted(const Resource& resource) const {
    double sum = 0, count = 0;
    for (const std::string& dependency : resource.dependencies) {
      const auto found = by_address_.find(dependency);
      if (found == by_address_.end()) continue;
      sum += middle_.at(found->second);
      ++count;
    }
    return count > 0 ? sum / count : 0;
  }

  void Arrange(std::vector<const Resource*>& layer) {
    std::stable_sort(layer.begin(), layer.end(),
                     [&](const Resource* a, const Resource* b) { return Wanted(*a) < Wanted(*b); });
    double left = Margin;
    for (const Resource* resource : layer) {
      const double width = Width(*resource);
      const double middle = std::max(left + width / 2, Wanted(*resource));
      middle_[resource] = middle;
      left = middle + width / 2 + Gap;
    }
    width_ = std::max(width_, left);
  }

  const DesiredGraph& graph_;
  std::map<std::string, const Resource*> by_address_;
  std::map<const Resource*, size_t> layer_;
  std::map<const Resource*, double> middle_;
  std::vector<std::vector<const Resource*>> layers_;
  double width_ = 0;
};

}  // namespace

int Graph(const Options& options) {
  auto loaded = Load(options);
  if (!loaded.ok()) return Fail(loaded.error());
  const Compiled& compiled = **loaded;
  Print(compiled);
  if (!compiled.program) return Failure;
  auto world = OpenToLook(compiled);
  if (!world.ok()) return Fail(world.error());
  auto refused = RefusedNow(**world);
  if (!refused.ok()) return Fail(refused.error());
  auto desired = Desire(*compiled.program, options, *refused);
  if (!desired.ok()) return Fail(desired.error(), compiled);
  if (!desired->Placed()) return Fail(NoPlacement());
  const std::string text = options.json  ? Json(desired->graph)
                           : options.svg ? Picture(desired->graph).Svg()
                                         : Dot(desired->graph);
  std::fputs(text.c_str(), stdout);
  return Success;
}

}  // namespace sprint::cli
