#pragma once

#include <string>

namespace sprint::local {

// Leaves its caller (double fork, session of its own) and keeps the program of the
// spec running until SIGTERM: restarts it after 100 ms, doubling to 10 s, from the
// start again once it stayed up for 10 s. Writes its output to the log, and how it
// goes to the status file. SIGHUP is handed on. Returns in the caller's process only:
// 0, or 2 with a line on stderr when the spec cannot be read.
int Supervise(const std::string& spec_path);

}  // namespace sprint::local
