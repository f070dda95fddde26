#include "engine/progress/board.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace sprint::progress {

namespace {

std::string Fixed(double number, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

}  // namespace

Board::Board(const plan::Plan& plan) {
  for (const plan::Step& step : plan.steps) Expect(step);
}

void Board::Expect(const plan::Step& step) {
  if (!step.Changes()) return;
  left_[step.address].calls += step.action == plan::Action::Replace ? 2 : 1;
}

void Board::On(const apply::Event& event, Time now) {
  using Kind = apply::Event::Kind;
  // Nothing of them has begun; what was counted is the most that could come.
  for (const plan::Step* step : event.steps) left_.erase(step->address);
  for (const plan::Step* step : event.steps) Expect(*step);
  const auto running = std::find_if(running_.begin(), running_.end(),
                                    [&](const Running& it) { return it.address == event.address; });
  const auto found = left_.find(event.address);
  if (found == left_.end()) return;
  Left& left = found->second;
  switch (event.kind) {
    case Kind::Started:
      if (!left.begun && !left.failed) ++begun_;
      left.begun = true;
      running_.push_back({event.address, Verb(event), now, ""});
      return;
    case Kind::Retrying:
      if (running != running_.end()) {
        running->state =
            "again in " + Duration(event.wait) + " (attempt " + std::to_string(event.attempt) + ")";
      }
      return;
    case Kind::Waiting:
      if (running != running_.end()) running->state = "waits for " + event.text;
      return;
    case Kind::Skipped:
      // The other half may have been done already.
      if (left.begun && !left.failed) --begun_;
      if (!left.failed) ++skipped_;
      left.failed = true;
      return;
    case Kind::Finished:
      if (running != running_.end()) running_.erase(running);
      if (left.failed) return;
      if (event.outcome != apply::Outcome::Done) {
        left.failed = true;
        --begun_;
        ++failed_;
      } else if (--left.calls == 0) {
        --begun_;
        ++done_;
      }
      return;
    case Kind::Begun:
    case Kind::Stopped:
      return;
  }
}

const char* Verb(const apply::Event& event) {
  return event.destroying ? "delete" : plan::Name(event.action);
}

std::string Duration(double seconds) {
  if (seconds < 9.95) return Fixed(seconds, 1) + " s";
  const auto whole = static_cast<long long>(std::lround(seconds));
  if (whole < 120) return std::to_string(whole) + " s";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string Sentence(const apply::Event& event) {
  using Kind = apply::Event::Kind;
  if (event.phase) {
    const std::string phase = "phase " + std::to_string(event.phase->number) + "  ";
    const std::string provider = "provider `" + event.phase->provider + "`";
    if (event.kind == Kind::Stopped) return phase + provider + " stopped: " + event.error;
    const auto changes = std::count_if(event.steps.begin(), event.steps.end(),
                                       [](const plan::Step* step) { return step->Changes(); });
    return phase + provider + " is configured and has " + std::to_string(changes) +
           (changes == 1 ? " object" : " objects") + " to make, change or delete";
  }
  std::string text = Verb(event);
  text.resize(std::max<size_t>(text.size(), 8), ' ');
  text += " " + event.address;
  switch (event.kind) {
    case Kind::Started:
      return text + " ...";
    case Kind::Retrying:
      return text + " again in " + Duration(event.wait) + " (attempt " +
             std::to_string(event.attempt) + "): " + event.error;
    case Kind::Waiting:
      return text + " is there; waits for " + event.text;
    case Kind::Skipped:
      return text + " skipped because of `" + event.text + "`";
    case Kind::Finished:
    case Kind::Begun:
    case Kind::Stopped:
      break;
  }
  switch (event.outcome) {
    case apply::Outcome::Done:
      return text + " done (" + Duration(event.elapsed) + ")";
    case apply::Outcome::Unknown:
      return text + " unknown after " + Duration(event.elapsed) + ": " + event.error;
    case apply::Outcome::Failed:
    case apply::Outcome::Skipped:
    case apply::Outcome::NotStarted:
      break;
  }
  return text + " failed after " + Duration(event.elapsed) + ": " + event.error;
}

std::string Counts(const Board& board) {
  std::string text = std::to_string(board.done()) + " done";
  if (board.failed() > 0) text += ", " + std::to_string(board.failed()) + " failed";
  if (board.skipped() > 0) text += ", " + std::to_string(board.skipped()) + " skipped";
  return text + ", " + std::to_string(board.running().size()) + " running, " +
         std::to_string(board.waiting()) + " waiting";
}

std::string StopText(const Board& board, bool twice) {
  const size_t count = board.running().size();
  if (count == 0) return "stopping: nothing new starts";
  const std::string calls = count == 1 ? "the call" : "the " + std::to_string(count) + " calls";
  if (twice) {
    return "ending " + calls +
           " under way; the next run finds out what became of them (again: leave at once)";
  }
  return "stopping: " + calls + " under way " + (count == 1 ? "ends" : "end") +
         " first (again: end now)";
}

}  // namespace sprint::progress
