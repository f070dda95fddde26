#include "compiler/diag/emitter.h"

#include <gtest/gtest.h>

namespace sprint::diag {
namespace {

Diagnostic Make(Loc loc, std::string message, Severity severity = Severity::Error) {
  Diagnostic diagnostic;
  diagnostic.code = "E0203";
  diagnostic.severity = severity;
  diagnostic.loc = loc;
  diagnostic.message = std::move(message);
  return diagnostic;
}

TEST(Emitter, SortsByPlaceAndDropsDuplicates) {
  SourceTable sources;
  const FileId file = sources.Add("a.sprint", "one\ntwo\n");
  Emitter emitter;
  emitter.Emit(Make({file, 4, 7}, "second"));
  emitter.Emit(Make({file, 0, 3}, "first"));
  emitter.Emit(Make({file, 4, 7}, "second"));
  EXPECT_TRUE(emitter.has_errors());
  EXPECT_EQ(RenderCompact(emitter.Take(), sources),
            "a.sprint:1:1: error[E0203]: first\na.sprint:2:1: error[E0203]: second\n");
  EXPECT_TRUE(emitter.Take().empty());
}

TEST(Emitter, AReportIsEmittedOnceWithAllItsPartsWhenTheStatementEnds) {
  SourceTable sources;
  const FileId file = sources.Add("a.sprint", "one\ntwo\n");
  Emitter emitter;
  emitter.Error("E0203", {file, 4, 7}, "no `two`")
      .Label({file, 0, 3}, "there is `one`")
      .Help("did you mean `one`?")
      .FixIt({file, 4, 7}, "one");
  emitter.Warning("E0401", {file, 0, 3}, "not used");
  const std::vector<Diagnostic> all = emitter.Take();
  EXPECT_EQ(RenderCompact(all, sources),
            "a.sprint:1:1: warning[E0401]: not used\n"
            "a.sprint:2:1: error[E0203]: no `two`\n"
            "a.sprint:1:1: label: there is `one`\n"
            "help: did you mean `one`?\n");
  ASSERT_TRUE(all[1].fix.has_value());
  EXPECT_EQ(all[1].fix->text, "one");
}

TEST(Emitter, CountsWhatGoesBeyondTheCap) {
  Emitter emitter;
  for (uint32_t i = 0; i < 62; ++i) emitter.Emit(Make({FileId{1}, i, i + 1}, "wrong"));
  const std::vector<Diagnostic> taken = emitter.Take();
  ASSERT_EQ(taken.size(), Emitter::Cap + 1);
  EXPECT_EQ(taken.back().message, "and 12 more");
}

TEST(Emitter, AWarningIsNoError) {
  Emitter emitter;
  emitter.Emit(Make({}, "odd", Severity::Warning));
  EXPECT_FALSE(emitter.has_errors());
}

TEST(RenderCompact, ShowsLabelsAndHelp) {
  SourceTable sources;
  const FileId file = sources.Add("a.sprint", "data D\ndata D\n");
  Diagnostic diagnostic = Make({file, 12, 13}, "`D` is declared twice");
  diagnostic.labels.push_back({{file, 5, 6}, "first declared here"});
  diagnostic.help = "choose another name";
  EXPECT_EQ(RenderCompact({diagnostic}, sources),
            "a.sprint:2:6: error[E0203]: `D` is declared twice\n"
            "a.sprint:1:6: label: first declared here\n"
            "help: choose another name\n");
}

TEST(ClosestMatch, ScalesWithTheLengthOfTheName) {
  EXPECT_EQ(ClosestMatch("replcias", {"image", "replicas"}), "replicas");
  EXPECT_EQ(ClosestMatch("cpu", {"gpu", "ram"}), "gpu");
  EXPECT_EQ(ClosestMatch("cpu", {"memory", "disk"}), std::nullopt);
  EXPECT_EQ(ClosestMatch("x", {}), std::nullopt);
}

}  // namespace
}  // namespace sprint::diag
