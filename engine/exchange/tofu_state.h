#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/state/record.h"

// States of Terraform and OpenTofu, format version 4: a JSON object of `version`, `serial`,
// `lineage` and `resources`, each with its `instances` (source: internal/states/statefile/
// version4.go of OpenTofu 1.12).
namespace sprint::exchange {

struct TofuState {
  std::string lineage;
  int64_t serial = 0;
  std::map<std::string, state::Record> records;  // by address here
  // Old and new address of each, in the order of the old file. A resource gets its own name
  // below those of its modules; of several with one name in one module each gets its type
  // behind it; `-` becomes `_`.
  std::vector<std::pair<std::string, std::string>> names;
  int64_t data = 0;     // data sources, which are read anew and not taken over
  int64_t outputs = 0;  // nor are outputs, which the program computes
};

// True when `text` claims to be one, of any version, or an encrypted one.
bool LooksLikeTofuState(const std::string& text);
// InvalidArgument, saying what to do: another version, encrypted, or damaged.
Result<TofuState> ReadTofuState(const std::string& text);

}  // namespace sprint::exchange
