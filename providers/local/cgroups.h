#pragma once

#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace sprint::local {

// CPU and memory slices of this machine: control groups, version 2 or, where only that
// is mounted, version 1 (cgroups(7)). A slice holds one group for each process.
class Cgroups {
 public:
  // Looks at what is mounted; `usable` when slices can be made.
  static Cgroups Detect();
  // Hierarchies at given places: version 2 in one, or version 1 in two; no `memory`: none.
  static Cgroups At(bool unified, std::string cpu, std::string memory);
  bool usable() const { return why_not_.empty(); }
  // Empty when usable.
  const std::string& why_not() const { return why_not_; }

  bool limits_memory() const { return usable() && !memory_.empty(); }

  // Makes the slice, or changes the limits of the one there. The CPU time of every
  // period of Period is limited, so that a slice is slow rather than bursting.
  // cores <= 0, memory (bytes) <= 0: no limit.
  Status Set(const std::string& name, double cores, double memory) const;
  bool Exists(const std::string& name) const;
  // A group within the slice, and the files to write a pid to.
  Status SetMember(const std::string& slice, const std::string& member, double memory) const;
  std::vector<std::string> MemberFiles(const std::string& slice, const std::string& member) const;
  // Kills whatever runs in it, and removes it. No error when there is none.
  Status Remove(const std::string& name) const;

 private:
  // Lets the groups within a folder have limits of their own (version 2).
  void HandDown(const std::string& folder) const;
  Status Limit(const std::string& group, double cores, double memory) const;
  // The group's folder in each hierarchy.
  std::vector<std::string> Folders(const std::string& group) const;

  bool unified_ = false;      // version 2
  std::string cpu_, memory_;  // mount points; memory_ may be empty
  std::string why_not_ = "no CPU controller is mounted";
};

}  // namespace sprint::local
