#include "compiler/ir/program.h"

namespace sprint::ir {

const Demand* DemandOn(const Part& part, Index kind) {
  const Demand* chosen = nullptr;
  for (const Demand& demand : part.demands) {
    if (demand.kind != kind) continue;
    if (!chosen || demand.measured || !chosen->measured) chosen = &demand;
  }
  return chosen;
}

double MemoryOn(const Part& part, Index kind) {
  const Demand* demand = DemandOn(part, kind);
  return demand ? demand->memory.value_or(part.memory) : part.memory;
}

}  // namespace sprint::ir
