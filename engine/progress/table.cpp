#include <algorithm>
#include <utility>
#include <vector>

#include "engine/progress/board.h"
#include "engine/progress/progress.h"

namespace sprint::progress {

namespace {

constexpr double Redrawing = 0.1;  // s between two drawings at least

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t Width(const std::string& line) {
  return line.size() - static_cast<size_t>(std::count_if(line.begin(), line.end(), Continues));
}

// The first `columns` characters of `line` (UTF-8, each taken to be one column wide).
std::string Clip(const std::string& line, size_t columns) {
  size_t count = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (Continues(line[i]) || ++count <= columns) continue;
    size_t end = i;
    // Room for the mark that something is missing.
    do {
      --end;
    } while (end > 0 && Continues(line[end]));
    return line.substr(0, end) + "…";
  }
  return line;
}

class TableProgress final : public Progress {
 public:
  TableProgress(Write write, const Clock& clock, std::function<Screen()> screen, bool colour)
      : write_(std::move(write)), clock_(clock), screen_(std::move(screen)), colour_(colour) {}

  void Begin(const plan::Plan& plan) override {
    board_ = Board(plan);
    begun_ = clock_.Steady();
    Draw();
  }

  void On(const apply::Event& event) override {
    board_.On(event, clock_.Steady());
    if (event.kind != apply::Event::Kind::Finished && !event.phase) return;
    const bool good =
        event.outcome == apply::Outcome::Done && event.kind != apply::Event::Kind::Stopped;
    const char* colour = !colour_ ? "" : good ? "\033[32m" : "\033[31m";
    above_ += "  " + (colour + Sentence(event)) + (colour_ ? "\033[0m" : "") + "\n";
    // What went wrong is seen at once; what went well may come in large numbers.
    if (!good) Draw();
  }

  void Tick(Interrupted interrupted) override {
    const std::chrono::duration<double> since = clock_.Steady() - drawn_;
    if (interrupted == interrupted_ && since.count() < Redrawing) return;
    interrupted_ = interrupted;
    Draw();
  }

  void End(const apply::Report& report) override {
    std::string text = Erased(Usable().columns) + above_;
    above_.clear();
    if (!report.items.empty()) text += apply::Render(report);
    write_(text);
  }

 private:
  // Takes the cursor to the first line of the table, and the table away. What was drawn
  // in a wider window takes several lines of a narrower one by now.
  std::string Erased(size_t columns) {
    size_t lines = 0;
    for (const size_t width : drawn_widths_)
      lines += std::max<size_t>(1, (width + columns - 1) / columns);
    drawn_widths_.clear();
    return lines == 0 ? "" : "\033[" + std::to_string(lines) + "A\r\033[J";
  }
  Screen Usable() const {
    const Screen screen = screen_();
    return {std::max<size_t>(screen.columns, 20), screen.rows};
  }

  void Draw() {
    if (board_.total() == 0) return;
    const Screen screen = Usable();
    std::string text = Erased(screen.columns) + above_;
    above_.clear();
    const auto line = [&](const std::string& content) {
      const std::string clipped = Clip(content, screen.columns - 1);
      drawn_widths_.push_back(Width(clipped));
      text += clipped + "\n";
    };
    const Board::Time now = clock_.Steady();
    // The counts and what is said about stopping need two lines, the cursor one.
    const size_t room = screen.rows > 4 ? screen.rows - 4 : 1;
    const auto& running = board_.running();
    const size_t shown = running.size() <= room ? running.size() : room - 1;
    size_t widest = 0;
    for (size_t i = 0; i < shown; ++i) widest = std::max(widest, running[i].address.size());
    widest = std::min(widest, screen.columns / 2);
    for (size_t i = 0; i < shown; ++i) {
      const Board::Running& one = running[i];
      std::string address = Clip(one.address, widest);
      address.resize(std::max(address.size(), widest), ' ');
      std::string action = one.action;
      action.resize(std::max<size_t>(action.size(), 8), ' ');
      std::string time = Duration(std::chrono::duration<double>(now - one.since).count());
      time.insert(0, time.size() < 8 ? 8 - time.size() : 0, ' ');
      line("  " + action + " " + address + " " + time + (one.state.empty() ? "" : "  ") +
           one.state);
    }
    if (shown < running.size()) {
      line("  … and " + std::to_string(running.size() - shown) + " more running");
    }
    line(Counts(board_) + "   " + Duration(std::chrono::duration<double>(now - begun_).count()) +
         (interrupted_ == Interrupted::No ? "   (Ctrl-C stops)" : ""));
    if (interrupted_ != Interrupted::No) {
      line(StopText(board_, interrupted_ == Interrupted::Twice));
    }
    write_(text);
    drawn_ = now;
  }

  const Write write_;
  const Clock& clock_;
  const std::function<Screen()> screen_;
  const bool colour_;
  Board board_;
  Board::Time begun_, drawn_;
  std::string above_;                 // lines that have not been shown yet
  std::vector<size_t> drawn_widths_;  // of the table's lines on the screen
  Interrupted interrupted_ = Interrupted::No;
};

}  // namespace

std::unique_ptr<Progress> Table(Write write, const Clock& clock, std::function<Screen()> screen,
                                bool colour) {
  const Screen now = screen();
  if (now.columns < SmallestScreen.columns || now.rows < SmallestScreen.rows) {
    return Lines(std::move(write), clock);
  }
  return std::make_unique<TableProgress>(std::move(write), clock, std::move(screen), colour);
}

}  // namespace sprint::progress
