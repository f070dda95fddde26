#include "engine/placement/infeasible.h"

#include <string>

namespace sprint::placement {

diag::Diagnostic InfeasibleDiagnostic(const Answer& answer, const ir::Deploy& deploy) {
  diag::Diagnostic diagnostic;
  diagnostic.code = "E0601";
  diagnostic.message = "no placement meets all requirements";
  diagnostic.loc = deploy.loc;
  if (!answer.cores.empty() && answer.cores.front().empty()) {
    diagnostic.message = "the continuum is too small for the workload, whatever is required";
    for (const CoreLine& line : answer.blockers) {
      if (&line == &answer.blockers.front()) {
        diagnostic.message = line.text;
        diagnostic.loc = line.loc;
        diagnostic.labels.push_back({deploy.loc, "deployed here"});
      } else {
        diagnostic.labels.push_back({line.loc, line.text});
      }
    }
  }
  if (!answer.cores.empty() && !answer.cores.front().empty()) {
    const auto& core = answer.cores.front();
    diagnostic.message = core.size() == 1 ? "no placement can meet this requirement"
                                          : "these requirements cannot hold together";
    diagnostic.loc = core.front().loc;
    for (size_t i = 1; i < core.size(); ++i) {
      diagnostic.labels.push_back({core[i].loc, "not together with this"});
    }
  }
  for (const Relaxation& relaxation : answer.relaxations) {
    diagnostic.help += (diagnostic.help.empty() ? "" : "; or ") + relaxation.text;
  }
  if (answer.cores.size() > 1) {
    const size_t more = answer.cores.size() - 1;
    diagnostic.help +=
        (diagnostic.help.empty() ? "" : "; ") + std::to_string(more) +
        (more == 1 ? " more set of lines that cannot" : " more sets of lines that cannot") +
        " hold together";
    diagnostic.help += more == 1 ? " exists" : " exist";
  }
  return diagnostic;
}

}  // namespace sprint::placement
