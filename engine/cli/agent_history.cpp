#include <cstdio>

#include "compiler/support/environment.h"
#include "engine/agent/history.h"
#include "engine/agent/replay.h"
#include "engine/cli/house.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"

// What an agent wrote down.
namespace sprint::cli {
namespace {

Result<std::vector<agent::Entry>> EntriesOf(const Options& options) {
  SPRINT_ASSIGN_OR_RETURN(const std::unique_ptr<Compiled> compiled, Load(options));
  SPRINT_ASSIGN_OR_RETURN(std::vector<agent::Entry> entries,
                          agent::ReadHistory(HistoryPath(compiled->path)));
  if (!entries.empty()) return entries;
  return Error(ErrorCode::NotFound,
               "no agent has run here: `sprint agent " + ForShell(compiled->path) + "`");
}

}  // namespace

int AgentHistory(const Options& options) {
  auto entries = EntriesOf(options);
  if (!entries.ok()) return Fail(entries.error());
  for (const agent::Entry& entry : *entries) {
    if (options.json)
      std::puts(value::ToJson(agent::ToValue(entry)).c_str());
    else
      std::puts(agent::Describe(entry).c_str());
  }
  return Success;
}

int AgentWhy(const Options& options) {
  auto entries = EntriesOf(options);
  if (!entries.ok()) return Fail(entries.error());
  agent::Settings settings;
  int64_t first = 0, last = 0;
  for (const agent::Entry& entry : *entries) {
    if (const auto* started = std::get_if<agent::Started>(&entry)) settings = started->settings;
    const auto* decided = std::get_if<agent::Decided>(&entry);
    if (!decided) continue;
    last = decided->decision.number;
    if (first == 0) first = last;
    if (decided->decision.number != options.decision) continue;
    if (options.json)
      std::puts(value::ToJson(agent::ToValue(entry), /*pretty=*/true).c_str());
    else
      std::fputs(agent::Explain(*decided, settings).c_str(), stdout);
    return Success;
  }
  return Fail(Error(ErrorCode::NotFound,
                    "there is no decision " + std::to_string(options.decision) + "; there are " +
                        std::to_string(first) + " to " + std::to_string(last)));
}

int AgentReplay(const Options& options) {
  if (!RealFileSystem().Exists(options.subject)) {
    return Fail(Error(ErrorCode::NotFound, "there is no file `" + options.subject + "`"));
  }
  auto entries = agent::ReadHistory(options.subject);
  if (!entries.ok()) return Fail(entries.error());
  auto replayed = agent::Replay(*entries);
  if (!replayed.ok())
    return Fail(replayed.TakeError().While("replaying `" + options.subject + "`"));
  if (options.json) {
    value::List differences;
    for (const std::string& difference : replayed->differences) differences.push_back(difference);
    std::puts(value::ToJson(value::Object{{"decisions", replayed->decisions},
                                          {"replans", replayed->replans},
                                          {"differences", differences}},
                            /*pretty=*/true)
                  .c_str());
  } else {
    for (const std::string& difference : replayed->differences) std::puts(difference.c_str());
    std::printf("%lld decisions, %lld of them replans: %s\n",
                static_cast<long long>(replayed->decisions),
                static_cast<long long>(replayed->replans),
                replayed->differences.empty()
                    ? "all decided the same again"
                    : (std::to_string(replayed->differences.size()) + " differences").c_str());
  }
  return replayed->differences.empty() ? Success : Failure;
}

}  // namespace sprint::cli
