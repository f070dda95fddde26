#pragma once

#include <cstdint>

#include "compiler/support/result.h"

namespace sprint::profile {

// Seconds of processor time that a process of this machine has used so far, all of its
// threads and the children it has waited for: fields 14 to 17 of /proc/PID/stat (proc(5)),
// in steps of 10 ms. NotFound when there is no such process.
Result<double> ProcessorSeconds(int64_t pid);

}  // namespace sprint::profile
