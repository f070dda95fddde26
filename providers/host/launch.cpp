#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "providers/host/private_folder.h"
#include "providers/host/process.h"
#include "providers/host/provider.h"
#include "providers/host/remote.h"
#include "providers/protocol/wire.h"

namespace sprint::host {
namespace {

// Ours; the highest that both know is spoken.
constexpr char kVersions[] = "5,6";

// What a handshake line `core|app|network|address|protocol[|cert...]` says.
struct Handshake {
  std::string address;  // for gRPC
  int version = 0;
};
Result<Handshake> ReadHandshake(const std::string& line) {
  auto bad = [&line](const std::string& why) {
    return Error(ErrorCode::Protocol, "bad handshake (" + why + "): " + line.substr(0, 200));
  };
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '|') {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  if (fields.size() < 4) return bad("fewer than four fields");
  if (fields[0] != "1") return bad("core protocol " + fields[0]);
  if (fields[1] != "5" && fields[1] != "6") return bad("plugin protocol " + fields[1]);
  if (fields.size() < 5 || fields[4] != "grpc") return bad("not gRPC");
  // Short texts in this place are no certificate.
  if (fields.size() > 5 && fields[5].size() > 50) return bad("encrypted, though not asked for");
  if (fields[3].empty()) return bad("no address");
  const int version = fields[1] == "5" ? 5 : 6;
  if (fields[2] == "unix") return Handshake{"unix:" + fields[3], version};
  if (fields[2] == "tcp") return Handshake{fields[3], version};
  return bad("network " + fields[2]);
}

}  // namespace

Result<std::unique_ptr<Provider>> Launch(const std::string& path,
                                         const std::map<std::string, std::string>& environment,
                                         const LaunchOptions& options) {
  // A provider that dies is reported by us; gRPC's own lines would only disturb.
  gpr_set_log_function([](gpr_log_func_args*) {});
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<PrivateFolder> folder, PrivateFolder::Make());
  std::map<std::string, std::string> variables = environment;
  variables[protocol::kCookieName] = protocol::kCookieValue;
  variables[protocol::kVersionsName] = kVersions;
  variables["TMPDIR"] = folder->path();
  variables["PLUGIN_UNIX_SOCKET_DIR"] = folder->path();
  // Ranges a plugin may use for TCP; on Unix it uses a socket file.
  variables["PLUGIN_MIN_PORT"] = "10000";
  variables["PLUGIN_MAX_PORT"] = "25000";
  SPRINT_ASSIGN_OR_RETURN(std::unique_ptr<Process> process, Process::Start(path, variables));
  Result<std::string> line = process->FirstLine(options.handshake_timeout);
  if (!line.ok()) return line.TakeError().While("starting " + path);
  Result<Handshake> handshake = ReadHandshake(*line);
  if (!handshake.ok()) return handshake.TakeError().While("starting " + path);

  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A dead process does not come back under the same address.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  auto remote = std::make_unique<Remote>(
      std::move(folder), std::move(process),
      grpc::CreateCustomChannel(handshake->address, grpc::InsecureChannelCredentials(), arguments),
      handshake->version);
  if (Status status = remote->ReadSchema(); !status.ok()) {
    return status.TakeError().While("starting " + path);
  }
  return std::unique_ptr<Provider>(std::move(remote));
}

}  // namespace sprint::host
