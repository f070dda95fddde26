#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "compiler/support/result.h"

namespace sprint::host {

// A child process whose output is always drained. One thread of ours starts it, reads
// it and reaps it: the kernel's die-with-parent follows the thread that forked, so
// that thread must live as long as the child.
class Process {
 public:
  // Errors: NotFound, Denied, Unavailable (no thread left), Internal.
  static Result<std::unique_ptr<Process>> Start(
      const std::string& path, const std::map<std::string, std::string>& environment);
  // Kills what still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The first line of its standard output, without the end of line. Errors: Timeout,
  // Unavailable (it ended without one), Protocol (no line within 64 KiB).
  Result<std::string> FirstLine(std::chrono::milliseconds timeout);
  // True once it has ended.
  bool WaitFor(std::chrono::milliseconds timeout);
  void Kill();
  // "exit status 3", "killed by signal 9", "still running"; and the last words.
  std::string Fate();

 private:
  struct Spawn;
  Process() = default;
  void Run(Spawn spawn);
  void Drain(int out, int err);
  void Append(const char* data, size_t size, bool from_out);
  std::string LastWords() const;

  std::mutex mutex_;
  std::condition_variable changed_;
  pid_t pid_ = -1;        // -1 before the start and after the end
  bool started_ = false;  // exec has succeeded or failed
  int start_error_ = 0;   // errno of the failure
  bool ended_ = false;
  int wait_status_ = 0;
  std::string first_line_;  // until line_done_ what came so far
  bool line_done_ = false;
  bool out_closed_ = false;
  std::string tail_;  // the last 4 KiB of both outputs
  std::jthread thread_;
};

}  // namespace sprint::host
