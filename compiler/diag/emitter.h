#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/diag/diagnostic.h"
#include "compiler/support/loc.h"

namespace sprint::diag {

class Emitter;

// One diagnostic being put together; it is emitted when the statement ends:
//   emitter.Error("E0203", loc, "no attribute `colour`").Help("did you mean `color`?");
class Report {
 public:
  Report(Emitter& emitter, Diagnostic diagnostic)
      : emitter_(emitter), diagnostic_(std::move(diagnostic)) {}
  ~Report();
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  // Another place that explains the message.
  Report& Label(Loc loc, std::string message);
  // What to do about it, one line. Nothing is said for an empty text.
  Report& Help(std::string text);
  // A change that certainly mends it: put `text` where `loc` is.
  Report& FixIt(Loc loc, std::string text);

 private:
  Emitter& emitter_;
  Diagnostic diagnostic_;
};

// Collects what is wrong with the user's program. Whoever finds a mistake reports it
// and goes on, so that all independent ones are told in one run.
class Emitter {
 public:
  // How many are told at most; the rest is counted.
  static constexpr size_t Cap = 50;

  // While one is there, what is emitted is labelled with where and why we came to it. None
  // within another.
  class Context {
   public:
    Context(Emitter& emitter, Loc loc, std::string why) : emitter_(emitter) {
      emitter.context_ = Label{loc, std::move(why)};
    }
    ~Context() { emitter_.context_.reset(); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

   private:
    Emitter& emitter_;
  };

  void Emit(Diagnostic diagnostic);
  Report Error(std::string code, Loc loc, std::string message);
  Report Warning(std::string code, Loc loc, std::string message);
  Report Note(std::string code, Loc loc, std::string message);
  bool has_errors() const;
  // Whether an error lies in `range`, or says something of a place in it.
  bool HasErrorIn(Loc range) const;

  // In source order (file, then begin, else as emitted), without duplicates, at most
  // `Cap` and then one note "and N more". Leaves the emitter empty.
  std::vector<Diagnostic> Take();

 private:
  std::vector<Diagnostic> all_;
  std::optional<Label> context_;
};

// The candidate a misspelt `name` most likely meant: the smallest edit distance, at
// most a third of the name's length and never above 5; the first of equals.
std::optional<std::string> ClosestMatch(std::string_view name,
                                        const std::vector<std::string>& candidates);

// One line a fact, for logs and golden tests:
//   a.sprint:3:5: error[E0203]: message
//   a.sprint:1:1: label: message
//   help: message
std::string RenderCompact(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources);

}  // namespace sprint::diag
