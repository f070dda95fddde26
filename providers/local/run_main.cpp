#include <cstdio>
#include <string>

#include "providers/local/proxy.h"
#include "providers/local/supervise.h"

int main(int argc, char** argv) {
  std::string task = argc == 3 ? argv[1] : "";
  if (task == "supervise") return sprint::local::Supervise(argv[2]);
  if (task == "proxy") return sprint::local::RunProxy(argv[2]);
  std::fputs("sprint-local-run is started by the local provider, not by hand.\n", stderr);
  return 1;
}
