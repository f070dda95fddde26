#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "engine/apply/apply.h"

namespace sprint::progress {

// Where every object of a plan stands, from the events so far.
class Board {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Running {
    std::string address;
    const char* action = "";  // "create", …
    Time since;
    std::string state;  // "waits for port 22 of 10.0.0.4", "again in 2 s (attempt 3)", or ""
  };

  Board() = default;
  explicit Board(const plan::Plan& plan);
  void On(const apply::Event& event, Time now);

  // Objects, not calls: a replacement is one.
  size_t total() const { return left_.size(); }
  size_t done() const { return done_; }
  size_t failed() const { return failed_; }  // or unknown
  size_t skipped() const { return skipped_; }
  size_t waiting() const { return total() - done_ - failed_ - skipped_ - begun_; }
  // The longest running first.
  const std::vector<Running>& running() const { return running_; }

 private:
  void Expect(const plan::Step& step);

  // By address: calls that an object still needs; several objects of one address (deposed
  // ones) count together.
  struct Left {
    int calls = 0;
    bool begun = false, failed = false;
  };
  std::map<std::string, Left> left_;
  std::vector<Running> running_;
  // begun_: started and neither done nor failed, between two calls of a replacement too.
  size_t done_ = 0, failed_ = 0, skipped_ = 0, begun_ = 0;
};

// "create", …; of the half of a replacement that takes the old object away: "delete".
const char* Verb(const apply::Event& event);
// "create   plant.space done (1.2 s)", without indentation and line feed.
std::string Sentence(const apply::Event& event);
// "3 s", "1.2 s" below 10, "2 min 5 s".
std::string Duration(double seconds);
// "12 done, 0 failed, 3 running, 85 waiting"; failed, skipped only where there are some.
std::string Counts(const Board& board);
// What the user is told once he has interrupted; "" when he has not.
std::string StopText(const Board& board, bool twice);

}  // namespace sprint::progress
