#include "compiler/diag/emitter.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "compiler/support/check.h"

namespace sprint::diag {
namespace {

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, above + 1, row[j - 1] + 1});
      diagonal = above;
    }
  }
  return row.back();
}

const char* Text(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  SPRINT_UNREACHABLE("severity out of range");
}

std::string Place(const SourceTable& sources, Loc loc) {
  if (!loc.ok()) return "";
  const LineColumn where = sources.Where(loc.file, loc.begin);
  return std::string(sources.name(loc.file)) + ":" + std::to_string(where.line) + ":" +
         std::to_string(where.column) + ": ";
}

Diagnostic Make(Severity severity, std::string code, Loc loc, std::string message) {
  Diagnostic diagnostic;
  diagnostic.code = std::move(code);
  diagnostic.severity = severity;
  diagnostic.loc = loc;
  diagnostic.message = std::move(message);
  return diagnostic;
}

}  // namespace

Report::~Report() { emitter_.Emit(std::move(diagnostic_)); }

Report& Report::Label(Loc loc, std::string message) {
  diagnostic_.labels.push_back({loc, std::move(message)});
  return *this;
}

Report& Report::Help(std::string text) {
  diagnostic_.help = std::move(text);
  return *this;
}

Report& Report::FixIt(Loc loc, std::string text) {
  diagnostic_.fix = Fix{loc, std::move(text)};
  return *this;
}

bool Emitter::HasErrorIn(Loc range) const {
  const auto inside = [&](Loc loc) {
    return loc.file == range.file && range.begin <= loc.begin && loc.end <= range.end;
  };
  return std::any_of(all_.begin(), all_.end(), [&](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::Error &&
           (inside(diagnostic.loc) ||
            std::any_of(diagnostic.labels.begin(), diagnostic.labels.end(),
                        [&](const Label& label) { return inside(label.loc); }));
  });
}

void Emitter::Emit(Diagnostic diagnostic) {
  if (context_) diagnostic.labels.push_back(*context_);
  all_.push_back(std::move(diagnostic));
}

Report Emitter::Error(std::string code, Loc loc, std::string message) {
  return {*this, Make(Severity::Error, std::move(code), loc, std::move(message))};
}

Report Emitter::Warning(std::string code, Loc loc, std::string message) {
  return {*this, Make(Severity::Warning, std::move(code), loc, std::move(message))};
}

Report Emitter::Note(std::string code, Loc loc, std::string message) {
  return {*this, Make(Severity::Note, std::move(code), loc, std::move(message))};
}

bool Emitter::has_errors() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

std::vector<Diagnostic> Emitter::Take() {
  std::vector<Diagnostic> taken = std::move(all_);
  all_.clear();
  std::stable_sort(taken.begin(), taken.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.loc.file, a.loc.begin) < std::tie(b.loc.file, b.loc.begin);
  });
  std::vector<Diagnostic> kept;
  for (Diagnostic& diagnostic : taken) {
    // Equal ones begin at the same place, so only the last few can be.
    bool told = false;
    for (auto other = kept.rbegin(); other != kept.rend() && !told; ++other) {
      if (other->loc.file != diagnostic.loc.file || other->loc.begin != diagnostic.loc.begin) break;
      told = other->loc == diagnostic.loc && other->code == diagnostic.code &&
             other->message == diagnostic.message;
    }
    if (!told) kept.push_back(std::move(diagnostic));
  }
  if (kept.size() > Cap) {
    const size_t more = kept.size() - Cap;
    kept.resize(Cap);
    Diagnostic note;
    note.severity = Severity::Note;
    note.message = "and " + std::to_string(more) + " more";
    kept.push_back(std::move(note));
  }
  return kept;
}

std::optional<std::string> ClosestMatch(std::string_view name,
                                        const std::vector<std::string>& candidates) {
  const size_t most = std::min<size_t>(5, std::max<size_t>(1, name.size() / 3));
  std::optional<std::string> best;
  size_t best_distance = most + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string RenderCompact(const std::vector<Diagnostic>& diagnostics, const SourceTable& sources) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    out += Place(sources, diagnostic.loc) + Text(diagnostic.severity);
    if (!diagnostic.code.empty()) out += "[" + diagnostic.code + "]";
    out += ": " + diagnostic.message + "\n";
    for (const Label& label : diagnostic.labels) {
      out += Place(sources, label.loc) + "label: " + label.message + "\n";
    }
    if (!diagnostic.help.empty()) out += "help: " + diagnostic.help + "\n";
  }
  return out;
}

}  // namespace sprint::diag
