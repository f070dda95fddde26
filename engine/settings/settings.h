#pragma once

#include <map>
#include <string>

#include "compiler/support/environment.h"
#include "compiler/support/result.h"
#include "engine/secrets/source.h"

// What a folder of programs says about itself, in a file `sprint.yaml` beside them:
//   state: etcd://etcd.example/team        where states are kept (engine/state/location.h)
//   key: pass:sprint/team                  what opens encrypted states
//   secrets:                               where the programs' secrets come from
//     db: file:/run/secrets/db
//   refused:                               how long placements do without what was refused for
//     capacity: 10 min
//     quota: 1 h
// It says where secrets are and never holds one.
namespace sprint::settings {

// s. Machines come back sooner than rights.
struct Refused {
  double capacity = 10 * 60, quota = 60 * 60;
};

struct Settings {
  std::string state;  // "": not said
  std::map<std::string, secrets::Source> secrets;
  std::string key;  // a source as text; "": not said
  Refused refused;
};

// Empty when there is no such file. InvalidArgument, with the line, for what it cannot mean.
Result<Settings> Read(const std::string& folder, const FileSystem& files);

}  // namespace sprint::settings
