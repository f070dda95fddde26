#include "engine/lower/lifecycle.h"

namespace sprint::lower {

const char* Name(Drift policy) {
  switch (policy) {
    case Drift::Enforce:
      return "enforce";
    case Drift::Accept:
      return "accept";
    case Drift::Ignore:
      return "ignore";
    case Drift::Alert:
      return "alert";
  }
  return "enforce";
}

const char* Name(Ready::Kind kind) {
  switch (kind) {
    case Ready::Kind::Port:
      return "port";
    case Ready::Kind::Http:
      return "http";
    case Ready::Kind::Attribute:
      return "attribute";
  }
  return "attribute";
}

std::string Name(const Trigger& trigger) {
  const std::string attribute = trigger.path.substr(0, trigger.path.find('.'));
  return attribute.empty() ? trigger.address : trigger.address + "." + attribute;
}

}  // namespace sprint::lower
