#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "engine/state/keeper.h"

// A process that writes to a state: state_writer URL NAME SECONDS COUNT
// Takes the lock (waiting for it), says "locked", writes COUNT records NAME.0 …, one
// every 10 ms, saying "wrote N" after each; "lost TEXT" when a write fails.
int main(int argc, char** argv) {
  using namespace sprint;
  if (argc != 5) return 2;
  const std::string name = argv[2];
  auto store = state::Open(argv[1], "race");
  if (!store.ok()) {
    std::printf("lost %s\n", store.error().ToString().c_str());
    return 1;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  auto keeper = state::Keeper::Take(**store, {.purpose = "write " + name,
                                              .lasts = std::chrono::seconds(std::stoi(argv[3])),
                                              .wait = std::chrono::seconds(30)});
  if (!keeper.ok()) {
    std::printf("lost %s\n", keeper.error().ToString().c_str());
    return 1;
  }
  std::puts("locked");
  for (int i = 0; i < std::stoi(argv[4]); ++i) {
    state::Record record;
    record.address = name + "." + std::to_string(i);
    record.type = "sim.thing";
    record.provider = "sim";
    if (const Status status = (*store)->Put(record); !status.ok()) {
      std::printf("lost %s\n", status.error().ToString().c_str());
      return 1;
    }
    std::printf("wrote %d\n", i);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return 0;
}
