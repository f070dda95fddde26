#include "providers/local/network.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>

#include "providers/local/machine.h"
#include "providers/local/tool.h"

namespace sprint::local {
namespace {

constexpr int LastSubnet = 254;
constexpr int OurSide = 254;
// The end inside a zone of the pair that joins it with this machine.
constexpr const char* InsideDevice = "host0";

bool DeviceExists(const std::string& device) {
  std::error_code error;
  return std::filesystem::exists("/sys/class/net/" + device, error);
}

// Zones of any deployment take their numbers one after the other. An abstract socket
// name belongs to one holder in this network namespace, and goes with its process.
class SubnetLock {
 public:
  SubnetLock() {
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const char text[] = "\0sprint-local-subnets";
    std::memcpy(name.sun_path, text, sizeof text - 1);
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + sizeof text - 1);
    auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (bind(fd_, reinterpret_cast<sockaddr*>(&name), size) != 0) {
      if (std::chrono::steady_clock::now() > give_up) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    held_ = true;
  }
  ~SubnetLock() { close(fd_); }
  SubnetLock(const SubnetLock&) = delete;
  bool held() const { return held_; }

 private:
  int fd_ = -1;
  bool held_ = false;
};

// The K of every 10.77.K.x that a device of this machine has.
std::set<int> UsedSubnets() {
  std::set<int> used;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return used;
  for (ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    uint32_t ip = ntohl(reinterpret_cast<sockaddr_in*>(one->ifa_addr)->sin_addr.s_addr);
    if (ip >> 16 == (10u << 8 | 77u)) used.insert(static_cast<int>(ip >> 8 & 255));
  }
  freeifaddrs(all);
  return used;
}

std::string UsedBy(const std::string& device) {
  std::ifstream file("/sys/class/net/" + device + "/ifalias");
  std::string text;
  std::getline(file, text);
  return text;
}

Status KillIn(const std::string& name_space) {
  for (int round = 0; round < 200; ++round) {
    Result<std::string> pids = RunTool({"ip", "netns", "pids", name_space});
    if (!pids.ok() || pids->empty()) return Ok();
    std::istringstream list(*pids);
    for (pid_t pid = 0; list >> pid;) kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return Error(ErrorCode::Internal, "processes in " + name_space + " cannot be killed");
}

Status AddDevices(ZoneNet& zone, const std::string& used_by) {
  SubnetLock lock;
  if (!lock.held()) {
    return Error(ErrorCode::Timeout, "another program holds the numbers of the zones");
  }
  std::set<int> used = UsedSubnets();
  zone.subnet = 1;
  while (used.contains(zone.subnet)) ++zone.subnet;
  if (zone.subnet > LastSubnet) {
    return Error(ErrorCode::Conflict, "10.77.0.0/16 has no room for another zone");
  }
  std::string outside = ZoneAddress(zone.subnet, OurSide) + "/24";
  SPRINT_RETURN_IF_ERROR(RunTool(
      {"ip", "-batch", "-"}, "link add " + zone.device + " type veth peer name " + InsideDevice +
                                 " netns " + zone.name_space + "\naddr add " + outside + " dev " +
                                 zone.device + "\nlink set " + zone.device + " up\n"));
  SPRINT_RETURN_IF_ERROR(RunTool({"ip", "link", "set", zone.device, "alias", used_by}));
  std::string inside = ZoneAddress(zone.subnet, 1) + "/24";
  SPRINT_RETURN_IF_ERROR(RunTool({"ip", "-n", zone.name_space, "-batch", "-"},
                                 "link set lo up\naddr add " + inside + " dev " + InsideDevice +
                                     "\nlink set " + InsideDevice + " up\n"));
  return Ok();
}

bool HasNetem(const std::string& name_space) {
  if (!RunTool(
           {"tc", "-n", name_space, "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"})
           .ok()) {
    return false;
  }
  return RunTool({"tc", "-n", name_space, "qdisc", "del", "dev", "lo", "root"}).ok();
}

std::string Number(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6f", value);
  return text;
}

Status EmulateInKernel(const std::string& name_space, const std::string& device,
                       const LinkModel& link) {
  // Room for what is under way; the default of 1000 packets would drop them.
  std::vector<std::string> words{"tc",
                                 "-n",
                                 name_space,
                                 "qdisc",
                                 "replace",
                                 "dev",
                                 device,
                                 "root",
                                 "netem",
                                 "limit",
                                 "100000",
                                 "delay",
                                 Number(link.delay * 1e3) + "ms"};
  if (link.jitter > 0) words.push_back(Number(link.jitter * 1e3) + "ms");
  if (link.loss > 0) words.insert(words.end(), {"loss", Number(link.loss * 100) + "%"});
  if (link.bandwidth > 0) words.insert(words.end(), {"rate", Number(link.bandwidth * 8) + "bit"});
  SPRINT_RETURN_IF_ERROR(RunTool(words));
  return Ok();
}

}  // namespace

ZoneNet NameZone(const std::string& owner, const std::string& zone) {
  ZoneNet net;
  net.name_space = "spr-" + owner + "-" + zone;
  net.device = "spr" + Hash(owner + "/" + zone).substr(0, 10);
  return net;
}

std::string NameSpaceFile(const std::string& name_space) { return "/run/netns/" + name_space; }

bool NameSpaceExists(const std::string& name_space) {
  std::error_code error;
  return std::filesystem::exists(NameSpaceFile(name_space), error);
}

std::string ZoneAddress(int subnet, int host) {
  return "10.77." + std::to_string(subnet) + "." + std::to_string(host);
}

Status AddZone(ZoneNet& zone, const std::string& used_by) {
  if (NameSpaceExists(zone.name_space) || DeviceExists(zone.device)) {
    std::string by = UsedBy(zone.device);
    if (!by.empty() && by != used_by) {
      return Error(ErrorCode::Conflict,
                   "the network namespace " + zone.name_space + " is used by " + by);
    }
    SPRINT_RETURN_IF_ERROR(RemoveZone(zone));
  }
  Result<std::string> added = RunTool({"ip", "netns", "add", zone.name_space});
  if (!added.ok()) {
    (void)RunTool({"ip", "netns", "del", zone.name_space});
    return Error(ErrorCode::Denied, added.error().message());
  }
  if (Status made = AddDevices(zone, used_by); !made.ok()) {
    (void)RemoveZone(zone);
    return made;
  }
  zone.netem = HasNetem(zone.name_space);
  // A connection kept for the next request is as fast then as it was: the link is
  // `delay` and `bandwidth`, not TCP finding out anew. Without it things are only slower.
  (void)InNameSpace(NameSpaceFile(zone.name_space), []() -> Status {
    std::ofstream("/proc/sys/net/ipv4/tcp_slow_start_after_idle") << "0\n";
    return Ok();
  });
  return Ok();
}

Status RemoveZone(const ZoneNet& zone) {
  if (NameSpaceExists(zone.name_space)) {
    SPRINT_RETURN_IF_ERROR(KillIn(zone.name_space));
    SPRINT_RETURN_IF_ERROR(RunTool({"ip", "netns", "del", zone.name_space}));
  }
  // Goes with the namespace, but only when the kernel gets round to it.
  if (DeviceExists(zone.device)) {
    Result<std::string> removed = RunTool({"ip", "link", "del", zone.device});
    if (!removed.ok() && DeviceExists(zone.device)) return removed.TakeError();
  }
  return Ok();
}

Status AddAddress(const std::string& name_space, const std::string& ip) {
  SPRINT_RETURN_IF_ERROR(
      RunTool({"ip", "-n", name_space, "addr", "replace", ip + "/24", "dev", InsideDevice}));
  return Ok();
}

Status RemoveAddress(const std::string& name_space, const std::string& ip) {
  if (!NameSpaceExists(name_space)) return Ok();
  Result<std::string> shown = RunTool({"ip", "-n", name_space, "addr", "show", "to", ip + "/32"});
  if (shown.ok() && shown->empty()) return Ok();
  SPRINT_RETURN_IF_ERROR(
      RunTool({"ip", "-n", name_space, "addr", "del", ip + "/24", "dev", InsideDevice}));
  return Ok();
}

Status SetLink(const ZoneNet& a, const ZoneNet& b, const std::string& device, const LinkModel& link,
               bool netem) {
  const std::string end_a = device + "a", end_b = device + "b";
  if (!LinkExists(a, device)) {
    SPRINT_RETURN_IF_ERROR(RunTool({"ip", "link", "add", end_a, "netns", a.name_space, "type",
                                    "veth", "peer", "name", end_b, "netns", b.name_space}));
  }
  auto join = [](const ZoneNet& from, const ZoneNet& to, const std::string& end) -> Status {
    SPRINT_RETURN_IF_ERROR(RunTool({"ip", "-n", from.name_space, "-batch", "-"},
                                   "link set " + end + " up\nroute replace " +
                                       ZoneAddress(to.subnet, 0) + "/24 dev " + end +
                                       " scope link src " + ZoneAddress(from.subnet, 1) + "\n"));
    return Ok();
  };
  SPRINT_RETURN_IF_ERROR(join(a, b, end_a));
  SPRINT_RETURN_IF_ERROR(join(b, a, end_b));
  if (!netem) return Ok();
  SPRINT_RETURN_IF_ERROR(EmulateInKernel(a.name_space, end_a, link));
  return EmulateInKernel(b.name_space, end_b, link);
}

bool LinkExists(const ZoneNet& a, const std::string& device) {
  return NameSpaceExists(a.name_space) &&
         RunTool({"ip", "-n", a.name_space, "link", "show", device + "a"}).ok();
}

Status RemoveLink(const ZoneNet& a, const std::string& device) {
  if (!LinkExists(a, device)) return Ok();
  SPRINT_RETURN_IF_ERROR(RunTool({"ip", "-n", a.name_space, "link", "del", device + "a"}));
  return Ok();
}

}  // namespace sprint::local
