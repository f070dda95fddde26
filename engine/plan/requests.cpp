#include "engine/plan/requests.h"

#include <algorithm>

namespace sprint::plan {

Result<Requests> CheckRequests(const lower::DesiredGraph& graph, const PlanOptions& options) {
  Requests requests;
  if (options.replace.empty() && graph.adoptions.empty() && graph.forgets.empty()) return requests;
  std::set<std::string> made;
  for (const lower::Resource& resource : graph.resources) made.insert(resource.address);
  for (const std::string& address : options.replace) {
    if (options.destroy || options.refresh_only) {
      return Error(ErrorCode::InvalidArgument,
                   "`" + address + "` cannot be replaced while everything is only " +
                       (options.destroy ? "destroyed" : "refreshed"));
    }
    if (!made.contains(address)) {
      return Error(ErrorCode::InvalidArgument,
                   "`" + address + "` is to be replaced, and is not in the program");
    }
    requests.replace.insert(address);
  }
  for (const lower::Adoption& adoption : graph.adoptions) {
    if (!made.contains(adoption.address)) {
      return Error(ErrorCode::InvalidArgument, "`" + adoption.address +
                                                   "` is to be adopted, and is not declared; "
                                                   "declare the resource first")
          .At(adoption.loc);
    }
    requests.adoptions[adoption.address] = &adoption;
  }
  for (const lower::Forget& forget : graph.forgets) {
    const auto kept = std::find_if(made.begin(), made.end(), [&](const std::string& address) {
      return lower::Covers(forget.address, address);
    });
    if (kept == made.end()) continue;
    return Error(ErrorCode::InvalidArgument,
                 "`" + *kept + "` is to be forgotten, and is still in the program")
        .At(forget.loc);
  }
  return requests;
}

}  // namespace sprint::plan
