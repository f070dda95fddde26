#include "tests/testing/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "compiler/driver/compile.h"
#include "tests/testing/memory_files.h"
#include "tests/testing/stages.h"

namespace sprint::testing {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool Takes(const std::string& line, const std::string& directive, std::string* value) {
  if (!line.starts_with(directive)) return false;
  const size_t begin = line.find_first_not_of(' ', directive.size());
  *value = begin == std::string::npos ? "" : line.substr(begin);
  return true;
}

// Where a fact points: a line of a file of the golden, or something outside.
struct Place {
  std::string file;
  uint32_t line = 0;
  std::string marked;
};

Place PlaceOf(Loc loc, const SourceTable& sources) {
  if (!loc.ok()) return {};
  Place place{std::string(sources.name(loc.file)), sources.Where(loc.file, loc.begin).line,
              std::string(sources.text(loc))};
  if (const size_t end = place.marked.find('\n'); end != std::string::npos) {
    place.marked = place.marked.substr(0, end) + "…";
  }
  return place;
}

struct Fact {
  Place place;
  std::string text;
  bool pointed = true;  // false: help and fix, which point nowhere
};
struct Finding {
  Place place;
  bool error = false;
  std::vector<Fact> facts;
  std::string key;  // two of the same key are one
};

// A fact is one line.
std::string OneLine(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\\n") : std::string(1, c);
  return out;
}

Finding FindingOf(const diag::Diagnostic& diagnostic, const SourceTable& sources) {
  Finding finding;
  finding.place = PlaceOf(diagnostic.loc, sources);
  finding.error = diagnostic.severity == diag::Severity::Error;
  const char* severity = diagnostic.severity == diag::Severity::Error     ? "error"
                         : diagnostic.severity == diag::Severity::Warning ? "warning"
                                                                          : "note";
  std::string head = severity;
  if (!diagnostic.code.empty()) head += "[" + diagnostic.code + "]";
  finding.facts.push_back({finding.place, head + ": " + diagnostic.message});
  for (const diag::Label& label : diagnostic.labels) {
    finding.facts.push_back({PlaceOf(label.loc, sources), "label: " + label.message});
  }
  if (!diagnostic.help.empty()) {
    finding.facts.push_back({{}, "help: " + diagnostic.help, false});
  }
  if (diagnostic.fix) {
    const std::string over(sources.text(diagnostic.fix->loc));
    finding.facts.push_back({{},
                             "fix: " + (over.empty() ? "insert" : "`" + over + "` ->") + " `" +
                                 OneLine(diagnostic.fix->text) + "`",
                             false});
  }
  for (const Fact& fact : finding.facts) {
    finding.key += fact.place.file + ":" + std::to_string(fact.place.line) + ":" +
                   fact.place.marked + ":" + fact.text + "\n";
  }
  return finding;
}

std::map<std::string, std::string> Texts(const Golden& golden) {
  std::map<std::string, std::string> texts(golden.files.begin(), golden.files.end());
  texts.insert(golden.given.begin(), golden.given.end());
  return texts;
}

// Not a table that one names.
bool IsProgram(const std::string& file) { return file.ends_with(".sprint"); }

std::vector<Finding> Check(const Golden& golden, std::string& output) {
  const MemoryFiles files(Texts(golden));
  std::vector<Finding> findings;
  std::set<std::string> known;
  for (const auto& [name, text] : golden.files) {
    if (!IsProgram(name)) continue;
    const bool imported =
        std::any_of(golden.files.begin(), golden.files.end(), [&, &self = name](const auto& other) {
          return other.first != self &&
                 other.second.find("import \"" + self + "\"") != std::string::npos;
        });
    // In a circle everyone is imported: then the first is the root.
    if (imported && name != golden.files.front().first) continue;
    SourceTable sources;
    diag::Emitter emitter;
    const auto program = driver::Compile(name, files, sources, emitter, golden.params);
    const bool errors = emitter.has_errors();
    std::vector<diag::Diagnostic> diagnostics = emitter.Take();
    output +=
        StageOutput(golden.stage, program && !errors ? &*program : nullptr, sources, diagnostics);
    for (const diag::Diagnostic& diagnostic : diagnostics) {
      Finding finding = FindingOf(diagnostic, sources);
      if (known.insert(finding.key).second) findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace

Golden ParseGolden(const std::string& path, const std::string& text) {
  const std::filesystem::path where = std::filesystem::absolute(path);
  const std::string name = where.filename().string();
  Golden golden;
  std::filesystem::path folder = where.parent_path();
  while (folder.has_relative_path() && folder.filename() != "tests") {
    if (folder.parent_path().filename() == "golden") golden.stage = folder.filename().string();
    folder = folder.parent_path();
  }
  std::string value;
  bool split = false;
  for (const std::string& line : Lines(text)) {
    if (Takes(line, "//@ file:", &value)) {
      if (!split && !golden.files.empty()) {
        golden.head = golden.files.front().second;
        golden.files.clear();
      }
      split = true;
      golden.files.emplace_back(value, "");
      continue;
    }
    if (Takes(line, "//@ param:", &value)) {
      const size_t equals = value.find('=');
      if (equals != std::string::npos) {
        golden.params[value.substr(0, equals)] = value.substr(equals + 1);
      }
    }
    if (Takes(line, "//@ example:", &value)) {
      std::ifstream in(folder.parent_path() / "examples" / value, std::ios::binary);
      golden.given[std::filesystem::path(value).filename().string()] =
          std::string(std::istreambuf_iterator<char>(in), {});
    }
    if (line.starts_with("//!")) continue;
    if (golden.files.empty()) golden.files.emplace_back(name, "");
    golden.files.back().second += line + "\n";
  }
  return golden;
}

Facts CheckGolden(const Golden& golden) {
  Facts facts;
  const std::vector<Finding> findings = Check(golden, facts.output);
  std::map<std::string, size_t> file_index;
  for (size_t i = 0; i < golden.files.size(); ++i) file_index[golden.files[i].first] = i;
  // What stands above each line of each file.
  std::vector<std::map<uint32_t, std::vector<const Finding*>>> above(golden.files.size());
  for (const Finding& finding : findings) {
    const auto file = file_index.find(finding.place.file);
    const bool inside = file != file_index.end();
    above[inside ? file->second : 0][inside ? finding.place.line : 1].push_back(&finding);
    if (finding.error && (!inside || IsProgram(finding.place.file)))
      facts.failed.push_back(finding.place.file);
  }
  std::string& out = facts.text;
  out = golden.head;
  for (size_t i = 0; i < golden.files.size(); ++i) {
    const auto& [name, text] = golden.files[i];
    if (golden.files.size() > 1 || !golden.head.empty()) out += "//@ file: " + name + "\n";
    const std::vector<std::string> lines = Lines(text);
    // Line numbers once the facts are between.
    std::vector<uint32_t> final_line(lines.size() + 2, 0);
    uint32_t inserted = 0;
    for (uint32_t line = 1; line <= lines.size() + 1; ++line) {
      if (const auto here = above[i].find(line); here != above[i].end()) {
        for (const Finding* finding : here->second) inserted += finding->facts.size();
      }
      final_line[line] = line + inserted;
    }
    uint32_t at = 0;
    for (uint32_t line = 1; line <= lines.size() + 1; ++line) {
      if (const auto here = above[i].find(line); here != above[i].end()) {
        for (const Finding* finding : here->second) {
          for (const Fact& fact : finding->facts) {
            ++at;
            out += "//! ";
            if (!fact.pointed) {
              out += "    ";
            } else if (fact.place.file == name) {
              const int64_t offset = int64_t{final_line[fact.place.line]} - at;
              out += "@" + std::string(offset < 0 ? "" : "+") + std::to_string(offset) + " `" +
                     fact.place.marked + "` ";
            } else if (!fact.place.file.empty()) {
              out += fact.place.file + " `" + fact.place.marked + "` ";
            }
            out += fact.text + "\n";
          }
        }
      }
      if (line > lines.size()) break;
      ++at;
      out += lines[line - 1] + "\n";
    }
  }
  return facts;
}

}  // namespace sprint::testing
