#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace sprint::local {

// Runs a program of the system to its end, feeding it `input`; what it wrote to
// standard output. Errors: NotFound (no such program), Internal (its exit status was not
// 0; the text has what it wrote to standard error).
Result<std::string> RunTool(const std::vector<std::string>& words, const std::string& input = "");

// Does `work` with a thread of its own inside a network namespace (the file of it);
// here if the name is empty.
Status InNameSpace(const std::string& name_space, const std::function<Status()>& work);

}  // namespace sprint::local
