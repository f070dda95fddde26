#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/support/result.h"
#include "providers/value/value.h"

namespace sprint::host {

// What a provider says besides its answer.
struct Message {
  bool error = false;
  std::string summary, detail;
  std::string attribute;  // dotted path, "" for the whole resource
};

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
  // Many independent calls; answers in the order of the calls, each with an Error of its
  // own. Here one after the other; a provider behind a wire keeps many underway at once.
  virtual std::vector<Result<ReadAnswer>> ReadMany(const std::vector<ReadCall>& calls);
  virtual std::vector<Result<std::vector<Message>>> ValidateMany(
      const std::vector<ValidateCall>& calls);
  virtual std::vector<Result<PlanAnswer>> PlanMany(const std::vector<PlanCall>& calls);
  // Asks running calls to end early; returns at once.
  virtual void Stop() = 0;
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
