#include "providers/local/tool.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "compiler/support/thread.h"

extern char** environ;

namespace sprint::local {

Result<std::string> RunTool(const std::vector<std::string>& words, const std::string& input) {
  // What goes in is a few lines: it fits the pipe, so writing it first cannot block.
  int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    const int error = errno;
    for (const int* ends : {in, out, err}) {
      if (ends[0] >= 0) close(ends[0]), close(ends[1]);
    }
    return Error(ErrorCode::Unavailable, std::string("pipe: ") + std::strerror(error));
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in[0], 0);
  posix_spawn_file_actions_adddup2(&files, out[1], 1);
  posix_spawn_file_actions_adddup2(&files, err[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  int error = posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  for (int fd : {in[0], out[1], err[1]}) close(fd);
  if (error == 0 && !input.empty()) {
    [[maybe_unused]] ssize_t written = write(in[1], input.data(), input.size());
  }
  close(in[1]);
  std::string output, complaint;
  pollfd watched[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
  while (error == 0 && (watched[0].fd >= 0 || watched[1].fd >= 0)) {
    if (poll(watched, 2, -1) < 0) continue;
    for (pollfd& source : watched) {
      if (source.fd < 0 || source.revents == 0) continue;
      char buffer[4096];
      ssize_t size = read(source.fd, buffer, sizeof buffer);
      if (size > 0) (&source == watched ? output : complaint).append(buffer, size_t(size));
      if (size == 0 || (size < 0 && errno != EINTR)) source.fd = -1;
    }
  }
  close(out[0]);
  close(err[0]);
  if (error != 0) {
    ErrorCode code = error == ENOENT ? ErrorCode::NotFound : ErrorCode::Internal;
    return Error(code, words[0] + ": " + std::strerror(error));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  while (!complaint.empty() && complaint.back() == '\n') complaint.pop_back();
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return Error(ErrorCode::Internal, "`" + line + "`: " + complaint);
}

Status InNameSpace(const std::string& name_space, const std::function<Status()>& work) {
  if (name_space.empty()) return work();
  Status result = Ok();
  // A thread of its own, since there is no sure way back.
  auto inside = StartThread([&](const std::stop_token&) {
    int fd = open(name_space.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) {
      result =
          Error(ErrorCode::Internal, "cannot enter " + name_space + ": " + std::strerror(errno));
    } else {
      result = work();
    }
    if (fd >= 0) close(fd);
  });
  if (!inside.ok()) return inside.TakeError();
  inside->join();
  return result;
}

}  // namespace sprint::local
