#include <algorithm>
#include <cmath>
#include <set>

#include "compiler/sema/builder.h"

namespace sprint::sema {
namespace {

using Form = Spec::Form;

struct Measured {
  ir::Metric metric;
  Dimension dimension;
  // Only of the whole application, and then also of the sum over the horizon: `cost <= 3 EUR`
  // beside `cost <= 0.5 EUR/h`.
  std::optional<Dimension> sum = std::nullopt;
};
std::optional<Measured> MetricOf(const std::string& name) {
  if (name == "response") return Measured{ir::Metric::Response, dimension::Time};
  if (name == "accuracy") return Measured{ir::Metric::Accuracy, dimension::Ratio};
  if (name == "cost") return Measured{ir::Metric::Cost, dimension::Price, dimension::Money};
  if (name == "utilisation") return Measured{ir::Metric::Utilisation, dimension::Ratio};
  if (name == "rate") return Measured{ir::Metric::Rate, dimension::Rate};
  if (name == "energy") return Measured{ir::Metric::Energy, dimension::Power, dimension::Energy};
  if (name == "carbon") return Measured{ir::Metric::Carbon, dimension::Emission, dimension::Mass};
  if (name == "availability") return Measured{ir::Metric::Availability, dimension::Ratio};
  // A number of zones.
  if (name == "spread") return Measured{ir::Metric::Spread, Dimension{}};
  return std::nullopt;
}
const std::vector<std::string> Metrics = {"response",    "accuracy",     "cost",
                                          "utilisation", "rate",         "energy",
                                          "carbon",      "availability", "spread"};
constexpr double MostCopies = 8;

class ApplicationBuilder {
 public:
  ApplicationBuilder(Builder& builder, const Declaration& declaration)
      : builder_(builder), module_(*declaration.module), block_(*declaration.block) {
    application_.name = declaration.name;
    application_.loc = block_.names.front().loc;
  }

  ir::Application Build() {
    AttributeReader reader(builder_.evaluator, module_);
    const Attributes read = reader.Read(block_,
                                        {{"workload", Form::Quantity, dimension::Rate, {}, true},
                                         {"one_way", Form::Bool, {}, {}, false}},
                                        {"flow", "require", "prefer"});
    application_.workload = read.Number("workload", 0);
    application_.one_way = read.Bool("one_way");
    if (read.Has("workload") && application_.workload <= 0) {
      builder_.emitter.Error("E0311", read.ValueLoc("workload"), "a workload is more than nothing");
    }
    for (const ast::Block* flow : Inner(block_, "flow")) AddFlow(*flow);
    Sort();
    CheckRates();
    for (const auto& item : block_.items) {
      const auto* inner = std::get_if<ast::BlockPtr>(&item);
      if (!inner) continue;
      const std::string& keyword = (*inner)->keyword.text;
      if (keyword == "require" || keyword == "prefer") AddConstraint(**inner, keyword == "prefer");
    }
    CheckCopies();
    return std::move(application_);
  }

 private:
  // A response is required of each choice of copies on its path.
  void CheckCopies() {
    std::map<ir::Index, double> copies;
    for (const ir::Constraint& rule : application_.constraints) {
      if (rule.metric == ir::Metric::Spread) copies[rule.path.front()] = rule.bound;
    }
    for (const ir::Constraint& rule : application_.constraints) {
      if (rule.metric != ir::Metric::Response) continue;
      double choices = 1;
      for (const ir::Index component : rule.path) {
        if (copies.contains(component)) choices *= copies[component];
      }
      if (choices <= ir::MostChoices) continue;
      builder_.emitter
          .Error("E0404", rule.loc, "this path leads over more than 64 choices of copies")
          .Help("require it of shorter paths");
    }
  }

  void Use(ir::Index component) {
    auto& used = application_.components;
    if (std::find(used.begin(), used.end(), component) == used.end()) used.push_back(component);
  }

  void AddFlow(const ast::Block& block) {
    AttributeReader reader(builder_.evaluator, module_);
    const Attributes read =
        reader.Read(block, {{"probability", Form::Quantity, dimension::Ratio, {}, false},
                            {"data", Form::Free, {}, {}, false}});
    const DataOrSize sent = ReadDataOrSize(builder_, module_, block, "data");
    std::optional<double> size;
    if (sent.data != ir::NoIndex) {
      RefuseFree(builder_, read, {"data"});
    } else if (read.Has("data")) {
      size = sent.size;
    }
    std::vector<ir::Index> steps;
    for (const ast::Path& name : block.names) {
      const auto component = ReadComponent(builder_, module_, name);
      if (!component) return;
      Use(*component);
      steps.push_back(*component);
    }
    const double probability = read.Number("probability", 1);
    if (probability > 1) {
      builder_.emitter.Error("E0311", read.ValueLoc("probability"),
                             "a probability is at most 100 %");
    }
    for (size_t i = 0; i + 1 < steps.size(); ++i) {
      application_.flows.push_back({steps[i], steps[i + 1], probability, block.header_loc, size});
    }
  }

  // Topological order, ties in the order of the program; a circle is a mistake.
  void Sort() {
    std::vector<ir::Index>& components = application_.components;
    std::map<ir::Index, size_t> place;
    for (size_t i = 0; i < components.size(); ++i) place[components[i]] = i;
    std::vector<std::vector<size_t>> next(components.size());
    std::vector<size_t> waits_for(components.size(), 0);
    for (const ir::Flow& flow : application_.flows) {
      next[place[flow.from]].push_back(place[flow.to]);
      ++waits_for[place[flow.to]];
    }
    std::set<size_t> ready;
    for (size_t i = 0; i < components.size(); ++i) {
      if (waits_for[i] == 0) ready.insert(i);
    }
    std::vector<ir::Index> sorted;
    while (!ready.empty()) {
      const size_t first = *ready.begin();
      ready.erase(ready.begin());
      sorted.push_back(components[first]);
      for (const size_t to : next[first]) {
        if (--waits_for[to] == 0) ready.insert(to);
      }
    }
    if (sorted.size() == components.size()) {
      components = std::move(sorted);
      return;
    }
    std::vector<ir::Index> left;
    for (size_t i = 0; i < components.size(); ++i) {
      if (waits_for[i] > 0) left.push_back(components[i]);
    }
    ReportCircle(left);
  }

  // Where ways meet there are more requests than entered.
  void CheckRates() {
    std::map<ir::Index, double> rates;
    for (const ir::Index component : application_.components) {
      std::optional<double> sum;
      for (const ir::Flow& flow : application_.flows) {
        if (flow.to != component) continue;
        sum = sum.value_or(0) + flow.probability * rates[flow.from];
        if (*sum <= MostFigure) continue;
        builder_.emitter.Error("E0311", flow.loc,
                               "more requests reach `" +
                                   builder_.program.components[component].name + "` than " +
                                   Format({MostFigure, dimension::Rate, "", ""}));
        return;
      }
      rates[component] = sum.value_or(application_.workload);
    }
  }

  void ReportCircle(const std::vector<ir::Index>& left) {
    // Whoever is left has someone left before it: going back along flows must come round.
    std::vector<const ir::Flow*> back;
    std::vector<ir::Index> seen = {left.front()};
    while (true) {
      const auto flow = std::find_if(
          application_.flows.begin(), application_.flows.end(), [&](const ir::Flow& f) {
            return f.to == seen.back() && std::find(left.begin(), left.end(), f.from) != left.end();
          });
      back.push_back(&*flow);
      const auto met = std::find(seen.begin(), seen.end(), flow->from) - seen.begin();
      const bool round = met < static_cast<std::ptrdiff_t>(seen.size());
      seen.push_back(flow->from);
      if (!round) continue;
      back.erase(back.begin(), back.begin() + met);
      break;
    }
    std::reverse(back.begin(), back.end());
    // Told where the circle is closed: at the last of its flows in the text.
    const auto last =
        std::max_element(back.begin(), back.end(), [](const ir::Flow* a, const ir::Flow* b) {
          return std::pair(a->loc.begin, a->loc.end) < std::pair(b->loc.begin, b->loc.end);
        });
    std::rotate(back.begin(), last + 1 == back.end() ? back.begin() : last + 1, back.end());
    const auto& components = builder_.program.components;
    // Of a long one the ends.
    constexpr size_t Most = 8;
    const auto told = [&](size_t i) { return i < Most / 2 || i + Most / 2 >= back.size(); };
    std::string way = components[back.front()->from].name;
    for (size_t i = 0; i < back.size(); ++i) {
      if (told(i)) way += " -> " + components[back[i]->to].name;
      if (!told(i) && told(i - 1)) way += " -> …";
    }
    auto report =
        builder_.emitter.Error("E0402", back.back()->loc, "this flow closes a circle: " + way);
    for (size_t i = 0; i + 1 < back.size(); ++i) {
      if (!told(i) || back[i]->loc == back.back()->loc) continue;
      report.Label(back[i]->loc, "from `" + components[back[i]->from].name + "` to `" +
                                     components[back[i]->to].name + "`");
    }
  }

  void AddConstraint(const ast::Block& block, bool prefer) {
    AttributeReader reader(builder_.evaluator, module_);
    const Attributes read = reader.Read(
        block, prefer ? std::vector<Spec>{{"weight", Form::Quantity, dimension::Price, {}, true}}
                      : std::vector<Spec>{});
    if (!block.value) return;
    ir::Constraint constraint;
    if (block.label) constraint.name = block.label->text;
    if (block.label) {
      const auto [other, first] = names_.try_emplace(block.label->text, block.label->loc);
      if (!first) {
        builder_.emitter
            .Error("E0207", block.label->loc,
                   "two requirements are called `" + block.label->text + "`")
            .Label(other->second, "first here");
      }
    }
    constraint.loc = block.value->loc;
    constraint.text = std::string(builder_.sources.text(block.value->loc));
    if (prefer) constraint.weight = read.Number("weight", 0);
    const ast::Expr* condition = block.value.get();
    if (const auto* at = std::get_if<ast::AtExpr>(&condition->node)) {
      if (!ReadPercentile(at->percentile, constraint)) return;
      condition = at->operand.get();
    }
    const auto* compare = std::get_if<ast::BinaryExpr>(&condition->node);
    // `at p-5` reads as something less 5.
    const auto* at = compare ? std::get_if<ast::AtExpr>(&compare->left->node) : nullptr;
    if (at && compare->op != ast::BinaryOp::Le && compare->op != ast::BinaryOp::Ge) {
      const Loc written{condition->loc.file, at->percentile.loc.begin, condition->loc.end};
      builder_.emitter
          .Error("E0404", written, "`" + builder_.Spelled(written) + "` is no percentile")
          .Help("like `p95`");
      return;
    }
    const bool at_most = compare && compare->op == ast::BinaryOp::Le;
    if (!compare || (!at_most && compare->op != ast::BinaryOp::Ge)) {
      if (!std::holds_alternative<ast::ErrorExpr>(condition->node)) {
        builder_.emitter.Error("E0404", condition->loc, "a requirement compares with `<=` or `>=`")
            .Help("like `response(A -> B) <= 2 s at p95`");
      }
      return;
    }
    constraint.relation = at_most ? ir::Relation::AtMost : ir::Relation::AtLeast;
    const ast::Expr* bound = compare->right.get();
    if (const auto* at = std::get_if<ast::AtExpr>(&bound->node)) {
      if (!ReadPercentile(at->percentile, constraint)) return;
      bound = at->operand.get();
    }
    auto dimension = ReadMeasure(*compare->left, constraint);
    if (!dimension) return;
    const std::string name = builder_.Spelled(compare->left->loc);
    if (constraint.percentile && constraint.metric != ir::Metric::Response) {
      builder_.emitter.Error("E0404", block.value->loc,
                             "a percentile is of a response; `" + name + "` has none");
      return;
    }
    if (constraint.metric == ir::Metric::Spread) {
      return AddSpread(reader, *bound, prefer, std::move(constraint));
    }
    const auto measured = MetricOf(name);
    if (measured && measured->sum) {
      diag::Emitter apart;
      Evaluator evaluator(*builder_.unit, apart, builder_.params);
      const ir::Value sum = evaluator.Evaluate(module_, *bound);
      if (const auto* total = sum.As<Quantity>(); total && total->dimension == *measured->sum) {
        dimension = measured->sum;
      }
    }
    const auto value = reader.ReadValue(*bound, {name, Form::Quantity, *dimension, {}, false});
    const auto* quantity = value ? value->As<Quantity>() : nullptr;
    if (!quantity) return;
    constraint.bound = quantity->value;
    constraint.unit = quantity->unit.empty() ? std::string(SampleUnit(*dimension)) : quantity->unit;
    application_.constraints.push_back(std::move(constraint));
  }

  // `spread(Component) >= 2`: copies of it in so many zones.
  void AddSpread(AttributeReader& reader, const ast::Expr& bound, bool prefer,
                 ir::Constraint constraint) {
    const ir::Index spread = constraint.path.front();
    const std::string& name = builder_.program.components[spread].name;
    const auto refuse = [&](const std::string& message) {
      return builder_.emitter.Error("E0404", constraint.loc, message);
    };
    if (constraint.path.size() > 1) return (void)refuse("one component is spread at a time");
    if (prefer) return (void)refuse("`spread` is required; it cannot be missed at a price");
    if (constraint.relation == ir::Relation::AtMost) {
      refuse("a component is spread over at least so many zones").Help("like `spread(A) >= 2`");
      return;
    }
    for (const ir::Constraint& other : application_.constraints) {
      if (other.metric != ir::Metric::Spread || other.path.front() != spread) continue;
      refuse("`" + name + "` is spread twice").Label(other.loc, "first here");
      return;
    }
    const bool entry = std::none_of(application_.flows.begin(), application_.flows.end(),
                                    [&](const ir::Flow& flow) { return flow.to == spread; });
    if (entry) {
      refuse("`" + name + "` cannot be spread: requests enter there, at one address")
          .Help("spread what a flow leads to");
      return;
    }
    const auto value = reader.ReadValue(bound, {"spread", Form::Int, {}, {}, false});
    const auto* zones = value ? value->As<Quantity>() : nullptr;
    if (!zones) return;
    if (zones->value < 2 || zones->value > MostCopies) {
      builder_.emitter.Error("E0311", bound.loc, "a component is spread over 2 to 8 zones");
      return;
    }
    constraint.bound = zones->value;
    application_.constraints.push_back(std::move(constraint));
  }

  // `p95`, `p5`; digits behind the second are decimals: `p999` is 99.9 %.
  bool ReadPercentile(const ast::Name& name, ir::Constraint& constraint) {
    constexpr size_t MostDigits = 6;
    const std::string digits = name.text.substr(1);
    const auto refuse = [&](const std::string& why, const std::string& help) {
      builder_.emitter.Error("E0404", name.loc, "`" + name.text + "` is no percentile" + why)
          .Help(help);
      return false;
    };
    if (name.text[0] != 'p' || digits.empty() || digits.size() > MostDigits ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      return refuse("", "like `p95`, or `p999` for 99.9 %");
    }
    const size_t last = digits.find_last_not_of('0');
    if (last == std::string::npos) return refuse(": no request is so quick", "like `p5`, or `p95`");
    if (digits == "100") return refuse(": some request is always slower", "like `p99`, or `p999`");
    if (digits.size() > 2 && last + 1 < digits.size()) {
      return refuse(": behind the second digit are decimals",
                    "write `p" + digits.substr(0, std::max<size_t>(last + 1, 2)) + "`");
    }
    const double scale = std::pow(10.0, static_cast<double>(std::max<size_t>(digits.size(), 2)));
    constraint.percentile = std::strtod(digits.c_str(), nullptr) / scale;
    return true;
  }

  std::optional<Dimension> ReadMeasure(const ast::Expr& expr, ir::Constraint& constraint) {
    const auto* call = std::get_if<ast::CallExpr>(&expr.node);
    const ast::Expr& head = call ? *call->callee : expr;
    const auto* name = std::get_if<ast::NameExpr>(&head.node);
    const auto measured = name ? MetricOf(name->name) : std::nullopt;
    if (!measured) {
      if (std::holds_alternative<ast::ErrorExpr>(head.node)) return std::nullopt;
      const auto meant = name ? Meant(name->name, Metrics) : std::nullopt;
      builder_.emitter.Error("E0404", head.loc, "nothing of this name can be required")
          .Help(meant ? "did you mean `" + *meant + "`?" : "one of " + Joined(Metrics));
      return std::nullopt;
    }
    constraint.metric = measured->metric;
    if (measured->sum) return measured->dimension;
    if (!call || call->args.size() != 1) {
      builder_.emitter.Error("E0404", expr.loc, "`" + name->name + "` needs what it is measured of")
          .Help("like `" + name->name + "(Component)`");
      return std::nullopt;
    }
    const ast::Expr& arg = *call->args.front();
    if (measured->metric == ir::Metric::Utilisation) {
      const auto path = AsPath(arg);
      constraint.pool = path ? path->text() : "";
      return measured->dimension;
    }
    std::vector<const ast::Expr*> steps = {&arg};
    if (const auto* flow = std::get_if<ast::FlowPathExpr>(&arg.node)) {
      steps.clear();
      for (const ast::ExprPtr& step : flow->steps) steps.push_back(step.get());
    }
    for (const ast::Expr* step : steps) {
      const auto path = AsPath(*step);
      if (!path) {
        builder_.emitter.Error("E0404", step->loc, "a component is due here");
        return std::nullopt;
      }
      const auto component = ReadComponent(builder_, module_, *path);
      if (!component) return std::nullopt;
      if (application_.flows.empty() && steps.size() == 1) Use(*component);
      if (!CheckStep(constraint, *component, step->loc)) return std::nullopt;
      constraint.path.push_back(*component);
    }
    if (measured->metric == ir::Metric::Accuracy) {
      const ir::Component& component = builder_.program.components[constraint.path.front()];
      if (std::none_of(component.variants.begin(), component.variants.end(),
                       [](const ir::Variant& v) { return v.accuracy.has_value(); })) {
        builder_.emitter.Error("E0404", arg.loc, "`" + component.name + "` declares no accuracy")
            .Label(component.loc, "declared here")
            .Help("add `accuracy = 90 %` to it, or to its variants");
        return std::nullopt;
      }
    }
    return measured->dimension;
  }

  bool CheckStep(const ir::Constraint& constraint, ir::Index component, Loc loc) {
    const auto& used = application_.components;
    const std::string& name = builder_.program.components[component].name;
    if (std::find(used.begin(), used.end(), component) == used.end()) {
      builder_.emitter.Error("E0403", loc,
                             "no flow of `" + application_.name + "` reaches `" + name + "`");
      return false;
    }
    if (constraint.path.empty()) return true;
    const ir::Index before = constraint.path.back();
    for (const ir::Flow& flow : application_.flows) {
      if (flow.from == before && flow.to == component) return true;
    }
    const std::string& from = builder_.program.components[before].name;
    builder_.emitter.Error("E0403", loc, "there is no flow `" + from + " -> " + name + "`")
        .Help("add `flow " + from + " -> " + name + "`, or name every component on the way");
    return false;
  }

  Builder& builder_;
  const Module& module_;
  const ast::Block& block_;
  ir::Application application_;
  std::map<std::string, Loc> names_;  // of requirements
};

}  // namespace

void BuildApplications(Builder& builder) {
  for (const Declaration* declaration : Declared(builder, {"application"})) {
    ir::Application application = ApplicationBuilder(builder, *declaration).Build();
    FollowData(builder, application);
    builder.applications[declaration] = static_cast<ir::Index>(builder.program.applications.size());
    builder.program.applications.push_back(std::move(application));
  }
  CheckDeclassified(builder);
}

}  // namespace sprint::sema
