#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/local/machine.h"
#include "providers/value/value.h"

// The files through which the provider, a supervisor and a proxy speak. All JSON,
// all replaced whole.
namespace sprint::local {

// What a supervisor keeps running.
struct Spec {
  std::string marker;                              // value of MarkerName in everything it starts
  std::vector<std::string> command;                // first word: a path, or looked up in PATH
  std::map<std::string, std::string> environment;  // all of it; nothing is inherited
  std::string folder;                              // working directory
  std::string name_space;                          // file of the network namespace, or empty
  std::vector<std::string> cgroups;                // cgroup.procs files to join
  std::string log;                                 // standard output and error; rotated
  std::string status;                              // where the supervisor says how it goes
  int64_t log_limit = 4 << 20;                     // bytes before a log file is put aside
  int64_t grace_ms = 5000;                         // between SIGTERM and SIGKILL
};
value::Value ToValue(const Spec& spec);
Spec SpecFrom(const value::Value& value);

struct Progress {
  ProcessId supervisor;
  ProcessId child;      // {0, 0} between two starts
  int64_t starts = 0;   // how often it was started
  std::string problem;  // how the last one ended: "exit status 1", "killed by signal 9"
  bool never = false;   // it could not even be started: the reason is in `problem`
};
value::Value ToValue(const Progress& progress);
Progress ProgressFrom(const value::Value& value);

// How a link is emulated in user space; all zero where the kernel does it.
struct LinkModel {
  double bandwidth = 0;  // bytes/s, 0: unlimited
  double delay = 0;      // s, one way
  double jitter = 0;     // s: the delay is uniform in delay +- jitter, as netem's is
  double loss = 0;       // share of messages sent again after Retransmit seconds
};
value::Value ToValue(const LinkModel& link);
LinkModel LinkFrom(const value::Value& value);

struct ProxyTarget {
  std::string component;
  std::string address;     // "ip:port"
  double probability = 1;  // of `next` only; what is missing to 1 ends the path here
  LinkModel link{};
};
struct ProxyConfig {
  std::string id;  // changes with the content; the proxy reports the one it uses
  std::string component;
  std::vector<ProxyTarget> backends, next;
};
// Fills in `id`.
value::Value ToValue(ProxyConfig config);
ProxyConfig ProxyConfigFrom(const value::Value& value);

// 16 hexadecimal digits (FNV-1a, 64 bit): names and ports that stay the same.
std::string Hash(const std::string& text);

Result<value::Value> ReadJsonFile(const std::string& path);

}  // namespace sprint::local
