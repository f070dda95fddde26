#pragma once

#include <vector>

#include "engine/placement/model.h"

namespace sprint::placement {

// What keeps a model from having any placement, whatever is required, looked at one by one:
// components whose memory or work no pool has room for, and flows between components that
// no link joins wherever they are. At their lines; empty where none is too much by itself.
std::vector<CoreLine> Blockers(const ir::Deploy& deploy, const ir::Application& application,
                               const Model& model);

}  // namespace sprint::placement
