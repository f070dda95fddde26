#include "engine/cli/sealed_plan.h"

#include <optional>
#include <string_view>
#include <utility>

#include "compiler/support/environment.h"
#include "engine/cli/house.h"
#include "engine/secrets/crypto.h"

namespace sprint::cli {
namespace {

// Then the program's path, a line feed, and the sealed text.
constexpr std::string_view Head = "sprint-sealed-plan 2\n";
constexpr std::string_view Bound = "sprint plan";  // nothing else of the state opens as a plan

struct Sealed {
  std::string program, body;
};
std::optional<Sealed> Cut(std::string_view text) {
  if (!text.starts_with(Head)) return std::nullopt;
  text.remove_prefix(Head.size());
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  Sealed sealed{std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
  if (sealed.body.ends_with('\n')) sealed.body.pop_back();
  return sealed;
}

Result<plan::Plan> Open(const Sealed& sealed, const state::Store& store) {
  if (!store.keyring()) {
    return Error(ErrorCode::Protocol, "it is encrypted, and its state is not");
  }
  SPRINT_ASSIGN_OR_RETURN(const std::string bytes, secrets::FromBase64(sealed.body));
  SPRINT_ASSIGN_OR_RETURN(const std::string plain, store.keyring()->Unseal(bytes, Bound));
  return plan::FromText(plain);
}

Result<plan::Plan> Read(const std::string& path, const std::string& program_path, bool to_apply) {
  SPRINT_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(path));
  const auto sealed = Cut(text);
  auto clear = sealed ? Result<plan::Plan>(plan::Plan()) : plan::FromText(text);
  if (!clear.ok() || (!sealed && !to_apply)) return clear;
  std::string program = program_path;
  if (program.empty()) program = sealed ? sealed->program : clear->program;
  SPRINT_ASSIGN_OR_RETURN(const House house, HouseAt(program));
  SPRINT_ASSIGN_OR_RETURN(const auto store, OpenState(house));
  if (sealed) return Open(*sealed, *store);
  if (store->keyring()) {
    return Error(ErrorCode::Protocol, "it is not encrypted, but its state is");
  }
  return clear;
}

}  // namespace

Status SavePlan(const plan::Plan& plan, const state::Store& store, const std::string& path) {
  if (!store.keyring()) return plan::Save(plan, path, RealFileSystem());
  const std::string sealed = store.keyring()->Seal(plan::ToText(plan), Bound);
  return RealFileSystem().Write(
      path, std::string(Head) + plan.program + "\n" + secrets::ToBase64(sealed) + "\n", 0600);
}

Result<plan::Plan> LoadPlan(const std::string& path, const std::string& program_path) {
  auto plan = Read(path, program_path, /*to_apply=*/true);
  if (!plan.ok()) return plan.TakeError().While("reading the plan `" + path + "`");
  return plan;
}

Result<plan::Plan> LoadPlanToShow(const std::string& path) {
  auto plan = Read(path, "", /*to_apply=*/false);
  if (!plan.ok()) return plan.TakeError().While("reading the plan `" + path + "`");
  return plan;
}

bool IsPlanFile(const std::string& path) { return !path.empty() && !path.ends_with(".sprint"); }

}  // namespace sprint::cli
