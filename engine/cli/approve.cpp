#include "engine/cli/approve.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace sprint::cli {

bool Approved(const Options& options, const std::string& question) {
  if (options.auto_approve) return true;
  if (isatty(STDIN_FILENO) == 0) {
    std::fprintf(stderr, "sprint: %s Nobody is there to approve; pass --yes to go ahead\n",
                 question.c_str());
    return false;
  }
  std::fflush(stdout);
  std::fprintf(stderr, "\n%s Only `yes` goes ahead: ", question.c_str());
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "yes") return true;
  std::fprintf(stderr, "%ssprint: nothing was changed\n", std::cin.eof() ? "\n" : "");
  return false;
}

}  // namespace sprint::cli
