#include "engine/plan/troubles.h"

#include <algorithm>
#include <utility>

namespace sprint::plan {

void Troubles::Fail(const std::string& address, Error error, const std::string& where) {
  if (!failed_.insert(address).second) return;
  errors_.push_back(std::move(error).While("planning `" + address + "`").ToString() +
                    (where.empty() ? "" : " (" + where + ")"));
}

void Troubles::Object(const Step& step, const Error& error) {
  errors_.push_back(error.ToString() + (step.where.empty() ? "" : " (" + step.where + ")"));
}

void Troubles::Skip(const std::string& address, const std::string& cause) {
  if (!failed_.insert(address).second) return;
  skipped_.push_back("`" + address + "` (because of `" + cause + "`)");
}

void Troubles::Settle(Plan& plan) const {
  const auto take = [](const std::vector<std::string>& from, std::vector<std::string>& into,
                       const std::string& prefix) {
    constexpr size_t Most = 20;  // one cause may have thousands of consequences
    for (size_t i = 0; i < std::min(from.size(), Most); ++i) into.push_back(prefix + from[i]);
    if (from.size() > Most) {
      into.push_back(prefix + "and " + std::to_string(from.size() - Most) + " more");
    }
  };
  take(errors_, plan.errors, "");
  take(skipped_, plan.notes, "not planned: ");
  std::erase_if(plan.steps, [this](const Step& step) { return failed_.contains(step.address); });
}

}  // namespace sprint::plan
