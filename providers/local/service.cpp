#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include "compiler/support/environment.h"
#include "providers/local/http.h"
#include "providers/local/machine.h"
#include "providers/local/site.h"
#include "providers/local/tool.h"

namespace sprint::local {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds ProbeTime{1000};
constexpr milliseconds PauseTime{10};
constexpr int LogLines = 10;
// Below the range the kernel gives to outgoing connections.
constexpr int FirstPlainPort = 20000;
constexpr int PlainPorts = 10000;
constexpr int FirstPort = 8080;
constexpr int PortCount = 1000;

std::string Marker(const Site& site, const std::string& kind, const std::string& id) {
  return site.registry.File(kind, id, "spec");
}

std::string LastLines(const std::string& path) {
  std::ifstream log(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(log, line);) {
    lines.push_back(line);
    if (lines.size() > LogLines) lines.erase(lines.begin());
  }
  if (lines.empty()) return "; it wrote nothing";
  std::string text = "; the last lines it wrote:";
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

// A file without a name, in memory only, with this text in it; -1: there is none.
int InMemory(const std::string& text) {
  const int fd = memfd_create("spec", MFD_CLOEXEC);
  size_t done = 0;
  while (fd >= 0 && done < text.size()) {
    const ssize_t count = write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) {
      close(fd);
      return -1;
    }
    done += static_cast<size_t>(std::max<ssize_t>(count, 0));
  }
  return fd;
}

// Runs the helper until its supervisor has begun. The spec goes to its standard input: the
// environment in it may hold secrets, which have no place on a disk.
Status Spawn(const std::string& helper, const Spec& spec) {
  std::string variable = std::string(MarkerName) + "=" + spec.marker;
  char* environment[] = {variable.data(), nullptr};
  std::string task = "supervise", program = helper, file = "/proc/self/fd/0";
  char* arguments[] = {program.data(), task.data(), file.data(), nullptr};
  int words[2];
  if (pipe2(words, O_CLOEXEC) != 0) {
    return Error(ErrorCode::Internal, std::string("no pipe: ") + std::strerror(errno));
  }
  const int given = InMemory(value::ToJson(ToValue(spec)));
  if (given < 0) {
    for (const int fd : words) close(fd);
    return Error(ErrorCode::Internal, std::string("no memory file: ") + std::strerror(errno));
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, given, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&files, words[1], 2);
  pid_t pid = 0;
  int error = posix_spawn(&pid, arguments[0], &files, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&files);
  close(words[1]);
  close(given);
  char why[512];
  const ssize_t size = error != 0 ? 0 : read(words[0], why, sizeof why);
  close(words[0]);
  if (error != 0) {
    return Error(ErrorCode::Internal, "cannot start " + helper + ": " + std::strerror(error));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Ok();
  return Error(
      ErrorCode::Internal,
      "cannot supervise it: " + std::string(why, static_cast<size_t>(std::max<ssize_t>(size, 0))));
}

// What is written down of a spec: no texts of its environment.
value::Value Kept(Spec spec) {
  for (auto& variable : spec.environment) variable.second.clear();
  return ToValue(spec);
}

// The program that runs has this environment.
bool RunsWith(const Progress& progress, const std::map<std::string, std::string>& environment) {
  std::ifstream file("/proc/" + std::to_string(progress.child.pid) + "/environ");
  std::map<std::string, std::string> has;
  for (std::string entry; std::getline(file, entry, '\0');) {
    const size_t equals = std::min(entry.find('='), entry.size());
    has[entry.substr(0, equals)] = entry.substr(std::min(equals + 1, entry.size()));
  }
  return std::all_of(environment.begin(), environment.end(), [&has](const auto& wanted) {
    const auto found = has.find(wanted.first);
    return found != has.end() && found->second == wanted.second;
  });
}

// Empty when it answers; else why it does not yet.
std::string Probe(const std::string& address) {
  Result<HttpResponse> answer = Call(address, {"GET", "/health"}, ProbeTime);
  if (!answer.ok()) return answer.error().message();
  if (answer->status == 200) return "";
  return "GET http://" + address + "/health answered " + std::to_string(answer->status);
}

Status WaitReady(Site& site, const Service& service) {
  const auto give_up = steady_clock::now() + site.options.ready;
  std::string why = "it was not started";
  while (steady_clock::now() < give_up) {
    if (site.stopped) return Error(ErrorCode::Cancelled, "stopped while starting " + service.what);
    std::optional<Progress> progress = Running(site, service.kind, service.id);
    if (progress && progress->never) {
      return Error(ErrorCode::NotFound, service.what + ": " + progress->problem);
    }
    if (progress && progress->child.pid != 0) {
      why = Probe(service.address);
      // Somebody else may have answered there, while ours could not listen.
      std::optional<Progress> after = Running(site, service.kind, service.id);
      if (why.empty() && after && after->child == progress->child && Alive(after->child)) {
        return Ok();
      }
      if (why.empty()) why = "another program answers at " + service.address;
      progress = after;
    }
    if (progress && progress->starts > 1) {
      why = "it ended " + std::to_string(progress->starts - 1) + " times, at last with " +
            progress->problem;
    }
    std::this_thread::sleep_for(PauseTime);
  }
  std::ostringstream seconds;
  seconds << static_cast<double>(site.options.ready.count()) / 1000;
  return Error(ErrorCode::Timeout, service.what + " was not ready within " + seconds.str() +
                                       " s: " + why + LastLines(service.spec.log));
}

Status Free(const std::string& name_space, const std::string& address) {
  return InNameSpace(name_space, [&address]() -> Status {
    Result<Socket> socket = Listen(address);
    return socket.ok() ? Ok() : Status(socket.TakeError());
  });
}

}  // namespace

std::optional<Progress> Running(const Site& site, const std::string& kind, const std::string& id) {
  Result<value::Value> status = ReadJsonFile(site.registry.File(kind, id, "status"));
  if (!status.ok()) return std::nullopt;
  Progress progress = ProgressFrom(*status);
  if (!Alive(progress.supervisor)) return std::nullopt;
  return progress;
}

Status StartService(Site& site, Service service) {
  service.spec.marker = Marker(site, service.kind, service.id);
  service.spec.log = site.registry.LogFile(service.kind, service.id);
  service.spec.status = site.registry.File(service.kind, service.id, "status");
  const std::string& path = service.spec.marker;
  const std::string kept = value::ToJson(Kept(service.spec));
  Result<value::Value> old = ReadJsonFile(path);
  const std::optional<Progress> running = Running(site, service.kind, service.id);
  // A process left half made may be of an earlier program. A proxy has requests under way.
  const bool other = service.kind == ProcessFolder &&
                     !(old.ok() && value::ToJson(ToValue(SpecFrom(*old))) == kept && running &&
                       RunsWith(*running, service.spec.environment));
  if (!running || other) {
    KillMarked(service.spec.marker);
    // The first status is written here, so that a full disk is known at once.
    SPRINT_RETURN_IF_ERROR(
        RealFileSystem().Write(service.spec.status, value::ToJson(ToValue(Progress{})), 0600));
    SPRINT_RETURN_IF_ERROR(RealFileSystem().Write(path, kept, 0600));
    SPRINT_RETURN_IF_ERROR(Spawn(site.options.helper, service.spec));
  }
  Status ready = WaitReady(site, service);
  if (!ready.ok()) (void)StopService(site, service.kind, service.id, true);
  return ready;
}

Status StopService(Site& site, const std::string& kind, const std::string& id, bool at_once) {
  std::string marker = Marker(site, kind, id);
  std::optional<Progress> progress = Running(site, kind, id);
  if (progress && !at_once && Signal(progress->supervisor, SIGTERM)) {
    Result<value::Value> spec = ReadJsonFile(marker);
    milliseconds grace(spec.ok() ? SpecFrom(*spec).grace_ms : 0);
    auto give_up = steady_clock::now() + grace + milliseconds(1000);
    while (Alive(progress->supervisor) && steady_clock::now() < give_up && !site.stopped) {
      std::this_thread::sleep_for(PauseTime);
    }
  }
  if (KillMarked(marker)) return Ok();
  return Error(ErrorCode::Internal, "processes of " + id + " cannot be killed");
}

Result<std::string> PickAddress(Site& site, const value::Value& zone, const std::string& ip,
                                const std::string& key, int fixed) {
  std::map<std::string, std::string> taken;
  for (const char* kind : {ProcessFolder, ProxyFolder}) {
    for (const value::Value& record : site.registry.All(kind)) {
      taken[record.Text("address")] = record.Text("name");
    }
  }
  const std::string name_space = NameSpaceOf(zone);
  auto at = [&ip](int port) { return ip + ":" + std::to_string(port); };
  if (fixed > 0) {
    std::string address = at(fixed);
    if (auto by = taken.find(address); by != taken.end()) {
      return Error(ErrorCode::Conflict, "port " + std::to_string(fixed) + " of " + ip +
                                            " is already taken by " + by->second);
    }
    Status free = Free(name_space, address);
    if (free.ok()) return address;
    if (free.error().code() != ErrorCode::Conflict) return free.TakeError();
    return Error(ErrorCode::Conflict, "port " + std::to_string(fixed) + " of " + ip +
                                          " is already taken by another program");
  }
  // Plain zones share one address: beginning at a place of its own, a service usually
  // finds the same port again.
  const bool plain = name_space.empty();
  const int first = plain ? FirstPlainPort : FirstPort, count = plain ? PlainPorts : PortCount;
  int offset = plain ? std::stoi(Hash(site.owner + "/" + key).substr(0, 6), nullptr, 16) : 0;
  for (int i = 0; i < count; ++i) {
    std::string address = at(first + (offset + i) % count);
    if (taken.contains(address)) continue;
    Status free = Free(name_space, address);
    if (free.ok()) return address;
    if (free.error().code() != ErrorCode::Conflict) return free.TakeError();
  }
  return Error(ErrorCode::Conflict, "no port is free at " + ip);
}

}  // namespace sprint::local
