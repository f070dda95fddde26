#include "compiler/sema/profile.h"

#include <llvm/Support/ConvertUTF.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "compiler/support/csv.h"

namespace sprint::sema {
namespace {

constexpr size_t MostBytes = 16 << 20;  // of a table
constexpr size_t MostMistakes = 10;     // told of one

// Mean and variance of numbers that come one by one (Welford, Technometrics 1962).
struct Sample {
  size_t count = 0;
  double mean = 0, squares = 0;

  void Add(double value) {
    const double off = value - mean;
    mean += off / static_cast<double>(++count);
    squares += off * (value - mean);
  }
  // Standard deviation over mean; nothing is known of a single one.
  std::optional<double> Variation() const {
    if (count < 2) return std::nullopt;
    return std::sqrt(squares / static_cast<double>(count - 1)) / mean;
  }
};

// A column of times, in units of `factor` seconds.
struct Column {
  size_t index;
  double factor;
};

class ProfileReader {
 public:
  ProfileReader(Builder& builder, const Module& module, FileId file)
      : builder_(builder),
        emitter_(builder.emitter),
        module_(module),
        file_(file),
        csv_(builder.sources.text(file)) {}

  // Empty after reporting.
  std::vector<ir::Demand> Read() {
    std::vector<CsvCell> row;
    if (csv_.Next(row)) {
      if (!ReadHeading(row)) return {};
      while (mistakes_ < MostMistakes && csv_.Next(row)) ReadRow(row);
    }
    if (const auto& wrong = csv_.mistake()) Mistake("E0315", At(*wrong), wrong->message);
    if (mistakes_ > 0) return {};
    if (measured_.empty()) {
      Mistake("E0315", {file_, 0, 0}, "this table has no measured time");
    }
    std::vector<ir::Demand> demands;
    for (const Measured& measured : measured_) {
      if (const auto demand = DemandOf(measured)) demands.push_back(*demand);
    }
    return mistakes_ > 0 ? std::vector<ir::Demand>() : demands;
  }

 private:
  struct Measured {
    ir::Index kind = ir::NoIndex;  // NoIndex: there is none of this name, which has been told
    std::string name;
    Loc loc;  // where it is first named
    Sample time, cold;
  };

  template <typename Range>
  Loc At(const Range& range) const {
    return {file_, static_cast<uint32_t>(range.begin), static_cast<uint32_t>(range.end)};
  }
  Loc At(const std::vector<CsvCell>& row) const {
    return {file_, At(row.front()).begin, At(row.back()).end};
  }
  diag::Report Mistake(const char* code, Loc loc, std::string message) {
    ++mistakes_;
    return emitter_.Error(code, loc, std::move(message));
  }

  // False when rows cannot be told by it.
  bool ReadHeading(const std::vector<CsvCell>& row) {
    headings_ = row.size();
    std::vector<std::string> seen;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string& text = row[i].text;
      const size_t open = text.find('(');
      std::string name = text.substr(0, open);
      name.erase(name.find_last_not_of(' ') + 1);
      if (name != "kind" && name != "time" && name != "cold") continue;
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
        Mistake("E0204", At(row[i]), "there are two columns `" + name + "`");
        continue;
      }
      seen.push_back(name);
      if (name == "kind") {
        kind_ = i;
        continue;
      }
      const bool closed = open != std::string::npos && text.back() == ')';
      const auto unit = ParseUnit(closed ? text.substr(open + 1, text.size() - open - 2) : "");
      if (!unit || unit->dimension != dimension::Time) {
        const std::string mended = name + " (ms)";
        Mistake("E0304", At(row[i]), "`" + text + "` names no unit of time for its column")
            .Help("write `" + mended + "`")
            .FixIt(At(row[i]), mended);
        continue;
      }
      (name == "time" ? time_ : cold_) = Column{i, unit->factor};
    }
    const auto has = [&](const char* name) {
      return std::find(seen.begin(), seen.end(), name) != seen.end();
    };
    for (const char* due : {"kind", "time"}) {
      if (has(due)) continue;
      Mistake("E0315", At(row), "this table has no column `" + std::string(due) + "`")
          .Help("the first line names the columns, like `kind,time (ms)`");
    }
    return mistakes_ == 0;
  }

  void ReadRow(const std::vector<CsvCell>& row) {
    if (row.size() != headings_) {
      Mistake("E0315", At(row),
              "this row has " + std::to_string(row.size()) + " cells, the first has " +
                  std::to_string(headings_))
          .Help(row.size() > headings_ ? "decimals stand behind a point: `1.5`" : "");
      return;
    }
    Measured* measured = Find(row[*kind_]);
    size_t times = 0;
    for (const auto& [column, sample] :
         {std::pair{time_, &Measured::time}, std::pair{cold_, &Measured::cold}}) {
      if (!column || row[column->index].text.empty()) continue;
      ++times;
      const auto seconds = ReadTime(row[column->index], column->factor);
      if (seconds && measured) (measured->*sample).Add(*seconds);
    }
    if (times == 0) Mistake("E0315", At(row), "this row has no time");
  }

  // Rows of one kind mostly follow each other. Null after reporting.
  Measured* Find(const CsvCell& cell) {
    if (last_ < measured_.size() && measured_[last_].name == cell.text) return &measured_[last_];
    const auto known = std::find_if(measured_.begin(), measured_.end(),
                                    [&](const Measured& m) { return m.name == cell.text; });
    last_ = static_cast<size_t>(known - measured_.begin());
    if (known != measured_.end()) return &*known;
    if (cell.text.empty()) {
      Mistake("E0315", At(cell), "this row names no kind");
      return nullptr;
    }
    Measured measured;
    measured.name = cell.text;
    measured.loc = At(cell);
    AttributeReader reader(builder_.evaluator, module_);
    const Declaration* kind = reader.ReadReference(PathOf(cell), {"node", "function_service"});
    if (kind) {
      measured.kind = builder_.kinds.at(kind);
    } else {
      ++mistakes_;
    }
    measured_.push_back(std::move(measured));
    return &measured_.back();
  }

  // `edge.RaspberryPi4`, each name where it stands.
  ast::Path PathOf(const CsvCell& cell) const {
    ast::Path path;
    path.loc = At(cell);
    size_t begin = 0;
    for (;;) {
      const size_t end = std::min(cell.text.find('.', begin), cell.text.size());
      // Within quotes, one on.
      const bool quoted = cell.end - cell.begin != cell.text.size();
      const auto at = static_cast<uint32_t>(cell.begin + (quoted ? 1 : 0));
      ast::Name& name = path.parts.emplace_back();
      name.text = cell.text.substr(begin, end - begin);
      name.loc = {file_, at + static_cast<uint32_t>(begin), at + static_cast<uint32_t>(end)};
      if (end == cell.text.size()) return path;
      begin = end + 1;
    }
  }

  std::optional<double> ReadTime(const CsvCell& cell, double factor) {
    double number = 0;
    const char* end = cell.text.data() + cell.text.size();
    const auto read = std::from_chars(cell.text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) {
      Mistake("E0301", At(cell), "`" + cell.text.substr(0, 40) + "` is no number")
          .Help("the heading of the column names the unit");
      return std::nullopt;
    }
    const double seconds = number * factor;
    if (seconds >= LeastTime && seconds <= MostTime) return seconds;
    Mistake("E0311", At(cell),
            seconds > MostTime ? "a time is at most " + Format({MostTime, dimension::Time, "s", ""})
            : seconds > 0      ? "a measured time is at least 1 ns"
                               : "a measured time is more than nothing");
    return std::nullopt;
  }

  std::optional<ir::Demand> DemandOf(const Measured& measured) {
    if (measured.time.count == 0) {
      Mistake("E0315", measured.loc, "`" + measured.name + "` has no `time`, only `cold` ones");
      return std::nullopt;
    }
    ir::Demand demand;
    demand.kind = measured.kind;
    demand.loc = measured.loc;
    demand.mean = demand.cold = measured.time.mean;
    if (measured.cold.count > 0) demand.cold = measured.cold.mean;
    if (demand.cold < demand.mean) {
      emitter_.Warning("E0316", measured.loc,
                       "cold starts on `" + measured.name + "` take less than warm ones, " +
                           FormatNumber(demand.cold * 1e3, 4) + " to " +
                           FormatNumber(demand.mean * 1e3, 4) + " ms on average");
    }
    demand.variation = measured.time.Variation();
    if (demand.variation && *demand.variation > MostVariation) {
      Mistake("E0311", measured.loc,
              "times on `" + measured.name + "` vary by " +
                  FormatNumber(*demand.variation * 100, 4) + " %; at most 1000 %");
      return std::nullopt;
    }
    return demand;
  }

  Builder& builder_;
  diag::Emitter& emitter_;
  const Module& module_;
  FileId file_;
  CsvReader csv_;
  size_t headings_ = 0;
  std::optional<size_t> kind_;
  std::optional<Column> time_, cold_;
  std::vector<Measured> measured_;
  size_t last_ = 0;  // the one of the row before
  size_t mistakes_ = 0;
};

// The first byte that no table has; npos: it is text.
size_t FirstNoText(const std::string& bytes) {
  const auto* begin = reinterpret_cast<const llvm::UTF8*>(bytes.data());
  const llvm::UTF8* end = begin;
  llvm::isLegalUTF8String(&end, begin + bytes.size());
  const auto* found = std::find_if(begin, end, [](llvm::UTF8 c) {
    return (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7F;
  });
  return found == begin + bytes.size() ? std::string::npos : static_cast<size_t>(found - begin);
}

}  // namespace

void ReadProfile(Builder& builder, const Module& module, const std::string& file, Loc attribute,
                 std::vector<ir::Demand>& demands) {
  const std::string path = PathBeside(module, file);
  const auto [known, fresh] = builder.tables.try_emplace({&module, path}, Table{attribute, {}});
  Table& table = known->second;
  if (fresh) {
    auto text = builder.unit->ReadBeside(module, file, MostBytes);
    if (!text.ok()) {
      builder.emitter.Error("E0209", attribute, text.error().ToString());
      return;
    }
    if (const size_t at = FirstNoText(*text); at != std::string::npos) {
      builder.emitter
          .Error("E0315", attribute, "`" + path + "` is no text at byte " + std::to_string(at))
          .Help("a profile is CSV: `kind,time (ms)`, and a row for each request");
      return;
    }
    const FileId id = builder.sources.Add(path, std::move(*text));
    const diag::Emitter::Context context(builder.emitter, attribute,
                                         "measured times are read here");
    table.demands = ProfileReader(builder, module, id).Read();
  } else if (table.demands.empty()) {
    builder.emitter.Error("E0315", attribute, "this table has mistakes")
        .Label(table.named, "told where it is first named");
  }
  for (const ir::Demand& demand : table.demands) {
    const auto other = std::find_if(demands.begin(), demands.end(),
                                    [&](const ir::Demand& d) { return d.kind == demand.kind; });
    if (other == demands.end()) {
      demands.push_back(demand);
      continue;
    }
    const std::string name(builder.sources.text(demand.loc));
    builder.emitter.Error("E0204", demand.loc, "there are two demands on `" + name + "`")
        .Label(other->loc, "the other one")
        .Label(attribute, "measured times are read here");
  }
}

}  // namespace sprint::sema
