#include "providers/host/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include "compiler/support/thread.h"

extern char** environ;

namespace sprint::host {
namespace {

constexpr size_t kTail = 4096;
constexpr size_t kLongestLine = 65536;

// Signal names are for people who read manuals; the number is what tools print.
std::string Describe(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "killed by signal " + std::to_string(WTERMSIG(wait_status));
  return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

void Close(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

// Closes what is left of a pipe.
struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  ~Pipe() {
    Close(ends[0]);
    Close(ends[1]);
  }
  bool Open() { return pipe2(ends, O_CLOEXEC) == 0; }
};

}  // namespace

struct Process::Spawn {
  std::string path;
  std::vector<std::string> environment;
};

Result<std::unique_ptr<Process>> Process::Start(
    const std::string& path, const std::map<std::string, std::string>& environment) {
  Spawn spawn{path, {}};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string name(*entry, std::strcspn(*entry, "="));
    if (!environment.contains(name)) spawn.environment.push_back(*entry);
  }
  for (const auto& [name, text] : environment) spawn.environment.push_back(name + "=" + text);

  std::unique_ptr<Process> process(new Process());
  SPRINT_ASSIGN_OR_RETURN(
      process->thread_,
      StartThread([it = process.get(), spawn](const std::stop_token&) { it->Run(spawn); }));
  int start_error = 0;
  {
    std::unique_lock lock(process->mutex_);
    process->changed_.wait(lock, [&] { return process->started_; });
    start_error = process->start_error_;
  }
  if (start_error == 0) return process;
  ErrorCode code = start_error == ENOENT || start_error == ENOTDIR ? ErrorCode::NotFound
                   : start_error == EACCES || start_error == EPERM ? ErrorCode::Denied
                                                                   : ErrorCode::Internal;
  return Error(code, "cannot start " + path + ": " + std::strerror(start_error));
}

void Process::Run(Spawn spawn) {
  std::vector<char*> environment;
  for (std::string& entry : spawn.environment) environment.push_back(entry.data());
  environment.push_back(nullptr);
  char* arguments[] = {spawn.path.data(), nullptr};

  Pipe out, err, failure;
  int failed = 0;
  if (!out.Open() || !err.Open() || !failure.Open()) failed = errno;
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const pid_t parent = getpid();
  const pid_t pid = failed != 0 ? -1 : fork();
  if (pid == 0) {
    // Only what is safe after fork in a program with threads.
    setpgid(0, 0);  // the terminal's interrupt is for us, not for it
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(null, 0);
    dup2(out.ends[1], 1);
    dup2(err.ends[1], 2);
    // Files that others opened without close-on-exec are none of its business.
    close_range(3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */);
    std::signal(SIGPIPE, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(arguments[0], arguments, environment.data());
    int error = errno;
    [[maybe_unused]] ssize_t written = write(failure.ends[1], &error, sizeof error);
    _exit(127);
  }
  if (pid < 0 && failed == 0) failed = errno;
  if (null >= 0) close(null);
  Close(out.ends[1]);
  Close(err.ends[1]);
  Close(failure.ends[1]);
  if (pid > 0) {
    // Closed without a word when exec succeeds.
    int error = 0;
    ssize_t got;
    do {
      got = read(failure.ends[0], &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    if (got == static_cast<ssize_t>(sizeof error)) failed = error;
  }
  {
    std::lock_guard lock(mutex_);
    started_ = true;
    start_error_ = failed;
    if (failed == 0) pid_ = pid;
    changed_.notify_all();
  }
  if (failed == 0) Drain(out.ends[0], err.ends[0]);
  if (pid > 0) {
    siginfo_t info;
    // Waits without reaping, so that Kill never meets a number that is somebody else's.
    while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
    std::lock_guard lock(mutex_);
    while (waitpid(pid, &wait_status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  std::lock_guard lock(mutex_);
  ended_ = true;
  out_closed_ = true;
  changed_.notify_all();
}

void Process::Drain(int out, int err) {
  pollfd fds[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  char buffer[4096];
  while (fds[0].fd >= 0 || fds[1].fd >= 0) {
    // A grandchild may hold the pipes open after the child is gone: look now and then.
    int ready = poll(fds, 2, 100);
    if (ready < 0) continue;  // what it says of the two is of the time before
    if (ready == 0) {
      siginfo_t info;
      info.si_pid = 0;
      if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
          info.si_pid != 0) {
        return;
      }
      continue;
    }
    for (pollfd& fd : fds) {
      if (fd.fd < 0 || fd.revents == 0) continue;
      ssize_t got = read(fd.fd, buffer, sizeof buffer);
      if (got > 0) {
        Append(buffer, static_cast<size_t>(got), fd.fd == out);
      } else if (got == 0 || errno != EINTR) {
        if (fd.fd == out) {
          std::lock_guard lock(mutex_);
          out_closed_ = true;
          changed_.notify_all();
        }
        fd.fd = -1;
      }
    }
  }
}

void Process::Append(const char* data, size_t size, bool from_out) {
  std::lock_guard lock(mutex_);
  tail_.append(data, size);
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
  if (!from_out || line_done_) return;
  first_line_.append(data, size);
  if (size_t end = first_line_.find('\n'); end != std::string::npos) {
    first_line_.resize(end);
    line_done_ = true;
  }
  changed_.notify_all();
}

Result<std::string> Process::FirstLine(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  bool in_time = changed_.wait_for(lock, timeout, [this] {
    return line_done_ || out_closed_ || first_line_.size() > kLongestLine;
  });
  if (line_done_) return first_line_;
  if (first_line_.size() > kLongestLine) {
    return Error(ErrorCode::Protocol, "no end of line in the first 64 KiB");
  }
  if (!in_time) {
    return Error(ErrorCode::Timeout,
                 "silent for " + std::to_string(timeout.count()) + " ms" + LastWords());
  }
  // Closing its output usually means the end: wait for the status.
  changed_.wait_for(lock, std::chrono::seconds(1), [this] { return ended_; });
  return Error(ErrorCode::Unavailable,
               (ended_ ? "ended at once with " + Describe(wait_status_) : "closed its output") +
                   LastWords());
}

bool Process::WaitFor(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return ended_; });
}

void Process::Kill() {
  std::lock_guard lock(mutex_);
  if (pid_ > 0) kill(pid_, SIGKILL);
}

std::string Process::Fate() {
  std::lock_guard lock(mutex_);
  return (ended_ ? Describe(wait_status_) : "still running") + LastWords();
}

std::string Process::LastWords() const {
  std::string words = tail_;
  while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
  return words.empty() ? "" : "; its last words: " + words;
}

Process::~Process() {
  Kill();
  if (thread_.joinable()) thread_.join();
}

}  // namespace sprint::host
