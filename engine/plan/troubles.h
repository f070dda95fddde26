#pragma once

#include <set>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "engine/plan/plan.h"

namespace sprint::plan {

// What keeps single objects from being planned. The others are planned all the same, so
// that everything that is wrong is told at once.
class Troubles {
 public:
  // The object at `address` is not planned; `where`: the line that asks for it, or "".
  void Fail(const std::string& address, Error error, const std::string& where);
  // `step` is planned and must not be carried out.
  void Object(const Step& step, const Error& error);
  // Not planned, because of `cause`, which is not either.
  void Skip(const std::string& address, const std::string& cause);
  bool Has(const std::string& address) const { return failed_.contains(address); }

  // Takes what was not planned out of `plan` and puts the errors in.
  void Settle(Plan& plan) const;

 private:
  std::set<std::string> failed_;
  std::vector<std::string> errors_;
  std::vector<std::string> skipped_;  // "`b` (because of `a`)"
};

}  // namespace sprint::plan
