// Kills the engine and its provider over and over, in the middle of changes of a small
// world, and counts what is lost. After every few kills one run is left alone: then the
// state must have every object of the world once, and the next plan must be empty.
//   e2e.kill [--count N] [--seed N]
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "engine/state/store.h"
#include "tests/e2e/kill/programs.h"

namespace sprint::kill {
namespace {

// Where a kill hits. Boundary: of the journal, before or after a write. Moment: any time
// at all. Before and After: the provider, around the deed.
enum class Way { Boundary, Moment, Before, After };
constexpr std::array<const char*, 4> Names{"engine at a journal boundary", "engine at any moment",
                                           "provider before the deed", "provider after the deed"};

struct Ran {
  bool killed = false;
  int code = 0;
  std::string out;
};

class Loop {
 public:
  Loop(std::string folder, uint64_t seed) : folder_(std::move(folder)), random_(seed) {}

  int Go(int count) {
    while (kills_ < count) {
      const int before = kills_;
      const int burst = 1 + static_cast<int>(random_() % 6);
      for (int i = 0; i < burst && kills_ < count; ++i) Kill();
      // One that was not hit is as good as a run left alone.
      if (kills_ == before && ++missed_ > 200) return Failed("nothing can be killed any more");
      if (kills_ > before) missed_ = 0;
      if (!LeftAlone()) return 1;
    }
    for (size_t way = 0; way < Names.size(); ++way) {
      std::printf("%6d kills: %s\n", by_way_[way], Names[way]);
    }
    std::printf("%6d kills survived, %d clean runs after them, 0 objects lost, 0 duplicates\n",
                kills_, clean_);
    return 0;
  }

 private:
  // Now and then the program changes, so that updates, replacements and deletions are
  // under way as well.
  uint64_t Program() {
    if (random_() % 3 == 0) program_ = random_() % 1000;
    return program_;
  }

  void Script(const std::string& text) { std::ofstream(folder_ + "/script") << text; }

  void Kill() {
    const Way way = static_cast<Way>(random_() % Names.size());
    int point = -1;
    std::chrono::microseconds after{0};
    std::string script = "delay " + std::to_string(random_() % 4) + "\n";
    switch (way) {
      case Way::Boundary:
        point = static_cast<int>(random_() % 24);
        break;
      case Way::Moment:
        script = "delay 20\n";
        after = std::chrono::microseconds(20'000 + random_() % 200'000);
        break;
      case Way::Before:
        script += "die before " + std::to_string(1 + random_() % 4) + "\n";
        break;
      case Way::After:
        script += "die after " + std::to_string(1 + random_() % 4) + "\n";
        break;
    }
    Script(script);
    const Ran ran = Run(point, after);
    // A provider that died leaves the engine with a call whose outcome it does not know.
    const bool hit = ran.killed || ((way == Way::Before || way == Way::After) && ran.code == 1);
    if (!hit) return;
    ++kills_;
    ++by_way_[static_cast<size_t>(way)];
  }

  bool LeftAlone() {
    Script("");
    const Ran ran = Run(-1, {});
    ++clean_;
    if (ran.killed || ran.code != 0) {
      Failed("a run that nobody disturbed did not converge");
      return false;
    }
    size_t open = 1, changes = 1, records = 0;
    std::istringstream(ran.out) >> open >> changes >> records;
    if (open != 0 || changes != 0) {
      Failed("after a clean run " + std::to_string(open) + " calls are open and " +
             std::to_string(changes) + " changes are left");
      return false;
    }
    return Compare();
  }

  // The objects of the state are those of the world, each once.
  bool Compare() {
    auto store = state::OpenSqlite(folder_ + "/state.db");
    auto snapshot = store.ok() ? (*store)->Read() : Result<state::Snapshot>(store.error());
    if (!snapshot.ok()) {
      Failed(snapshot.error().ToString());
      return false;
    }
    std::set<std::string> known;
    for (const auto& [address, record] : snapshot->records) {
      known.insert(record.attributes.Text("id"));
      if (!record.deposed.empty() || record.tainted) {
        Failed("`" + address + "` is not as a clean run leaves it");
        return false;
      }
    }
    std::set<std::string> there;
    std::map<std::string, int> names;
    // What was inside the first object's predecessors has gone with them. A program with
    // nothing inside leaves no folder there.
    const std::string host = snapshot->records["t0"].attributes.Text("id");
    for (const std::string& world : {folder_, InnerFolder(folder_, host)}) {
      std::error_code absent;
      for (const auto& entry : std::filesystem::directory_iterator(world + "/objects", absent)) {
        there.insert(entry.path().filename().string());
        std::ifstream in(entry.path());
        std::ostringstream text;
        text << in.rdbuf();
        const auto object = value::FromJson(text.str());
        if (object.ok() && ++names[object->Text("name")] > 1) {
          Failed("there are two of `" + object->Text("name") + "`");
          return false;
        }
      }
    }
    if (known == there) return true;
    for (const std::string& id : there) {
      if (!known.contains(id)) Failed("nobody knows of object " + id);
    }
    for (const std::string& id : known) {
      if (!there.contains(id)) Failed("object " + id + " is not there");
    }
    return false;
  }

  Ran Run(int point, std::chrono::microseconds kill_after) {
    int out[2];
    Ran ran;
    if (pipe(out) != 0) return ran;
    const std::string seed = std::to_string(Program()), at = std::to_string(point);
    const std::string log = folder_ + "/log";
    const pid_t child = fork();
    if (child == 0) {
      dup2(out[1], STDOUT_FILENO);
      close(out[0]);
      close(out[1]);
      if (!freopen(log.c_str(), "w", stderr)) _exit(127);
      execl(KILL_ENGINE, KILL_ENGINE, folder_.c_str(), SCRIPTED_PROVIDER, seed.c_str(), at.c_str(),
            static_cast<char*>(nullptr));
      _exit(127);
    }
    close(out[1]);
    if (kill_after.count() > 0) {
      std::this_thread::sleep_for(kill_after);
      ::kill(child, SIGKILL);
    }
    char buffer[256];
    for (ssize_t size = 0; (size = read(out[0], buffer, sizeof buffer)) > 0;) {
      ran.out.append(buffer, static_cast<size_t>(size));
    }
    close(out[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ran.killed = WIFSIGNALED(status);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
  }

  int Failed(const std::string& what) {
    std::printf("after %d kills, program %llu: %s\n", kills_,
                static_cast<unsigned long long>(program_), what.c_str());
    std::ifstream log(folder_ + "/log");
    std::ostringstream text;
    text << log.rdbuf();
    std::fputs(text.str().c_str(), stdout);
    return 1;
  }

  const std::string folder_;
  std::mt19937_64 random_;
  uint64_t program_ = 1;
  int kills_ = 0, clean_ = 0, missed_ = 0;
  std::array<int, 4> by_way_{};
};

int Main(int argc, char** argv) {
  int count = 150;
  uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--count") == 0) count = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--seed") == 0) seed = std::strtoull(argv[i + 1], nullptr, 10);
  }
  std::string folder = (std::filesystem::temp_directory_path() / "killXXXXXX").string();
  if (!mkdtemp(folder.data())) return 2;
  const int code = Loop(folder, seed).Go(count);
  if (code == 0) {
    std::filesystem::remove_all(folder);
  } else {
    std::printf("seed %llu; the world is left in %s\n", static_cast<unsigned long long>(seed),
                folder.c_str());
  }
  return code;
}

}  // namespace
}  // namespace sprint::kill

int main(int argc, char** argv) { return sprint::kill::Main(argc, argv); }
