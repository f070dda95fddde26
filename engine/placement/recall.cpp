#include <algorithm>

#include "engine/placement/model.h"

namespace sprint::placement {

std::optional<solver::Placement> Recall(const ir::Program& program, const ir::Deploy& deploy,
                                        const Model& model, const Answer& answer) {
  const ir::Continuum& continuum = program.continua[deploy.continuum];
  solver::Placement placement;
  placement.count.assign(model.pools.size(), 0);
  for (size_t c = 0; c < model.components.size(); ++c) {
    const ir::Component& component = deploy.components[model.components[c]];
    std::optional<uint32_t> variant;
    std::vector<uint32_t> pools;
    for (const Placed& placed : answer.parts) {
      if (placed.component_name != component.name || placed.copy != model.copy[c]) continue;
      const std::optional<uint32_t> before = variant;
      for (uint32_t v = 0; v < component.variants.size(); ++v) {
        if (component.variants[v].name == placed.variant_name) variant = v;
      }
      // Its parts are of one variant, in their order.
      if (before && variant != before) return {};
      if (!variant || pools.size() >= component.variants[*variant].parts.size()) return {};
      std::optional<uint32_t> pool;
      for (uint32_t j = 0; j < model.pools.size(); ++j) {
        const ir::Zone& zone = continuum.zones[model.pools[j].zone];
        if (zone.name == placed.zone_name &&
            zone.pools[model.pools[j].pool].name == placed.pool_name) {
          pool = j;
        }
      }
      if (!pool) return {};
      const auto& options = model.problem.components[placement.variant.size()]
                                .variants[*variant]
                                .parts[pools.size()]
                                .options;
      const bool offered = std::any_of(options.begin(), options.end(),
                                       [&](const auto& option) { return option.pool == *pool; });
      if (!offered) return {};
      pools.push_back(*pool);
      if (model.problem.pools[*pool].form != solver::Form::Functions) {
        placement.count[*pool] = placed.replicas;
      }
    }
    if (!variant || pools.size() != component.variants[*variant].parts.size()) return {};
    placement.variant.push_back(*variant);
    placement.pool.push_back(std::move(pools));
  }
  for (uint32_t j = 0; j < model.pools.size(); ++j) {
    placement.count[j] = std::max(placement.count[j], model.problem.pools[j].min);
  }
  return placement;
}

}  // namespace sprint::placement
