#include "engine/cli/sealed_plan.h"

#include "compiler/support/environment.h"
#include "engine/cli/house.h"
#include "engine/secrets/crypto.h"

namespace sprint::cli {
namespace {

constexpr std::string_view Head = "sprint-sealed-plan 1\n";
constexpr std::string_view Bound = "sprint plan";  // nothing else of the state opens as a plan

}  // namespace

Status SavePlan(const plan::Plan& plan, const state::Store& store, const std::string& path) {
  if (!store.keyring()) return plan::Save(plan, path, RealFileSystem());
  const std::string sealed = store.keyring()->Seal(plan::ToText(plan), Bound);
  return RealFileSystem().Write(path, std::string(Head) + secrets::ToBase64(sealed) + "\n", 0600);
}

Result<plan::Plan> LoadPlan(const std::string& path, const std::string& program_path) {
  SPRINT_ASSIGN_OR_RETURN(const House house, HouseOf(program_path));
  SPRINT_ASSIGN_OR_RETURN(const auto store, OpenState(house));
  if (!store->keyring()) return plan::Load(path, RealFileSystem());
  SPRINT_ASSIGN_OR_RETURN(std::string text, RealFileSystem().Read(path));
  if (!text.starts_with(Head)) {
    return Error(ErrorCode::Protocol,
                 "`" + path + "` is no encrypted plan, but the state is encrypted");
  }
  if (text.ends_with('\n')) text.pop_back();
  auto plan = [&]() -> Result<plan::Plan> {
    SPRINT_ASSIGN_OR_RETURN(const std::string sealed,
                            secrets::FromBase64(std::string_view(text).substr(Head.size())));
    SPRINT_ASSIGN_OR_RETURN(const std::string plain, store->keyring()->Unseal(sealed, Bound));
    return plan::FromText(plain);
  }();
  if (!plan.ok()) return plan.TakeError().While("reading the plan `" + path + "`");
  return plan;
}

}  // namespace sprint::cli
