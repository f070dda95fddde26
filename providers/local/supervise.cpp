#include "providers/local/supervise.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>

#include "compiler/support/environment.h"
#include "providers/local/spec.h"

namespace sprint::local {
namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock::time_point;

constexpr milliseconds FirstPause{100};
constexpr milliseconds LongestPause{10'000};
constexpr milliseconds StableTime{10'000};
constexpr int OldLogs = 2;

Moment Now() { return std::chrono::steady_clock::now(); }

// Keeps the last OldLogs+1 files. A full disk loses lines, never the program.
class Log {
 public:
  Log(std::string path, int64_t limit) : path_(std::move(path)), limit_(limit) { Open(); }
  ~Log() {
    if (fd_ >= 0) close(fd_);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  void Write(const char* data, size_t size) {
    if (fd_ < 0) Open();
    if (fd_ >= 0 && size_ > 0 && size_ + static_cast<int64_t>(size) > limit_) Rotate();
    ssize_t written = fd_ < 0 ? 0 : write(fd_, data, size);
    if (written > 0) size_ += written;
  }

 private:
  void Open() {
    fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat info {};
    size_ = fd_ >= 0 && fstat(fd_, &info) == 0 ? info.st_size : 0;
  }
  void Rotate() {
    close(fd_);
    for (int i = OldLogs; i >= 1; --i) {
      std::string from = i == 1 ? path_ : path_ + "." + std::to_string(i - 1);
      rename(from.c_str(), (path_ + "." + std::to_string(i)).c_str());
    }
    Open();
  }
  std::string path_;
  int64_t limit_;
  int fd_ = -1;
  int64_t size_ = 0;
};

// How often the kernel has killed something in these groups for want of memory:
// memory.events of version 2, memory.oom_control of version 1.
int64_t OutOfMemory(const std::vector<std::string>& procs_files) {
  int64_t kills = 0;
  for (const std::string& procs : procs_files) {
    for (const char* name : {"memory.events", "memory.oom_control"}) {
      std::ifstream file(procs.substr(0, procs.rfind('/') + 1) + name);
      std::string key;
      for (int64_t count = 0; file >> key >> count;) kills += key == "oom_kill" ? count : 0;
    }
  }
  return kills;
}

std::string Describe(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "killed by signal " + std::to_string(WTERMSIG(wait_status));
  return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

class Supervisor {
 public:
  // `begun`: a pipe that gets "+" once the first status is written, or why it was not.
  Supervisor(Spec spec, int begun)
      : spec_(std::move(spec)), begun_(begun), log_(spec_.log, spec_.log_limit) {}
  [[noreturn]] void Run();

 private:
  void Start();
  [[noreturn]] void BecomeProgram(int output, int failure) const;
  void Reap();
  void ChildEnded(int wait_status);
  void ReadOutput();
  void HandleSignals();
  void KillAllChildren() const;
  void Say();
  int WaitTime() const;

  Spec spec_;
  int begun_;
  Log log_;
  Progress progress_;
  int signals_ = -1;
  int output_ = -1;  // the program's standard output and error
  pid_t child_ = 0;
  Moment started_;
  int64_t memory_kills_ = 0;  // when it was started
  milliseconds pause_ = FirstPause;
  std::optional<Moment> start_at_, kill_at_;
  bool stopping_ = false;
};

void Supervisor::Run() {
  sigset_t handled;
  sigemptyset(&handled);
  for (int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT}) sigaddset(&handled, signal);
  sigprocmask(SIG_BLOCK, &handled, nullptr);
  signals_ = signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
  // What the program leaves behind becomes ours to end.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  progress_.supervisor = Identify(getpid());
  Start();
  while (true) {
    pollfd watched[] = {{signals_, POLLIN, 0}, {output_, POLLIN, 0}};
    poll(watched, 2, WaitTime());
    if (output_ >= 0 && watched[1].revents != 0) ReadOutput();
    HandleSignals();
    Reap();
    if (kill_at_ && Now() >= *kill_at_) {
      kill(-child_, SIGKILL);
      kill_at_.reset();
    }
    if (stopping_ && child_ == 0) {
      KillAllChildren();
      _exit(0);
    }
    if (start_at_ && Now() >= *start_at_) Start();
  }
}

int Supervisor::WaitTime() const {
  if (!start_at_ && !kill_at_) return -1;
  Moment due = start_at_ ? *start_at_ : *kill_at_;
  auto left = std::chrono::ceil<milliseconds>(due - Now()).count();
  return static_cast<int>(std::max<int64_t>(0, left));
}

void Supervisor::Start() {
  start_at_.reset();
  int output[2] = {-1, -1}, failure[2] = {-1, -1};
  started_ = Now();
  memory_kills_ = OutOfMemory(spec_.cgroups);
  ++progress_.starts;
  // Out of descriptors or processes is no end: others give some back.
  const bool piped = pipe2(output, O_CLOEXEC) == 0 && pipe2(failure, O_CLOEXEC) == 0;
  child_ = piped ? fork() : -1;
  const int error = errno;
  if (child_ == 0) BecomeProgram(output[1], failure[1]);
  for (const int fd : {output[1], failure[1], output_}) {
    if (fd >= 0) close(fd);
  }
  output_ = output[0];
  if (output_ >= 0) fcntl(output_, F_SETFL, O_NONBLOCK);
  // Nothing comes, and the end, when the program has started.
  char why[256];
  ssize_t size = child_ < 0 ? 0 : read(failure[0], why, sizeof why);
  if (failure[0] >= 0) close(failure[0]);
  progress_.never = size > 0 || child_ < 0;
  if (size > 0) {
    progress_.problem.assign(why, static_cast<size_t>(size));
    std::string line = progress_.problem + "\n";
    log_.Write(line.data(), line.size());
  }
  if (child_ < 0) {
    child_ = 0;
    progress_.problem = std::string("cannot start a process: ") + std::strerror(error);
    start_at_ = Now() + pause_;
  }
  progress_.child = child_ > 0 && !progress_.never ? Identify(child_) : ProcessId{};
  Say();
}

void Supervisor::BecomeProgram(int output, int failure) const {
  auto fail = [failure](const std::string& what) {
    std::string text = what + ": " + std::strerror(errno);
    [[maybe_unused]] ssize_t written = write(failure, text.data(), text.size());
    _exit(127);
  };
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != progress_.supervisor.pid) _exit(127);
  for (const std::string& procs : spec_.cgroups) {
    int fd = open(procs.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1) fail("cannot enter " + procs);
    close(fd);
  }
  if (!spec_.name_space.empty()) {
    int fd = open(spec_.name_space.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) fail("cannot enter " + spec_.name_space);
  }
  dup2(output, 1);
  dup2(output, 2);
  if (chdir(spec_.folder.c_str()) != 0) fail("cannot enter " + spec_.folder);
  for (int signal = 1; signal < 32; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  umask(022);
  std::vector<std::string> words = spec_.command, texts;
  std::vector<char*> arguments, environment;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  for (const auto& [name, text] : spec_.environment)
    texts.emplace_back(name).append("=").append(text);
  texts.push_back(std::string(MarkerName) + "=" + spec_.marker);
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  execvpe(arguments[0], arguments.data(), environment.data());
  fail("cannot execute " + spec_.command[0]);
  _exit(127);
}

void Supervisor::Reap() {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == child_) ChildEnded(status);
  }
}

void Supervisor::ChildEnded(int wait_status) {
  // What it left running would hold its port.
  kill(-child_, SIGKILL);
  child_ = 0;
  kill_at_.reset();
  KillAllChildren();
  ReadOutput();
  progress_.child = {};
  if (!progress_.never) progress_.problem = Describe(wait_status);
  if (OutOfMemory(spec_.cgroups) > memory_kills_) progress_.problem += ", out of memory";
  if (stopping_) return;
  if (Now() - started_ >= StableTime) pause_ = FirstPause;
  start_at_ = Now() + pause_;
  std::string line = "[supervisor] " + progress_.problem + "; started again in " +
                     std::to_string(pause_.count()) + " ms\n";
  log_.Write(line.data(), line.size());
  pause_ = std::min(pause_ * 2, LongestPause);
  Say();
}

void Supervisor::ReadOutput() {
  char buffer[16384];
  while (output_ >= 0) {
    ssize_t size = read(output_, buffer, sizeof buffer);
    if (size > 0) {
      log_.Write(buffer, static_cast<size_t>(size));
      continue;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    close(output_);
    output_ = -1;
  }
}

void Supervisor::HandleSignals() {
  signalfd_siginfo info{};
  while (read(signals_, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGHUP && child_ > 0) kill(child_, SIGHUP);
    if (info.ssi_signo != SIGTERM || stopping_) continue;
    stopping_ = true;
    start_at_.reset();
    if (child_ == 0) continue;
    kill(-child_, SIGTERM);
    kill_at_ = Now() + milliseconds(spec_.grace_ms);
  }
}

void Supervisor::KillAllChildren() const {
  // proc(5): lists children reliably while they cannot fork away; so until none is left.
  std::string path = "/proc/self/task/" + std::to_string(getpid()) + "/children";
  for (int round = 0; round < 100; ++round) {
    std::ifstream children(path);
    bool any = false;
    for (pid_t pid = 0; children >> pid; any = true) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    if (!any) return;
  }
}

void Supervisor::Say() {
  Status said = RealFileSystem().Write(spec_.status, value::ToJson(ToValue(progress_)), 0600);
  // Later a full disk must not end the program: the provider then reads the older status.
  if (begun_ < 0) return;
  const std::string word = said.ok() ? "+" : said.error().ToString();
  [[maybe_unused]] ssize_t written = write(begun_, word.data(), word.size());
  close(begun_);
  begun_ = -1;
  if (said.ok()) return;
  if (child_ > 0) kill(-child_, SIGKILL);
  KillAllChildren();
  _exit(2);
}

}  // namespace

int Supervise(const std::string& spec_path) {
  Result<value::Value> text = ReadJsonFile(spec_path);
  if (!text.ok()) {
    std::fprintf(stderr, "%s\n", text.error().ToString().c_str());
    return 2;
  }
  Spec spec = SpecFrom(*text);
  if (spec.command.empty()) {
    std::fprintf(stderr, "%s: no command\n", spec_path.c_str());
    return 2;
  }
  close_range(3, ~0U, 0);
  int begun[2];
  if (pipe2(begun, O_CLOEXEC) != 0) return 2;
  pid_t pid = fork();
  if (pid != 0) {
    close(begun[1]);
    char word[512];
    const ssize_t size = pid < 0 ? 0 : read(begun[0], word, sizeof word);
    if (size == 1 && word[0] == '+') return 0;
    std::fprintf(stderr, "%.*s", static_cast<int>(std::max<ssize_t>(size, 0)), word);
    return 2;
  }
  setsid();
  umask(077);
  [[maybe_unused]] int moved = chdir("/");
  int null = open("/dev/null", O_RDWR);
  for (int fd : {0, 1, 2}) dup2(null, fd);
  if (null > 2) close(null);
  Supervisor(std::move(spec), begun[1]).Run();
}

}  // namespace sprint::local
