#pragma once

#include <optional>
#include <string>

#include "compiler/support/result.h"
#include "engine/placement/placement.h"
#include "providers/value/value.h"

namespace sprint::cli {

// The placement that was applied last and the workload it was made for, beside the
// state: by names, so that it stays true when the program changes. What it says of
// costs and responses is for Predict to fill in.
value::Value RunningValue(const placement::Answer& answer);
Status SaveRunning(const std::string& program_path, const value::Value& running);
// Nothing when none was ever applied. Protocol: the file is damaged.
Result<std::optional<placement::Answer>> LoadRunning(const std::string& program_path);
Status ForgetRunning(const std::string& program_path);

// How many parts of `next` are elsewhere than in `running`, or more of them.
uint32_t Moves(const placement::Answer& running, const placement::Answer& next);

}  // namespace sprint::cli
