#pragma once

#include <memory>
#include <string>

#include "engine/cli/interrupt.h"
#include "engine/cli/options.h"
#include "engine/cli/session.h"
#include "engine/cli/world.h"
#include "engine/progress/stream.h"

namespace sprint::cli {

// How apply and destroy tell what they do: with --json as a stream of events, on a terminal
// as a table, else as lines.
class Teller {
 public:
  explicit Teller(const Options& options);

  // Null unless --json was given.
  progress::Stream* stream() const { return stream_; }
  // Diagnostics and `error` for whoever listens; gives `Failure`.
  void Show(const Compiled& compiled) const;
  int Fail(const Error& error) const;
  int Fail(const Error& error, const Compiled& compiled) const;
  // Of a plan with errors: tells each of them.
  int Refuse(const plan::Plan& plan) const;
  // The state with what an earlier run left open settled.
  Result<StateNow> Settle(World& world, const Options& options, bool destroying = false) const;

  // Tells of a run with these options, and of `interrupt`, which must outlive the run.
  void Follow(apply::ApplyOptions& options, const Interrupt& interrupt) const;
  progress::Progress& progress() const { return *progress_; }

 private:
  std::unique_ptr<progress::Progress> progress_;
  progress::Stream* stream_ = nullptr;
};

}  // namespace sprint::cli
