// One run of the engine over a folder, as `sprint apply` does it: settle, plan, apply.
//   kill_engine FOLDER PROVIDER SEED POINT
// Kills itself at boundary POINT of its journal: 2k before write k of the state, 2k + 1
// after it; -1 never. Prints "open changes records" of what it leaves, as a plan sees it.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "engine/apply/apply.h"
#include "tests/e2e/kill/programs.h"

namespace sprint::kill {
namespace {

// A store that ends the process at one boundary of its writes.
class DeadlyStore final : public state::Store {
 public:
  DeadlyStore(std::unique_ptr<state::Store> store, int point)
      : store_(std::move(store)), point_(point) {}

  Result<state::Snapshot> Read() override { return store_->Read(); }
  Result<int64_t> Begin(const state::Intent& intent) override {
    return Around([&] { return store_->Begin(intent); });
  }
  Status Finish(const state::Intent& intent, int64_t id,
                const std::optional<state::Record>& record) override {
    return Around([&] { return store_->Finish(intent, id, record); });
  }
  Status Abandon(int64_t id) override {
    return Around([&] { return store_->Abandon(id); });
  }
  Status Put(const state::Record& record) override {
    return Around([&] { return store_->Put(record); });
  }
  Status Remove(const std::string& address) override {
    return Around([&] { return store_->Remove(address); });
  }
  Result<std::vector<state::Refusal>> Refused() override { return store_->Refused(); }
  Status SetRefused(const std::vector<state::Refusal>& refusals) override {
    return Around([&] { return store_->SetRefused(refusals); });
  }
  Status Adopt(const state::Snapshot& snapshot) override { return store_->Adopt(snapshot); }
  Status Replace(const state::Snapshot& snapshot) override { return store_->Replace(snapshot); }
  Status Drop() override { return store_->Drop(); }
  const secrets::Keyring* keyring() const override { return store_->keyring(); }
  value::Value locked_keyring() const override { return store_->locked_keyring(); }
  Status Encrypt(const std::string& key) override { return store_->Encrypt(key); }
  Status EncryptWith(const secrets::Keyring& keyring, const value::Value& locked) override {
    return store_->EncryptWith(keyring, locked);
  }
  Status Decrypt() override { return store_->Decrypt(); }
  Result<state::Lease> Acquire(const std::string& purpose, int64_t seconds) override {
    return store_->Acquire(purpose, seconds);
  }
  Status Heartbeat() override { return store_->Heartbeat(); }
  Status Release() override { return store_->Release(); }
  Result<std::optional<state::Lease>> Holder() override { return store_->Holder(); }
  Status Break(int64_t token) override { return store_->Break(token); }

 private:
  template <typename Write>
  auto Around(const Write& write) -> decltype(write()) {
    const int turn = writes_++;
    if (point_ == 2 * turn) ::kill(getpid(), SIGKILL);
    auto result = write();
    if (point_ == 2 * turn + 1) ::kill(getpid(), SIGKILL);
    return result;
  }

  std::unique_ptr<state::Store> store_;
  const int point_;
  std::atomic<int> writes_ = 0;
};

int Fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.ToString().c_str());
  return 2;
}

int Run(const std::string& folder, const std::string& program, uint64_t seed, int point) {
  auto opened = state::OpenSqlite(folder + "/state.db");
  if (!opened.ok()) return Fail(opened.error());
  DeadlyStore store(opened.TakeValue(), point);
  // Whoever holds it was killed by the test: there is nobody to wait for.
  if (auto holder = store.Holder(); holder.ok() && *holder) (void)store.Break((*holder)->token);
  if (auto lease = store.Acquire("kill", 60); !lease.ok()) return Fail(lease.error());
  auto provider = host::Launch(program, {});
  if (!provider.ok()) return Fail(provider.error());
  if (auto configured = (*provider)->Configure(value::Object{{"folder", folder}});
      !configured.ok()) {
    return Fail(configured.error());
  }
  auto inner = host::Launch(program, {});
  if (!inner.ok()) return Fail(inner.error());
  plan::GivenProviders providers;
  providers.Add("scripted", provider->get());
  providers.Add("inner", inner->get());
  const lower::DesiredGraph graph = Program(seed, folder);
  auto before = store.Read();
  if (!before.ok()) return Fail(before.error());
  (void)plan::ConfigureByState(graph.providers, *before, providers);
  auto settled = apply::Recover(store, providers, SystemClock());
  if (!settled.ok()) return Fail(settled.error());
  for (const apply::Settled& one : *settled) {
    if (!one.known) return Fail(Error(ErrorCode::Internal, one.address + " " + one.text));
  }
  auto snapshot = store.Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  auto plan = plan::MakePlan(graph, *snapshot, providers, {});
  if (!plan.ok()) return Fail(plan.error());
  apply::ApplyOptions options;
  options.parallel = 4;
  options.first_wait = 0.01;
  auto report = apply::Apply(*plan, store, providers, SystemClock(), options);
  if (!report.ok()) return Fail(report.error());
  if (report->ExitCode() != 0) {
    std::fputs(apply::Render(*report).c_str(), stderr);
    (void)store.Release();
    return 1;
  }
  snapshot = store.Read();
  if (!snapshot.ok()) return Fail(snapshot.error());
  auto next = plan::MakePlan(graph, *snapshot, providers, {});
  if (!next.ok()) return Fail(next.error());
  const size_t changes = next->steps.size() - next->Count(plan::Action::NoOp);
  std::printf("%zu %zu %zu\n", snapshot->open.size(), changes, snapshot->records.size());
  if (changes > 0) std::fputs(plan::Render(*next, false).c_str(), stderr);
  return store.Release().ok() ? 0 : 2;
}

}  // namespace
}  // namespace sprint::kill

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  return sprint::kill::Run(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10),
                           std::atoi(argv[4]));
}
