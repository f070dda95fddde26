#pragma once

#include <memory>
#include <string>

#include "compiler/support/environment.h"
#include "engine/progress/progress.h"
#include "providers/value/value.h"

namespace sprint::progress {

// Of the lines below; grows by one when a program that reads them would have to change.
// compiler/docs/events.schema.json describes them.
inline constexpr int64_t StreamVersion = 1;

// For programs: one JSON object a line, each with its `type` and its `time` (UTC). The first
// is of type "version". While calls run a line of type "running" comes every second.
// Types that a reader does not know are to be passed over.
class Stream final : public Progress {
 public:
  // Writes the first line. `version` is that of the program.
  Stream(Write write, const Clock& clock, const std::string& version);
  ~Stream() override;

  // The plan: a "phase" for each that waits, a "planned" for each step that changes something, a
  // "note" for each note, a "drift" for what somebody else changed, and "plan" with the counts.
  void Begin(const plan::Plan& plan) override;
  void On(const apply::Event& event) override;
  void Tick(Interrupted interrupted) override;
  // The last line: "summary", every object accounted for.
  void End(const apply::Report& report) override;

  // A line of another type: "placement", "diagnostic", …
  void Say(const std::string& type, value::Object line);
  // A line of type "error": nothing is carried out, or nothing more.
  void Trouble(const Error& error);

 private:
  void Tell(const apply::Event& phase);

  struct Told;
  const Write write_;
  const Clock& clock_;
  std::unique_ptr<Told> told_;
};

}  // namespace sprint::progress
