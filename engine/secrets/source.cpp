#include "engine/secrets/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "engine/secrets/crypto.h"

namespace sprint::secrets {
namespace {

constexpr size_t MaxSize = 64 << 10;  // bytes; more than that is no secret but a mistake

void DropLineEnd(std::string& text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
}

// Everything from `fd`, at most MaxSize.
Result<std::string> ReadAll(int fd) {
  std::string text;
  char buffer[4096];
  while (text.size() <= MaxSize) {
    const ssize_t count = read(fd, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error(ErrorCode::Unavailable, std::strerror(errno));
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
  Wipe(text);
  return Error(ErrorCode::InvalidArgument, "is longer than 64 KiB");
}

Result<std::string> FromFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return Error(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Denied,
                 "cannot read `" + path + "`: " + std::strerror(errno));
  }
  struct stat info {};
  const bool others = fstat(fd, &info) != 0 || (info.st_mode & 077) != 0;
  auto text = others ? Result<std::string>(Error(
                           ErrorCode::Denied, "others may read `" + path + "`: chmod 600 it first"))
                     : ReadAll(fd);
  close(fd);
  if (!text.ok()) return text.TakeError().While("reading `" + path + "`");
  DropLineEnd(*text);
  return text;
}

// The output of a program; its complaints go where ours go.
Result<std::string> FromProgram(const std::vector<std::string>& words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(ErrorCode::Unavailable, std::strerror(errno));
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    std::signal(SIGPIPE, SIG_DFL);
    execvp(pointers[0], pointers.data());
    _exit(127);
  }
  close(ends[1]);
  auto text = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text.ok()) return text;
  if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  Wipe(*text);
  return Error(
      ErrorCode::Unavailable,
      "`" + words.front() + "` " +
          (pid > 0 && WIFEXITED(status) ? "ended with " + std::to_string(WEXITSTATUS(status))
                                        : std::string("did not end well")));
}

Result<std::string> FromTerminal(const std::string& what) {
  const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
  termios before{};
  if (fd < 0 || tcgetattr(fd, &before) != 0) {
    if (fd >= 0) close(fd);
    return Error(ErrorCode::NotFound, "there is no terminal to ask for it");
  }
  termios silent = before;
  silent.c_lflag &= static_cast<tcflag_t>(~(ECHO | ISIG));
  // Ctrl-C ends the line: killed here, we would leave a terminal that shows nothing.
  const cc_t interrupt = before.c_cc[VINTR];
  silent.c_cc[VEOL] = interrupt;
  tcsetattr(fd, TCSAFLUSH, &silent);
  const std::string question = what + ": ";
  (void)!write(fd, question.data(), question.size());
  std::string text;
  char byte = 0;
  bool interrupted = false;
  while (text.size() < MaxSize && !interrupted && read(fd, &byte, 1) == 1 && byte != '\n') {
    interrupted = interrupt != _POSIX_VDISABLE && static_cast<cc_t>(byte) == interrupt;
    text += byte;
  }
  tcsetattr(fd, TCSAFLUSH, &before);
  (void)!write(fd, "\n", 1);
  close(fd);
  if (!interrupted) return text;
  Wipe(text);
  (void)std::raise(SIGINT);
  return Error(ErrorCode::Cancelled, "interrupted");
}

Result<std::string> Read(const Source& source, const std::string& what) {
  switch (source.kind) {
    case Source::Kind::Environment: {
      const char* text = std::getenv(source.argument.c_str());
      if (text) return std::string(text);
      return Error(ErrorCode::NotFound, "`" + source.argument + "` is not in the environment");
    }
    case Source::Kind::File:
      return FromFile(source.argument);
    case Source::Kind::Command: {
      auto text = FromProgram({"/bin/sh", "-c", source.argument});
      if (text.ok()) DropLineEnd(*text);
      return text;
    }
    case Source::Kind::Pass: {
      auto text = FromProgram({"pass", "show", source.argument});
      if (text.ok()) text->resize(std::min(text->find('\n'), text->size()));
      return text;
    }
    case Source::Kind::Prompt:
      return FromTerminal(what);
  }
  SPRINT_UNREACHABLE("a source of no kind");
}

struct Scheme {
  const char* name;
  Source::Kind kind;
};
constexpr Scheme Schemes[] = {{"env", Source::Kind::Environment},
                              {"file", Source::Kind::File},
                              {"command", Source::Kind::Command},
                              {"pass", Source::Kind::Pass}};

}  // namespace

Result<Source> ParseSource(const std::string& text) {
  if (text == "prompt") return Source{};
  const size_t colon = text.find(':');
  for (const Scheme& scheme : Schemes) {
    if (colon == std::string::npos || text.substr(0, colon) != scheme.name) continue;
    if (colon + 1 < text.size()) return Source{scheme.kind, text.substr(colon + 1)};
  }
  return Error(ErrorCode::InvalidArgument,
               "a secret comes from env:NAME, file:PATH, command:WORDS, pass:NAME or prompt");
}

std::string ToText(const Source& source) {
  for (const Scheme& scheme : Schemes) {
    if (scheme.kind == source.kind) return std::string(scheme.name) + ":" + source.argument;
  }
  return "prompt";
}

Result<std::string> Fetch(const Source& source, const std::string& what) {
  auto text = Read(source, what);
  if (text.ok() && text->empty()) {
    text = Error(ErrorCode::NotFound, ToText(source) + " is empty");
  }
  if (!text.ok()) return text.TakeError().While("fetching " + what);
  return text;
}

}  // namespace sprint::secrets
