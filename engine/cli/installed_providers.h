#pragma once

#include <sys/stat.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/lower/lower.h"
#include "engine/plan/provider_calls.h"
#include "engine/secrets/guard.h"

namespace sprint::cli {

// What a provider may want to know of the run, put into attributes of its configuration
// of these names when its schema has them and the program sets none.
struct RunFacts {
  std::string program_directory;  // absolute
  std::string directory;          // the run's own folder for state and logs
  std::string owner;              // short, the same for every run of this state
};

// Provider programs found beside `sprint` or on SPRINT_PROVIDER_PATH, started and configured
// when first asked for, stopped with this object. One that is to be configured otherwise is
// started anew: plugins are configured once.
class InstalledProviders final : public plan::ProviderSet {
 public:
  // With a `vault`, which must outlive this, secrets go no further than to the providers.
  InstalledProviders(RunFacts facts, secrets::Vault* vault)
      : facts_(std::move(facts)), vault_(vault) {}
  // What the program says of them from now on. Those that run go on running, unless they have
  // ended, did not start or were objected to, or their program is another file by now: these
  // are started anew when they are asked for.
  void Use(const std::vector<lower::ProviderConfig>& configs);
  Result<host::Provider*> Get(const std::string& name) override;
  Result<host::Provider*> Unconfigured(const std::string& name) override;
  Status Configure(const std::string& name, const value::Value& config) override;
  std::string Fingerprint(const std::string& name) override;

 private:
  // A program as it lies on disk: another one has other numbers.
  struct Program {
    std::string path;
    dev_t device = 0;
    ino_t file = 0;
    off_t size = 0;
    int64_t changed_ns = 0;
    friend bool operator==(const Program&, const Program&) = default;
  };
  struct Installed {
    std::mutex mutex;  // starting one provider keeps nobody from another
    // What is said of its configuration; may hold references, which is no configuration yet.
    value::Value wanted = value::Object{};
    // Null: not started. One that did not start is not started again in this run.
    std::optional<Result<std::unique_ptr<host::Provider>>> started{};
    std::optional<value::Value> configured{};  // with this
    std::optional<Error> objection{};          // to that
    Program program{};                         // that was started
    Program hashed{};                          // whose hash this is
    std::string hash{};
  };
  static Program ProgramOf(const std::string& name);
  Installed& At(const std::string& name);
  Result<host::Provider*> Started(const std::string& name, Installed& provider) const;
  Status ConfigureNow(const std::string& name, host::Provider& provider,
                      const value::Value& config) const;

  const RunFacts facts_;
  secrets::Vault* const vault_;
  std::mutex mutex_;
  std::map<std::string, Installed> providers_;
};

}  // namespace sprint::cli
