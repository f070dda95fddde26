#include "engine/progress/stream.h"

#include <cmath>
#include <cstdio>
#include <ctime>
#include <utility>

#include "engine/plan/document.h"
#include "engine/progress/board.h"

namespace sprint::progress {

namespace {

using value::Object;

// "2026-11-25T21:38:25.123Z"
std::string Stamp(std::chrono::system_clock::time_point now) {
  const auto since = now.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(since - seconds).count();
  const std::time_t time = seconds.count();
  std::tm utc{};
  gmtime_r(&time, &utc);
  char text[32];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(rest));
  return text;
}

// Seconds, to the millisecond.
double Seconds(double seconds) { return std::round(seconds * 1000) / 1000; }

int64_t Int(size_t number) { return static_cast<int64_t>(number); }

const char* TypeOf(apply::Event::Kind kind) {
  switch (kind) {
    case apply::Event::Kind::Started:
      return "started";
    case apply::Event::Kind::Retrying:
      return "retrying";
    case apply::Event::Kind::Waiting:
      return "waiting";
    case apply::Event::Kind::Finished:
      return "finished";
    case apply::Event::Kind::Skipped:
      return "skipped";
    case apply::Event::Kind::Begun:
    case apply::Event::Kind::Stopped:
      return "phase";
  }
  return "";
}

}  // namespace

struct Stream::Told {
  Board board;
  Board::Time running;  // when "running" was told last
  Interrupted interrupted = Interrupted::No;
};

Stream::Stream(Write write, const Clock& clock, const std::string& version)
    : write_(std::move(write)), clock_(clock), told_(std::make_unique<Told>()) {
  Say("version", {{"format", "sprint.events"}, {"version", StreamVersion}, {"sprint", version}});
}

Stream::~Stream() = default;

void Stream::Say(const std::string& type, Object line) {
  line["type"] = type;
  line["time"] = Stamp(clock_.Now());
  write_(value::ToJson(value::Value(std::move(line))) + "\n");
}

void Stream::Trouble(const Error& error) {
  Say("error", {{"code", Name(error.code())}, {"message", error.ToString()}});
}

void Stream::Begin(const plan::Plan& plan) {
  told_->board = Board(plan);
  told_->running = clock_.Steady();
  for (const plan::Phase& phase : plan.phases) {
    Object line = plan::Document(plan, phase);
    line["outcome"] = "planned";
    Say("phase", std::move(line));
  }
  const value::Value changes = plan::Changes(plan);
  for (const value::Value& change : *changes.As<value::List>()) {
    Say("planned", *change.As<Object>());
  }
  for (const plan::Step& step : plan.steps) {
    for (const plan::Drifted& drifted : step.drift) {
      Say("drift", {{"address", step.address},
                    {"attribute", drifted.attribute},
                    {"policy", lower::Name(drifted.policy)}});
    }
  }
  for (const std::string& note : plan.notes) Say("note", {{"text", note}});
  const size_t replaced = plan.Count(plan::Action::Replace);
  Say("plan", {{"add", Int(plan.Count(plan::Action::Create) + replaced)},
               {"change", Int(plan.Count(plan::Action::Update))},
               {"destroy", Int(plan.Count(plan::Action::Delete) + replaced)},
               {"objects", Int(told_->board.total())}});
}

// A phase, and what its steps have turned out to be.
void Stream::Tell(const apply::Event& event) {
  const plan::Phase& phase = *event.phase;
  const bool begun = event.kind == apply::Event::Kind::Begun;
  Object line{{"phase", static_cast<int64_t>(phase.number)},
              {"provider", phase.provider},
              {"outcome", begun ? "begun" : "stopped"}};
  value::List changes;
  for (const plan::Step* step : event.steps) {
    if (step->Changes()) changes.emplace_back(plan::Change(*step));
  }
  if (begun) line["changes"] = std::move(changes);
  if (!begun) line["error"] = event.error;
  Say(TypeOf(event.kind), std::move(line));
}

void Stream::On(const apply::Event& event) {
  using Kind = apply::Event::Kind;
  told_->board.On(event, clock_.Steady());
  if (event.phase) return Tell(event);
  Object line{{"address", event.address}, {"action", Verb(event)}};
  if (event.kind == Kind::Skipped) {
    line["because_of"] = event.text;
  } else if (event.kind != Kind::Started) {
    line["elapsed_s"] = Seconds(event.elapsed);
  }
  if (event.kind == Kind::Finished) line["outcome"] = apply::Name(event.outcome);
  if (event.kind == Kind::Waiting) line["for"] = event.text;
  if (event.kind == Kind::Retrying) {
    line["wait_s"] = Seconds(event.wait);
    line["attempt"] = static_cast<int64_t>(event.attempt);
  }
  if (!event.error.empty()) {
    line["error"] = event.error;
    line["class"] = host::Name(event.error_class);
  }
  Say(TypeOf(event.kind), std::move(line));
}

void Stream::Tick(Interrupted interrupted) {
  if (interrupted > told_->interrupted) {
    told_->interrupted = interrupted;
    const bool twice = interrupted == Interrupted::Twice;
    Say("stopping", {{"cancel", twice}, {"text", StopText(told_->board, twice)}});
  }
  const Board::Time now = clock_.Steady();
  if (now - told_->running < std::chrono::seconds(1)) return;
  told_->running = now;
  value::List objects;
  for (const Board::Running& one : told_->board.running()) {
    Object object{{"address", one.address},
                  {"action", one.action},
                  {"elapsed_s", Seconds(std::chrono::duration<double>(now - one.since).count())}};
    if (!one.state.empty()) object["state"] = one.state;
    objects.emplace_back(std::move(object));
  }
  Say("running", {{"done", Int(told_->board.done())},
                  {"failed", Int(told_->board.failed())},
                  {"skipped", Int(told_->board.skipped())},
                  {"waiting", Int(told_->board.waiting())},
                  {"objects", std::move(objects)}});
}

void Stream::End(const apply::Report& report) {
  value::List objects;
  for (const apply::Item& item : report.items) {
    Object object{{"address", item.address},
                  {"action", plan::Name(item.action)},
                  {"outcome", apply::Name(item.outcome)}};
    if (!item.because.empty()) object["because_of"] = item.because;
    if (!item.where.empty()) object["where"] = item.where;
    if (!item.error.empty()) {
      object["error"] = item.error;
      object["class"] = host::Name(item.error_class);
    }
    objects.emplace_back(std::move(object));
  }
  Say("summary", {{"done", Int(report.Count(apply::Outcome::Done))},
                  {"failed", Int(report.Count(apply::Outcome::Failed))},
                  {"skipped", Int(report.Count(apply::Outcome::Skipped))},
                  {"not_started", Int(report.Count(apply::Outcome::NotStarted))},
                  {"unknown", Int(report.Count(apply::Outcome::Unknown))},
                  {"interrupted", report.interrupted},
                  {"exit_code", static_cast<int64_t>(report.ExitCode())},
                  {"objects", std::move(objects)}});
}

}  // namespace sprint::progress
