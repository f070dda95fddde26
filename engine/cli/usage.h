#pragma once

#include <string>
#include <vector>

#include "engine/cli/completion.h"

namespace sprint::cli {

// What is the matter with a command line that was not understood, when it is a verb or an
// option that there is not, with the one that was likely meant; "" when it is neither.
// `words` are those behind `sprint`.
std::string NoSuchWord(const std::vector<std::string>& words, const std::vector<VerbWords>& verbs);

}  // namespace sprint::cli
