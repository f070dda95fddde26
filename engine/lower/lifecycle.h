#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/value/value.h"

// What a program says about the life of an object, besides what the object is.
namespace sprint::lower {

// What to do about an attribute that is configured and was changed by somebody else:
//   Enforce  set it back (the default)
//   Accept   let it be, and say so
//   Ignore   let it be, and be silent
//   Alert    let it be, and warn with every plan until it is resolved
enum class Drift { Enforce, Accept, Ignore, Alert };
const char* Name(Drift policy);  // "enforce", …

// An object counts as made once all its conditions hold: they are asked again and again
// until they do, each for at most `within` seconds.
//   port       a TCP connection to `host` at port `expected` opens
//   http       a GET of the URL `subject` answers 200 to 399
//   attribute  the attribute named by `subject` has the value `expected` when read again
struct Ready {
  enum class Kind { Port, Http, Attribute };
  Kind kind = Kind::Attribute;
  value::Value subject;   // unresolved, see config.h: the host, the URL, the name
  value::Value expected;  // unresolved: the port, null, the value
  double within = 300;    // s
  friend bool operator==(const Ready&, const Ready&) = default;
};
const char* Name(Ready::Kind kind);  // "port", "http", "attribute"

// A value of another resource whose change makes a new object of this one.
struct Trigger {
  std::string address;
  std::string path;  // "" any change
  friend bool operator==(const Trigger&, const Trigger&) = default;
};
std::string Name(const Trigger& trigger);  // "plant.vm.size", "plant.vm"

struct Lifecycle {
  bool protect = false;                // no plan may delete or replace the object
  bool retain = false;                 // when it is to go it is forgotten, not deleted
  bool create_before_destroy = false;  // a replacement is there before the old one goes
  // Attributes whose configured value counts on creation only; "*" is all of them.
  std::vector<std::string> ignore;
  std::map<std::string, Drift> drift;  // by attribute; "*" is all others
  std::vector<Trigger> replace_when;
  std::vector<Ready> ready;
  double timeout = 0;  // s that one call of the provider may take; 0: as long as it likes
  friend bool operator==(const Lifecycle&, const Lifecycle&) = default;
};

}  // namespace sprint::lower
