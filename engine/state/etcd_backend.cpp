#include "engine/state/etcd_backend.h"

#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "compiler/support/environment.h"
#include "engine/state/etcd.grpc.pb.h"

namespace sprint::state {
namespace {

namespace pb = etcdserverpb;

constexpr auto CallTimeout = std::chrono::seconds(10);
constexpr size_t PageKeys = 500;
// etcd takes 128 operations a transaction and 1.5 MiB a request unless told otherwise.
constexpr size_t MaxKeys = 100;

// The first key behind all that start with `prefix`.
std::string EndOf(std::string prefix) {
  ++prefix.back();  // our prefixes end in '/'
  return prefix;
}

Error Failure(const grpc::Status& status) {
  const std::string text = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::UNAVAILABLE:
      return Error(ErrorCode::Unavailable, "etcd does not answer: " + text);
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return Error(ErrorCode::Denied, "etcd refuses: " + text);
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Error(ErrorCode::Unavailable, "etcd has no space left: " + text);
    case grpc::StatusCode::INVALID_ARGUMENT:
      if (text.find("too large") != std::string::npos) {
        return Error(ErrorCode::InvalidArgument,
                     "an entry is larger than etcd takes (its --max-request-bytes): " + text);
      }
      return Error(text.find("authentication") != std::string::npos ? ErrorCode::Denied
                                                                    : ErrorCode::Internal,
                   "etcd refuses: " + text);
    default:
      return Error(ErrorCode::Unavailable, "etcd failed: " + text);
  }
}

Result<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const Location& location) {
  const auto option = [&](const char* name) {
    const auto found = location.options.find(name);
    return found == location.options.end() ? std::string() : found->second;
  };
  const std::string ca = option("ca"), cert = option("cert"), key = option("key"),
                    tls = option("tls");
  for (const auto& [name, value] : location.options) {
    if (name != "ca" && name != "cert" && name != "key" && name != "tls") {
      return Error(ErrorCode::InvalidArgument, "`" + name + "` is no option of etcd's URL");
    }
  }
  const bool asked = !ca.empty() || !cert.empty() || tls == "on";
  if (tls == "off" || (location.local() && !asked)) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  if (!ca.empty()) {
    SPRINT_ASSIGN_OR_RETURN(options.pem_root_certs, RealFileSystem().Read(ca));
  }
  if (!cert.empty()) {
    SPRINT_ASSIGN_OR_RETURN(options.pem_cert_chain, RealFileSystem().Read(cert));
    SPRINT_ASSIGN_OR_RETURN(options.pem_private_key, RealFileSystem().Read(key));
  }
  return grpc::SslCredentials(options);
}

class EtcdBackend final : public Backend {
 public:
  EtcdBackend(const std::shared_ptr<grpc::Channel>& channel, const std::string& prefix,
              const std::string& space)
      : kv_(pb::KV::NewStub(channel)),
        leases_(pb::Lease::NewStub(channel)),
        auth_(pb::Auth::NewStub(channel)),
        root_(prefix + "/"),
        entries_(root_ + space + "/entries/"),
        lock_(root_ + space + "/lock") {}

  // Gets a token for the user of the URL.
  Status SignIn(const std::string& user) {
    if (user.empty()) return Ok();
    const char* password = std::getenv("SPRINT_STATE_PASSWORD");
    if (!password) {
      return Error(ErrorCode::Denied,
                   "etcd's user `" + user + "` needs a password in SPRINT_STATE_PASSWORD");
    }
    pb::AuthenticateRequest request;
    request.set_name(user);
    request.set_password(password);
    pb::AuthenticateResponse response;
    grpc::ClientContext context;
    Prepare(context);
    const grpc::Status status = auth_->Authenticate(&context, request, &response);
    if (!status.ok()) return Failure(status);
    token_ = response.token();
    return Ok();
  }

  Status Read(const See& see) override { return ReadRange(entries_, EndOf(entries_), see); }

  Status ReadKey(const std::string& key, const See& see) override {
    return ReadRange(entries_ + key, "", see);
  }

  Status Create(const Change& entries) override {
    pb::TxnRequest request;
    // The head is among them, and a state has one.
    for (const auto& [key, bytes] : entries) Absent(*request.add_compare(), entries_ + key);
    Fill(request, entries);
    pb::TxnResponse response;
    return Txn(request, response);
  }

  Status Write(int64_t token, const Change& change) override {
    pb::TxnRequest request;
    Holds(*request.add_compare(), token);
    Fill(request, change);
    pb::TxnResponse response;
    SPRINT_RETURN_IF_ERROR(Txn(request, response));
    return response.succeeded() ? Ok() : Status(LeaseLost());
  }
  size_t max_keys() const override { return MaxKeys; }

  Result<Lease> Acquire(Lease claim, int64_t seconds) override {
    SPRINT_ASSIGN_OR_RETURN(const int64_t lease, Grant(seconds));
    pb::TxnRequest request;
    Absent(*request.add_compare(), lock_);
    pb::PutRequest& put = *request.add_success()->mutable_request_put();
    put.set_key(lock_);
    put.set_lease(lease);
    put.set_value(value::ToJson(value::Object{{"purpose", claim.purpose},
                                              {"holder", claim.holder},
                                              {"host", claim.host},
                                              {"pid", claim.pid},
                                              {"since", claim.since}}));
    request.add_failure()->mutable_request_range()->set_key(lock_);
    pb::TxnResponse response;
    Status status = Txn(request, response);
    if (!status.ok() || !response.succeeded()) (void)Revoke(lease);
    if (!status.ok()) return status.TakeError();
    if (!response.succeeded()) {
      const auto& kvs = response.responses(0).response_range().kvs();
      return Locked(kvs.empty() ? Lease() : ToLease(kvs[0]));
    }
    claim.token = response.header().revision();
    const std::lock_guard lock(mutex_);
    lease_ = lease;
    return claim;
  }

  Status Renew(int64_t token) override {
    int64_t lease = 0;
    {
      const std::lock_guard lock(mutex_);
      lease = lease_;
    }
    grpc::ClientContext context;
    Prepare(context);
    const auto stream = leases_->LeaseKeepAlive(&context);
    pb::LeaseKeepAliveRequest request;
    request.set_id(lease);
    pb::LeaseKeepAliveResponse response;
    const bool answered = stream->Write(request) && stream->Read(&response);
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (!answered) return Failure(status);
    if (response.ttl() <= 0) return LeaseLost();
    // Alive, but the lock may have been broken.
    SPRINT_ASSIGN_OR_RETURN(const std::optional<Lease> holder, Holder());
    return holder && holder->token == token ? Ok() : Status(LeaseLost());
  }

  Status End(int64_t token) override {
    pb::TxnRequest request;
    Holds(*request.add_compare(), token);
    request.add_success()->mutable_request_delete_range()->set_key(lock_);
    pb::TxnResponse response;
    SPRINT_RETURN_IF_ERROR(Txn(request, response));
    return response.succeeded() ? Ok() : Status(LeaseLost());
  }

  Result<std::optional<Lease>> Holder() override {
    pb::RangeRequest request;
    request.set_key(lock_);
    SPRINT_ASSIGN_OR_RETURN(const pb::RangeResponse response, Range(request));
    if (response.kvs().empty()) return std::optional<Lease>();
    return std::optional<Lease>(ToLease(response.kvs(0)));
  }

  Result<std::vector<std::string>> Spaces() override {
    std::vector<std::string> spaces;
    std::string from = root_;
    // One request a space: from its first key straight behind its last.
    while (true) {
      pb::RangeRequest request;
      request.set_key(from);
      request.set_range_end(EndOf(root_));
      request.set_limit(1);
      request.set_keys_only(true);
      SPRINT_ASSIGN_OR_RETURN(const pb::RangeResponse response, Range(request));
      if (response.kvs().empty()) return spaces;
      const std::string key = response.kvs(0).key().substr(root_.size());
      const size_t end = key.find("/entries/");
      const std::string space = key.substr(0, std::min(end, key.rfind('/')));
      if (end != std::string::npos) spaces.push_back(space);
      from = end != std::string::npos ? EndOf(root_ + space + "/") : response.kvs(0).key() + '\0';
    }
  }

  Status Drop(int64_t token) override {
    pb::TxnRequest request;
    Holds(*request.add_compare(), token);
    pb::DeleteRangeRequest& all = *request.add_success()->mutable_request_delete_range();
    all.set_key(entries_);
    all.set_range_end(EndOf(entries_));
    request.add_success()->mutable_request_delete_range()->set_key(lock_);
    pb::TxnResponse response;
    SPRINT_RETURN_IF_ERROR(Txn(request, response));
    return response.succeeded() ? Ok() : Status(LeaseLost());
  }

 private:
  void Prepare(grpc::ClientContext& context) const {
    context.set_deadline(std::chrono::system_clock::now() + CallTimeout);
    if (!token_.empty()) context.AddMetadata("token", token_);
  }

  Result<pb::RangeResponse> Range(const pb::RangeRequest& request) {
    grpc::ClientContext context;
    Prepare(context);
    pb::RangeResponse response;
    const grpc::Status status = kv_->Range(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return response;
  }

  Status Txn(const pb::TxnRequest& request, pb::TxnResponse& response) {
    grpc::ClientContext context;
    Prepare(context);
    const grpc::Status status = kv_->Txn(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return Ok();
  }

  // Page by page, all of the revision of the first.
  Status ReadRange(std::string from, const std::string& end, const See& see) {
    int64_t revision = 0;
    while (true) {
      pb::RangeRequest request;
      request.set_key(from);
      request.set_range_end(end);
      request.set_limit(PageKeys);
      request.set_revision(revision);
      SPRINT_ASSIGN_OR_RETURN(const pb::RangeResponse response, Range(request));
      revision = response.header().revision();
      for (const pb::KeyValue& entry : response.kvs()) {
        SPRINT_RETURN_IF_ERROR(
            see(std::string_view(entry.key()).substr(entries_.size()), entry.value()));
        from = entry.key() + '\0';
      }
      if (!response.more()) return Ok();
    }
  }

  void Fill(pb::TxnRequest& request, const Change& change) const {
    for (const auto& [key, bytes] : change) {
      pb::RequestOp& operation = *request.add_success();
      if (bytes) {
        operation.mutable_request_put()->set_key(entries_ + key);
        operation.mutable_request_put()->set_value(*bytes);
      } else {
        operation.mutable_request_delete_range()->set_key(entries_ + key);
      }
    }
  }

  static void Absent(pb::Compare& compare, const std::string& key) {
    compare.set_target(pb::Compare::CREATE);
    compare.set_key(key);
    compare.set_create_revision(0);
  }
  void Holds(pb::Compare& compare, int64_t token) const {
    compare.set_target(pb::Compare::CREATE);
    compare.set_key(lock_);
    compare.set_create_revision(token);
  }

  static Lease ToLease(const pb::KeyValue& entry) {
    Lease lease;
    const auto document = value::FromJson(entry.value());
    if (document.ok()) {
      lease.purpose = document->Text("purpose");
      lease.holder = document->Text("holder");
      lease.host = document->Text("host");
      lease.pid = document->Whole("pid");
      lease.since = document->Whole("since");
    }
    lease.token = entry.create_revision();
    return lease;
  }

  Result<int64_t> Grant(int64_t seconds) {
    grpc::ClientContext context;
    Prepare(context);
    pb::LeaseGrantRequest request;
    request.set_ttl(seconds);
    pb::LeaseGrantResponse response;
    const grpc::Status status = leases_->LeaseGrant(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return response.id();
  }
  Status Revoke(int64_t lease) {
    grpc::ClientContext context;
    Prepare(context);
    pb::LeaseRevokeRequest request;
    request.set_id(lease);
    pb::LeaseRevokeResponse response;
    const grpc::Status status = leases_->LeaseRevoke(&context, request, &response);
    if (!status.ok()) return Failure(status);
    return Ok();
  }

  const std::unique_ptr<pb::KV::Stub> kv_;
  const std::unique_ptr<pb::Lease::Stub> leases_;
  const std::unique_ptr<pb::Auth::Stub> auth_;
  const std::string root_, entries_, lock_;
  std::string token_;  // of a signed-in user
  std::mutex mutex_;
  int64_t lease_ = 0;  // etcd's, of the lock we hold
};

}  // namespace

Result<std::unique_ptr<Backend>> OpenEtcdBackend(const Location& location,
                                                 const std::string& space) {
  SPRINT_ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(location));
  // What goes wrong is in our errors; the library's own log is for those who ask for it.
  if (!std::getenv("GRPC_VERBOSITY")) gpr_set_log_function([](gpr_log_func_args*) {});
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // Connections are not shared with other backends of this process.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const std::string host = location.host.empty() ? "127.0.0.1" : location.host;
  const std::string target = (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
                             (location.port.empty() ? "2379" : location.port);
  auto backend = std::make_unique<EtcdBackend>(
      grpc::CreateCustomChannel(target, credentials, arguments), location.path, space);
  if (Status in = backend->SignIn(location.user); !in.ok()) {
    return in.TakeError().While("opening the state on " + target);
  }
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace sprint::state
