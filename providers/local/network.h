#pragma once

#include <string>

#include "compiler/support/result.h"
#include "providers/local/spec.h"

// Network namespaces and what joins them, by iproute2. Zone number K owns 10.77.K.0/24:
// .1 is the zone itself (its proxies), .254 this machine's side, .11 and up the nodes.
namespace sprint::local {

struct ZoneNet {
  std::string name_space;  // "spr-OWNER-ZONE"
  std::string device;      // this machine's end of the veth pair
  int subnet = 0;
  bool netem = false;  // the kernel can delay packets
};

// Names for a zone; nothing is made.
ZoneNet NameZone(const std::string& owner, const std::string& zone);
std::string NameSpaceFile(const std::string& name_space);
bool NameSpaceExists(const std::string& name_space);
std::string ZoneAddress(int subnet, int host);

// Makes the namespace with lo up, joined with this one; fills in subnet and netem.
// `used_by` is written on the device: a namespace of that name somebody else uses is a
// Conflict, one of our own left over is made anew. Denied when this user may not.
Status AddZone(ZoneNet& zone, const std::string& used_by);
// Kills what runs in it. No error when there is none.
Status RemoveZone(const ZoneNet& zone);

Status AddAddress(const std::string& name_space, const std::string& ip);
Status RemoveAddress(const std::string& name_space, const std::string& ip);

// A veth pair directly between two zones, with routes. `device` + "a" and + "b" name
// its ends. With `netem` the kernel emulates the link. For one that exists, changes that.
Status SetLink(const ZoneNet& a, const ZoneNet& b, const std::string& device, const LinkModel& link,
               bool netem);
bool LinkExists(const ZoneNet& a, const std::string& device);
Status RemoveLink(const ZoneNet& a, const std::string& device);

}  // namespace sprint::local
