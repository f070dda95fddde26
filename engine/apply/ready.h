#pragma once

#include <string>

#include "compiler/support/result.h"
#include "engine/lower/lifecycle.h"

// Whether an object that is there can be used.
namespace sprint::apply {

// Looks at the network the way a user of the object would. One look takes a few seconds at
// most. The text says why it is not ready; empty: it is.
class Prober {
 public:
  virtual ~Prober() = default;
  virtual std::string Port(const std::string& host, int port) = 0;
  virtual std::string Http(const std::string& url) = 0;
};
Prober& NetworkProber();

// "port 22 of 10.0.0.4", "http://…", "`status` to be ACTIVE": for messages. Both values
// resolved.
std::string Describe(lower::Ready::Kind kind, const value::Value& subject,
                     const value::Value& expected);

}  // namespace sprint::apply
