#include "engine/cli/teller.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "engine/cli/plan_json.h"

namespace sprint::cli {
namespace {

void WriteOut(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

progress::Screen ScreenNow() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row};
}

bool CanRedraw() {
  const char* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && kind && std::string_view(kind) != "dumb";
}

}  // namespace

Teller::Teller(const Options& options) {
  if (options.json) {
    auto stream = std::make_unique<progress::Stream>(&WriteOut, SystemClock(), Version);
    stream_ = stream.get();
    progress_ = std::move(stream);
  } else if (CanRedraw()) {
    progress_ = progress::Table(&WriteOut, SystemClock(), &ScreenNow, options.colour);
  } else {
    progress_ = progress::Lines(&WriteOut, SystemClock());
  }
}

void Teller::Show(const Compiled& compiled) const {
  Print(compiled);
  if (!stream_) return;
  const value::Value list = DiagnosticsJson(compiled);
  const auto* diagnostics = list.As<value::List>();
  if (!diagnostics) return;
  for (const value::Value& diagnostic : *diagnostics) {
    if (const auto* line = diagnostic.As<value::Object>()) stream_->Say("diagnostic", *line);
  }
}

int Teller::Fail(const Error& error) const {
  if (stream_) stream_->Trouble(error);
  return cli::Fail(error);
}

int Teller::Fail(const Error& error, const Compiled& compiled) const {
  if (stream_) stream_->Trouble(error);
  return cli::Fail(error, compiled);
}

int Teller::Refuse(const plan::Plan& plan) const {
  for (const std::string& error : plan.errors) (void)Fail(Error(ErrorCode::Denied, error));
  return Failure;
}

Result<StateNow> Teller::Settle(World& world, const Options& options, bool destroying) const {
  const auto told = [this](const apply::Settled& one) {
    if (!stream_) return;
    stream_->Say("settled", {{"address", one.address}, {"text", one.text}, {"known", one.known}});
  };
  return Settled(world, options, told, destroying);
}

void Teller::Follow(apply::ApplyOptions& options, const Interrupt& interrupt) const {
  options.progress = [this](const apply::Event& event) { progress_->On(event); };
  options.tick = [this, &interrupt] {
    progress_->Tick(interrupt.cancel() ? progress::Interrupted::Twice
                    : interrupt.flag() ? progress::Interrupted::Once
                                       : progress::Interrupted::No);
  };
}

}  // namespace sprint::cli
