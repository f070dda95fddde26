#include "engine/profile/processor.h"

#include <unistd.h>

#include <sstream>
#include <string>

#include "compiler/support/environment.h"

namespace sprint::profile {

Result<double> ProcessorSeconds(int64_t pid) {
  const Result<std::string> text = RealFileSystem().Read("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat = text.ok() ? *text : "";
  // The name, in brackets, may hold anything; what follows does not.
  const size_t after = stat.rfind(')');
  std::istringstream fields(after == std::string::npos ? "" : stat.substr(after + 1));
  std::string field;
  for (int i = 3; i < 14; ++i) fields >> field;
  double ticks = 0;
  for (int i = 14; i <= 17; ++i) {
    double value = 0;
    fields >> value;
    ticks += value;
  }
  if (!fields) return Error(ErrorCode::NotFound, "there is no process " + std::to_string(pid));
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace sprint::profile
