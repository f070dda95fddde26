#include <algorithm>
#include <utility>

#include "engine/progress/board.h"
#include "engine/progress/progress.h"

namespace sprint::progress {

namespace {

// Of the silence after which a line says what is being waited for, in s: the first time and
// then.
constexpr double FirstSilence = 1, Silence = 5;

class LineProgress final : public Progress {
 public:
  LineProgress(Write write, const Clock& clock) : write_(std::move(write)), clock_(clock) {}

  void Begin(const plan::Plan& plan) override {
    board_ = Board(plan);
    last_ = clock_.Steady();
  }

  void On(const apply::Event& event) override {
    board_.On(event, clock_.Steady());
    Say("  " + Sentence(event));
    silence_ = FirstSilence;
  }

  void Tick(Interrupted interrupted) override {
    if (interrupted > said_) {
      said_ = interrupted;
      Say(StopText(board_, interrupted == Interrupted::Twice));
    }
    if (std::chrono::duration<double>(clock_.Steady() - last_).count() < silence_) return;
    // Together at most a line long, the longest running first.
    constexpr size_t MostNamed = 3;
    std::string text = "  ... " + Counts(board_);
    const auto& running = board_.running();
    for (size_t i = 0; i < std::min(running.size(), MostNamed); ++i) {
      const Board::Running& one = running[i];
      const std::chrono::duration<double> since = clock_.Steady() - one.since;
      text += (i == 0 ? ": " : ", ") + one.address + " " + Duration(since.count());
      if (!one.state.empty()) text += " " + one.state;
    }
    if (running.size() > MostNamed) text += ", …";
    Say(text);
    silence_ = Silence;
  }

  void End(const apply::Report& report) override {
    if (!report.items.empty()) write_(apply::Render(report));
  }

 private:
  void Say(const std::string& line) {
    write_(line + "\n");
    last_ = clock_.Steady();
  }

  const Write write_;
  const Clock& clock_;
  Board board_;
  Board::Time last_;
  double silence_ = FirstSilence;
  Interrupted said_ = Interrupted::No;
};

}  // namespace

std::unique_ptr<Progress> Lines(Write write, const Clock& clock) {
  return std::make_unique<LineProgress>(std::move(write), clock);
}

}  // namespace sprint::progress
