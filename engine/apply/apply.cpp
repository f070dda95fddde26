#include "engine/apply/apply.h"

#include <algorithm>
#include <utility>

#include "engine/apply/due.h"
#include "engine/apply/phase.h"
#include "engine/apply/run.h"

namespace sprint::apply {

const char* Name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Done:
      return "done";
    case Outcome::Failed:
      return "failed";
    case Outcome::Skipped:
      return "skipped";
    case Outcome::NotStarted:
      return "not started";
    case Outcome::Unknown:
      return "unknown";
  }
  return "not started";
}

size_t Report::Count(Outcome outcome) const {
  return static_cast<size_t>(std::count_if(
      items.begin(), items.end(), [outcome](const Item& item) { return item.outcome == outcome; }));
}

int Report::ExitCode() const {
  if (interrupted) return 130;
  return Count(Outcome::Done) == items.size() ? 0 : 1;
}

Result<Report> Apply(const plan::Plan& plan, state::Store& store, plan::ProviderSet& providers,
                     const Clock& clock, const ApplyOptions& options) {
  SPRINT_ASSIGN_OR_RETURN(state::Snapshot snapshot, store.Read());
  SPRINT_RETURN_IF_ERROR(plan::CheckFresh(plan, snapshot));
  if (!snapshot.open.empty()) {
    return Error(ErrorCode::Conflict, "a call for `" + snapshot.open.front().object.address +
                                          "` was cut off since the plan was made; plan again");
  }
  SPRINT_RETURN_IF_ERROR(ConfigureAsPlanned(plan, snapshot, providers));
  for (const plan::Step& step : plan.steps) {
    if (step.action == plan::Action::NoOp || step.action == plan::Action::Forget) continue;
    auto provider =
        step.bounded ? providers.Unconfigured(step.provider) : providers.Get(step.provider);
    if (!provider.ok()) return provider.TakeError();
  }
  for (const auto& [name, hash] : plan.provider_hashes) {
    const std::string now = providers.Fingerprint(name);
    if (now.empty() || now == hash) continue;
    return Error(ErrorCode::Conflict,
                 "the program of provider `" + name + "` changed since the plan was made");
  }
  DueReplacements due(plan);
  SPRINT_RETURN_IF_ERROR(due.Note(snapshot, store));
  auto report = Run(plan, store, providers, clock, options, std::move(snapshot)).Execute();
  due.Drop(store);
  return report;
}

std::string Render(const Report& report) {
  // What failed is listed whole; of what only waited for it a few names say enough.
  constexpr size_t MostListed = 20;
  std::string text;
  size_t waited = 0;
  for (const std::string& phase : report.stopped) text += "  stopped  " + phase + "\n";
  for (const Item& item : report.items) {
    if (item.outcome == Outcome::Done) continue;
    const bool waits = item.outcome == Outcome::Skipped || item.outcome == Outcome::NotStarted;
    if (waits && ++waited > MostListed) continue;
    text += std::string("  ") + Name(item.outcome) + "  " + item.address;
    if (!item.because.empty()) text += ": because of `" + item.because + "`";
    if (item.because.empty() && !item.error.empty()) text += ": " + item.error;
    if (!waits && !item.where.empty()) text += " (" + item.where + ")";
    text += "\n";
  }
  if (waited > MostListed) {
    text += "  … and " + std::to_string(waited - MostListed) + " more skipped or not started\n";
  }
  const auto count = [&report](Outcome outcome) { return std::to_string(report.Count(outcome)); };
  text += count(Outcome::Done) + " done, " + count(Outcome::Failed) + " failed, " +
          count(Outcome::Skipped) + " skipped, " + count(Outcome::NotStarted) + " not started";
  if (report.Count(Outcome::Unknown) > 0) {
    text += ", " + count(Outcome::Unknown) + " unknown: the next run finds out what became of " +
            (report.Count(Outcome::Unknown) == 1 ? "it" : "them");
  }
  return text + ".\n";
}

}  // namespace sprint::apply
