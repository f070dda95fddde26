#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/support/result.h"

namespace sprint::cli {

// What can be said with one verb: its options, each with what it does, and the verbs below it,
// which have none below them.
struct VerbWords {
  std::string name, does;
  std::vector<std::pair<std::string, std::string>> options;  // "--json"
  std::vector<VerbWords> verbs;
  bool alone = true;  // it is a verb without one below it
};

// A script for `shell`: bash, zsh or fish. InvalidArgument for any other.
Result<std::string> CompletionScript(const std::string& shell, const std::vector<VerbWords>& verbs);

}  // namespace sprint::cli
