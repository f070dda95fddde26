#include <cmath>
#include <ctime>
#include <initializer_list>
#include <optional>
#include <utility>

#include "compiler/support/quantity.h"
#include "engine/agent/history.h"
#include "engine/agent/measure.h"

namespace sprint::agent {
namespace {

using value::List;
using value::Object;
using value::Value;

// JSON has neither NaN (null here) nor infinity ("inf": a queue without end).
Value Num(double number) {
  if (std::isnan(number)) return {};
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  return number;
}
double NumFrom(const Value& value) {
  if (const auto* number = value.As<int64_t>()) return static_cast<double>(*number);
  if (const auto* number = value.As<double>()) return *number;
  if (const auto* text = value.As<std::string>()) {
    if (*text == "inf") return std::numeric_limits<double>::infinity();
    if (*text == "-inf") return -std::numeric_limits<double>::infinity();
  }
  return NotKnown;
}
double Get(const Value& value, const std::string& key) {
  const Value* found = value.Find(key);
  return found == nullptr ? NotKnown : NumFrom(*found);
}
double Get(const Value& value, const std::string& key, double otherwise) {
  const double number = Get(value, key);
  return std::isnan(number) ? otherwise : number;
}
// Out of range is what nobody wrote here.
int64_t Whole(const Value& value, const std::string& key) {
  const double number = Get(value, key, 0);
  return std::abs(number) < 9e15 ? static_cast<int64_t>(number) : 0;
}
uint32_t Count(const Value& value, const std::string& key) {
  const double number = Get(value, key, 0);
  return number >= 0 && number < 4e9 ? static_cast<uint32_t>(number) : 0;
}
bool Flag(const Value& value, const std::string& key) {
  const Value* found = value.Find(key);
  const bool* flag = found == nullptr ? nullptr : found->As<bool>();
  return flag != nullptr && *flag;
}
const List& Items(const Value& value, const std::string& key) {
  static const List none;
  const Value* found = value.Find(key);
  const List* list = found == nullptr ? nullptr : found->As<List>();
  return list == nullptr ? none : *list;
}
const Object& Members(const Value& value, const std::string& key) {
  static const Object none;
  const Value* found = value.Find(key);
  const Object* object = found == nullptr ? nullptr : found->As<Object>();
  return object == nullptr ? none : *object;
}
Value Part(const Value& value, const std::string& key) {
  const Value* found = value.Find(key);
  return found == nullptr ? Value{} : *found;
}
List Numbers(const std::vector<double>& numbers) {
  List list;
  for (double number : numbers) list.push_back(Num(number));
  return list;
}
std::vector<double> NumbersFrom(const List& list) {
  std::vector<double> numbers;
  for (const Value& item : list) numbers.push_back(NumFrom(item));
  return numbers;
}
List Texts(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) list.emplace_back(text);
  return list;
}
std::vector<std::string> TextsFrom(const List& list) {
  std::vector<std::string> texts;
  for (const Value& item : list) {
    if (const auto* text = item.As<std::string>()) texts.push_back(*text);
  }
  return texts;
}

// The enumerator that Name() calls so.
template <typename E>
E Named(const std::string& name, std::initializer_list<E> all) {
  for (E each : all) {
    if (name == Name(each)) return each;
  }
  return *all.begin();
}
Why WhyFrom(const std::string& name) {
  return Named(name, {Why::Fine, Why::Blind, Why::Busy, Why::Holding, Why::CoolingDown,
                      Why::NoBetter, Why::NoBudget, Why::NotApproved});
}

Value Of(const Requirement& r) {
  return Object{{"name", r.name},         {"text", r.text},
                {"response", r.response}, {"path", Texts(r.path)},
                {"to_end", r.to_end},     {"percentile", Num(r.percentile.value_or(NotKnown))},
                {"at_most", r.at_most},   {"bound", Num(r.bound)},
                {"unit", r.unit}};
}
Requirement RequirementFrom(const Value& value) {
  Requirement r;
  r.name = value.Text("name");
  r.text = value.Text("text");
  r.response = Flag(value, "response");
  r.path = TextsFrom(Items(value, "path"));
  r.to_end = Flag(value, "to_end");
  const double percentile = Get(value, "percentile");
  if (!std::isnan(percentile)) r.percentile = percentile;
  r.at_most = Flag(value, "at_most");
  r.bound = Get(value, "bound");
  r.unit = value.Text("unit");
  return r;
}

Value Of(const Settings& s) {
  List requirements;
  for (const Requirement& r : s.requirements) requirements.push_back(Of(r));
  return Object{{"sample", s.sample},
                {"every", s.every},
                {"hold", s.hold},
                {"cooldown", s.cooldown},
                {"cheaper_hold", s.cheaper_hold},
                {"window", s.window},
                {"budget", s.budget},
                {"margin", s.margin},
                {"floor", s.floor},
                {"move_price", s.move_price},
                {"horizon", s.horizon},
                {"approve", Name(s.approve)},
                {"entries", Texts(s.entries)},
                {"requirements", std::move(requirements)}};
}
Settings SettingsFrom(const Value& value) {
  Settings s;
  s.sample = Get(value, "sample", s.sample);
  s.every = Get(value, "every", s.every);
  s.hold = Get(value, "hold", s.hold);
  s.cooldown = Get(value, "cooldown", s.cooldown);
  s.cheaper_hold = Get(value, "cheaper_hold", s.cheaper_hold);
  s.window = Get(value, "window", s.window);
  s.budget = Get(value, "budget", s.budget);
  s.margin = Get(value, "margin", s.margin);
  s.floor = Get(value, "floor", s.floor);
  s.move_price = Get(value, "move_price", s.move_price);
  s.horizon = Get(value, "horizon", s.horizon);
  s.approve = Named(value.Text("approve"), {Approve::Ask, Approve::Automatic, Approve::Never});
  s.entries = TextsFrom(Items(value, "entries"));
  for (const Value& item : Items(value, "requirements")) {
    s.requirements.push_back(RequirementFrom(item));
  }
  return s;
}

Value Of(const Sample& s) {
  if (!s.fresh) {
    return Object{
        {"component", s.component}, {"at", Num(s.at)}, {"fresh", false}, {"problem", s.problem}};
  }
  return Object{{"component", s.component},
                {"at", Num(s.at)},
                {"fresh", true},
                {"arrival_rate", Num(s.arrival_rate)},
                {"response_mean", Num(s.response_mean)},
                {"response_p95", Num(s.response_p95)},
                {"path_mean", Num(s.path_mean)},
                {"path_p95", Num(s.path_p95)},
                {"requests", Num(s.requests)},
                {"errors", Num(s.errors)},
                {"in_flight", Num(s.in_flight)}};
}
Sample SampleFrom(const Value& value) {
  Sample s;
  s.component = value.Text("component");
  s.at = Get(value, "at");
  s.fresh = Flag(value, "fresh");
  s.arrival_rate = Get(value, "arrival_rate");
  s.response_mean = Get(value, "response_mean");
  s.response_p95 = Get(value, "response_p95");
  s.path_mean = Get(value, "path_mean");
  s.path_p95 = Get(value, "path_p95");
  s.requests = Get(value, "requests", 0);
  s.errors = Get(value, "errors", 0);
  s.in_flight = Get(value, "in_flight", 0);
  s.problem = value.Text("problem");
  return s;
}

Value Of(const Candidate& c) {
  return Object{{"feasible", c.feasible},
                {"cost", Num(c.cost)},
                {"running_cost", Num(c.running_cost)},
                {"moves", static_cast<int64_t>(c.moves)},
                {"same", c.same_as_current},
                {"problem", c.problem}};
}
Candidate CandidateFrom(const Value& value) {
  return {Flag(value, "feasible"), Get(value, "cost"),  Get(value, "running_cost"),
          Count(value, "moves"),   Flag(value, "same"), value.Text("problem")};
}

Value Of(const Decision& d) {
  Object object{{"number", d.number},
                {"at", Num(d.at)},
                {"level", Num(d.level)},
                {"peak", Num(d.peak)},
                {"measured", Numbers(d.measured)},
                {"predicted", Numbers(d.predicted)},
                {"dropped", d.dropped},
                {"reason", d.reason()}};
  List asked;
  for (const Asked& a : d.asked) {
    asked.push_back(Object{{"workload", Num(a.workload)}, {"answer", Of(a.answer)}});
  }
  object["asked"] = std::move(asked);
  if (const Replan* replan = d.replan()) {
    object["what"] = "replan";
    object["workload"] = Num(replan->workload);
    object["ask"] = replan->ask;
    object["candidate"] = Of(replan->candidate);
  } else {
    object["what"] = Name(std::get_if<Nothing>(&d.what)->why);
  }
  return object;
}
Decision DecisionFrom(const Value& value) {
  Decision d;
  d.number = Whole(value, "number");
  d.at = Get(value, "at", 0);
  d.level = Get(value, "level");
  d.peak = Get(value, "peak");
  d.measured = NumbersFrom(Items(value, "measured"));
  d.predicted = NumbersFrom(Items(value, "predicted"));
  d.dropped = Whole(value, "dropped");
  for (const Value& item : Items(value, "asked")) {
    d.asked.push_back({Get(item, "workload"), CandidateFrom(Part(item, "answer"))});
  }
  const std::string what = value.Text("what");
  if (what == "replan") {
    d.what = Replan{Get(value, "workload"), Flag(value, "ask"),
                    CandidateFrom(Part(value, "candidate")), value.Text("reason")};
  } else {
    d.what = Nothing{WhyFrom(what), value.Text("reason")};
  }
  return d;
}

Value Of(const Held& held) { return Object{{"since", Num(held.since)}, {"seen", Num(held.seen)}}; }
Held HeldFrom(const Value& value) { return {Get(value, "since"), Get(value, "seen")}; }

Value Of(const AgentState& s) {
  Object last_at, levels, violated;
  for (const auto& [name, at] : s.last_at) last_at[name] = Num(at);
  for (const auto& [name, level] : s.levels) {
    levels[name] =
        Object{{"value", Num(level.value)}, {"latest", Num(level.latest)}, {"odd", level.odd}};
  }
  for (const auto& [name, held] : s.violated) {
    if (held.on()) violated[name] = Of(held);
  }
  List moves;
  for (const auto& [at, count] : s.moves) {
    moves.push_back(Object{{"at", Num(at)}, {"count", static_cast<int64_t>(count)}});
  }
  return Object{{"placed_for", Num(s.placed_for)},
                {"now", Num(s.now)},
                {"decisions", s.decisions},
                {"last_at", std::move(last_at)},
                {"levels", std::move(levels)},
                {"violated", std::move(violated)},
                {"cheaper", Of(s.cheaper)},
                {"cheaper_at", Num(s.cheaper_at)},
                {"none_at", Num(s.none_at)},
                {"freed_at", Num(s.freed_at)},
                {"refused", s.refused},
                {"asked_at", Num(s.asked_at)},
                {"fruitless_at", Num(s.fruitless_at)},
                {"fruitless_level", Num(s.fruitless_level)},
                {"fruitless_why", Name(s.fruitless.why)},
                {"fruitless_reason", s.fruitless.reason},
                {"acting", s.acting},
                {"acting_for", Num(s.acting_for)},
                {"acting_since", Num(s.acting_since)},
                {"quiet_until", Num(s.quiet_until)},
                {"changed_at", Num(s.changed_at)},
                {"failures", s.failures},
                {"moves", std::move(moves)}};
}
AgentState StateFrom(const Value& value) {
  AgentState s;
  s.placed_for = Get(value, "placed_for");
  s.now = Get(value, "now", 0);
  s.decisions = Whole(value, "decisions");
  for (const auto& [name, at] : Members(value, "last_at")) s.last_at[name] = NumFrom(at);
  for (const auto& [name, level] : Members(value, "levels")) {
    s.levels[name] = {Get(level, "value"), Get(level, "latest"), Whole(level, "odd")};
  }
  for (const auto& [name, held] : Members(value, "violated")) s.violated[name] = HeldFrom(held);
  s.cheaper = HeldFrom(Part(value, "cheaper"));
  s.cheaper_at = Get(value, "cheaper_at");
  s.none_at = Get(value, "none_at");
  s.freed_at = Get(value, "freed_at");
  s.refused = Whole(value, "refused");
  s.asked_at = Get(value, "asked_at");
  s.fruitless_at = Get(value, "fruitless_at");
  s.fruitless_level = Get(value, "fruitless_level");
  s.fruitless = {WhyFrom(value.Text("fruitless_why")), value.Text("fruitless_reason")};
  s.acting = Flag(value, "acting");
  s.acting_for = Get(value, "acting_for");
  s.acting_since = Get(value, "acting_since");
  s.quiet_until = Get(value, "quiet_until", 0);
  s.changed_at = Get(value, "changed_at");
  s.failures = Whole(value, "failures");
  for (const Value& item : Items(value, "moves")) {
    s.moves.emplace_back(Get(item, "at", 0), Count(item, "count"));
  }
  return s;
}

// "2026-11-24 08:51:27", UTC.
std::string Date(Seconds at) {
  constexpr double LastYear = 253402300800;  // 10000-01-01
  const auto seconds = static_cast<std::time_t>(at >= 0 && at < LastYear ? at : 0);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return {text, length};
}

}  // namespace

Value ToValue(const Entry& entry) {
  if (const auto* started = std::get_if<Started>(&entry)) {
    return Object{{"kind", "start"},
                  {"at", Num(started->at)},
                  {"settings", Of(started->settings)},
                  {"state", Of(started->state)}};
  }
  if (const auto* decided = std::get_if<Decided>(&entry)) {
    List samples;
    for (const Sample& sample : decided->observation.samples) samples.push_back(Of(sample));
    const std::optional<int64_t>& refused = decided->observation.refused;
    return Object{{"kind", "decision"},
                  {"samples", std::move(samples)},
                  {"refused", refused ? Value(*refused) : Value{}},
                  {"decision", Of(decided->decision)}};
  }
  const auto& finished = *std::get_if<Finished>(&entry);
  return Object{{"kind", "end"},
                {"at", Num(finished.at)},
                {"end", Name(finished.outcome.end)},
                {"moves", finished.outcome.moves ? Num(*finished.outcome.moves) : Value{}},
                {"planned", Num(finished.outcome.planned)},
                {"problem", finished.outcome.problem}};
}

Result<Entry> EntryFrom(const Value& value) {
  const std::string kind = value.Text("kind");
  if (kind == "start") {
    return Entry{Started{Get(value, "at", 0), SettingsFrom(Part(value, "settings")),
                         StateFrom(Part(value, "state"))}};
  }
  if (kind == "decision") {
    Decided decided;
    for (const Value& item : Items(value, "samples")) {
      decided.observation.samples.push_back(SampleFrom(item));
    }
    if (!std::isnan(Get(value, "refused"))) decided.observation.refused = Whole(value, "refused");
    decided.decision = DecisionFrom(Part(value, "decision"));
    return Entry{std::move(decided)};
  }
  if (kind == "end") {
    Outcome outcome;
    outcome.end = Named(value.Text("end"), {End::Failed, End::Done, End::Declined});
    if (!std::isnan(Get(value, "moves"))) outcome.moves = Count(value, "moves");
    outcome.problem = value.Text("problem");
    outcome.planned = Get(value, "planned");
    return Entry{Finished{Get(value, "at", 0), std::move(outcome)}};
  }
  return Error(ErrorCode::Protocol, "no entry of an agent's history: kind `" + kind + "`");
}

std::string Describe(const Entry& entry) {
  if (const auto* started = std::get_if<Started>(&entry)) {
    return "     " + Date(started->at) + "  start, approve = " + Name(started->settings.approve);
  }
  if (const auto* decided = std::get_if<Decided>(&entry)) {
    const Decision& decision = decided->decision;
    std::string number = std::to_string(decision.number);
    number.resize(std::max<size_t>(number.size(), 4), ' ');
    const auto* nothing = std::get_if<Nothing>(&decision.what);
    return number + " " + Date(decision.at) + "  " +
           (nothing == nullptr ? "REPLAN" : Name(nothing->why)) + ": " + decision.reason();
  }
  const auto& finished = *std::get_if<Finished>(&entry);
  const Outcome& outcome = finished.outcome;
  return "     " + Date(finished.at) + "  change " + Name(outcome.end) +
         (outcome.problem.empty() ? "" : ": " + outcome.problem) +
         (std::isnan(outcome.planned) ? ""
                                      : ", planned in " + FormatNumber(outcome.planned, 2) + " s");
}

std::string Explain(const Decided& decided, const Settings& settings) {
  const Decision& decision = decided.decision;
  std::string text = Describe(decided) + "\n";
  text += "  load: " + FormatNumber(decision.level, 4) + " requests/s, at most " +
          FormatNumber(decision.peak, 4) + "\n";
  for (size_t i = 0; i < settings.requirements.size(); ++i) {
    if (i >= decision.measured.size() || i >= decision.predicted.size()) break;
    const Requirement& requirement = settings.requirements[i];
    text += "  require " + KeyOf(requirement) + ": measured " +
            Show(requirement, decision.measured[i]) + ", predicted " +
            Show(requirement, decision.predicted[i]) + ", bound " +
            Show(requirement, requirement.bound) + "\n";
  }
  for (const Sample& sample : decided.observation.samples) {
    text += "  " + sample.component + ": ";
    if (!sample.fresh) {
      text += "no answer (" + sample.problem + ")\n";
      continue;
    }
    text += FormatNumber(sample.arrival_rate, 4) + " requests/s, " + FormatNumber(sample.requests) +
            " in the window, " + FormatNumber(sample.errors) + " errors, response " +
            FormatNumber(sample.response_mean, 3) + " s, path " +
            FormatNumber(sample.path_mean, 3) + " s\n";
  }
  for (const Asked& asked : decision.asked) {
    const Candidate& answer = asked.answer;
    text += "  optimiser, for " + FormatNumber(asked.workload, 4) + " requests/s: ";
    if (!answer.feasible) {
      text += "no placement" + (answer.problem.empty() ? "" : " (" + answer.problem + ")") + "\n";
      continue;
    }
    text += FormatNumber(answer.cost, 4) + " EUR/h against " +
            FormatNumber(answer.running_cost, 4) + ", " + std::to_string(answer.moves) + " moves" +
            (answer.same_as_current ? ", what runs already" : "") + "\n";
  }
  if (decision.dropped > 0) {
    text += "  " + std::to_string(decision.dropped) + " samples were of no use\n";
  }
  return text;
}

}  // namespace sprint::agent
