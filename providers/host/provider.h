#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/host/error_class.h"
#include "providers/value/value.h"

namespace sprint::host {

// What a provider says besides its answer.
struct Message {
  bool error = false;
  std::string summary, detail;
  std::string attribute;                      // dotted path, "" for the whole resource
  ErrorClass error_class = ErrorClass::None;  // as the provider says; None: it does not say
};
// The class of the first error that has one, by what the provider says or by its words.
ErrorClass ClassOf(const std::vector<Message>& messages);

struct PlanAnswer {
  value::Value planned;                       // may hold Unknown
  std::vector<std::string> requires_replace;  // attribute names whose change makes a new object
  std::string private_bytes;
  std::vector<Message> messages;
};
struct ApplyAnswer {
  value::Value new_state;  // the truth, also when messages hold errors; null after delete
  std::string private_bytes;
  std::vector<Message> messages;
};
struct ReadAnswer {
  value::Value new_state;  // null: the object is gone
  std::string private_bytes;
  std::vector<Message> messages;
};

// One call of many. Views: what they refer to must outlive the call.
struct ReadCall {
  const std::string& type;
  const value::Value& current;
  const std::string& private_bytes;
};
struct ValidateCall {
  const std::string& type;
  const value::Value& config;
};
struct PlanCall {
  const std::string& type;
  const value::Value& prior;
  value::Value proposed;
  const value::Value& config;
  const std::string& private_bytes;
};

// About one call.
struct CallOptions {
  std::string tag;                       // the ownership tag a new object should carry, or ""
  std::chrono::milliseconds timeout{0};  // 0: as long as it likes
};

// What a provider can do besides the protocol.
struct Abilities {
  // Asked again to create an object that an earlier, cut off call has made, it finds that
  // one and makes no other; asked to delete it by what was planned, it finds it too.
  bool repeats_creates = true;
  // Its objects carry ownership tags and are found by them.
  bool finds_owned = false;
  // s that a new object may be there without being found.
  double consistency = 0;
};

// A running provider, over the wire or in process. Calls may come from several
// threads. An Error is a failure of the boundary itself (Unavailable: the process
// died); what the provider objects to comes as messages.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual const std::map<std::string, value::Schema>& resources() const = 0;
  virtual const value::Schema& config_schema() const = 0;
  virtual Result<std::vector<Message>> Configure(const value::Value& config) = 0;
  virtual Result<std::vector<Message>> Validate(const std::string& type,
                                                const value::Value& config) = 0;
  virtual Result<PlanAnswer> Plan(const std::string& type, const value::Value& prior,
                                  const value::Value& proposed, const value::Value& config,
                                  const std::string& private_bytes) = 0;
  virtual Result<ApplyAnswer> Apply(const std::string& type, const value::Value& prior,
                                    const value::Value& planned, const value::Value& config,
                                    const std::string& private_bytes) = 0;
  virtual Result<ReadAnswer> Read(const std::string& type, const value::Value& current,
                                  const std::string& private_bytes) = 0;
  virtual Abilities abilities() const { return {}; }
  // Apply, with what else there is to say about the call.
  virtual Result<ApplyAnswer> ApplyWith(const std::string& type, const value::Value& prior,
                                        const value::Value& planned, const value::Value& config,
                                        const std::string& private_bytes, const CallOptions&) {
    return Apply(type, prior, planned, config, private_bytes);
  }
  // The existing object of this id; null when there is none.
  virtual Result<ReadAnswer> Import(const std::string& type, const std::string& id) {
    return Read(type, value::Object{{"id", id}}, "");
  }
  // The objects that carry `tag`; at most one unless something went wrong.
  virtual Result<std::vector<value::Value>> FindOwned(const std::string&, const std::string&) {
    return std::vector<value::Value>{};
  }
  // Many independent calls; answers in the order of the calls, each with an Error of its
  // own. Here one after the other; a provider behind a wire keeps many underway at once.
  virtual std::vector<Result<ReadAnswer>> ReadMany(const std::vector<ReadCall>& calls);
  virtual std::vector<Result<std::vector<Message>>> ValidateMany(
      const std::vector<ValidateCall>& calls);
  virtual std::vector<Result<PlanAnswer>> PlanMany(const std::vector<PlanCall>& calls);
  // Asks running calls to end early; returns at once.
  virtual void Stop() = 0;
  // Ends it now; running calls fail as Unavailable.
  virtual void Kill() {}
  // False once it has ended, or was asked to end.
  virtual bool alive() { return true; }
};

// How long a program may take before it has said where it listens.
struct LaunchOptions {
  std::chrono::milliseconds handshake_timeout{10'000};
};

// Starts the program `path`, shakes hands (plugin protocol 6 or 5), reads the schema.
// `environment` is added to ours. The program dies with us, and when the Provider does.
// Errors: NotFound (no such program), Denied (not ours to run), Protocol (garbage
// instead of a handshake), Timeout (silent), Unavailable (died while starting; the
// text has its last words).
Result<std::unique_ptr<Provider>> Launch(const std::string& path,
                                         const std::map<std::string, std::string>& environment,
                                         const LaunchOptions& options = {});

// Where provider NAME's program is: `sprint-provider-NAME`, or `terraform-provider-NAME`
// of the same plugin protocol, beside the running program, then in each folder of
// SPRINT_PROVIDER_PATH.
Result<std::string> FindProgram(const std::string& name);

}  // namespace sprint::host
