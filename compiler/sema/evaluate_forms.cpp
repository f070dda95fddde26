#include <algorithm>
#include <unordered_map>

#include "compiler/sema/evaluate.h"

// Calls, texts with holes, loops and records.
namespace sprint::sema {
namespace {

using ir::Value;

// "plain text of a value inside a longer text"
std::string Plain(const Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  return ir::Show(value);
}

}  // namespace

bool Evaluator::CheckCallee(const Module& module, const ast::CallExpr& call) {
  const auto path = AsPath(*call.callee);
  if (!path) {
    Mistake("E0301", call.callee->loc, "this is no function");
    return false;
  }
  const Resolved resolved = Resolve(module, *path);
  const std::vector<std::string> builtins = BuiltinNames();
  if (resolved.declaration && resolved.declaration->keyword() == "function") return true;
  if (std::find(builtins.begin(), builtins.end(), path->text()) != builtins.end()) return true;
  if (resolved.declaration) {
    emitter_
        .Error("E0202", call.callee->loc,
               "`" + path->text() + "` is " + WithArticle(resolved.declaration->keyword()) +
                   "; a function is due here")
        .Label(NameOf(*resolved.declaration->block).loc, "declared here");
    return false;
  }
  const auto meant = Meant(path->text(), FunctionNames(module));
  Mistake("E0306", call.callee->loc, "there is no function `" + path->text() + "`",
          meant ? "did you mean `" + *meant + "`?" : "");
  return false;
}

Value Evaluator::EvalCall(Scope& scope, const ast::CallExpr& call, Loc loc) {
  if (!CheckCallee(*scope.module, call)) return ir::Poison{};
  const ast::Path path = *AsPath(*call.callee);
  std::vector<Value> args;
  bool later = false;
  for (const ast::ExprPtr& arg : call.args) {
    args.push_back(Eval(scope, *arg));
    if (IsPoison(args.back())) return ir::Poison{};
    later = later || args.back().As<ir::Later>() || args.back().As<ir::Join>();
  }
  const Resolved resolved = Resolve(*scope.module, path);
  if (resolved.declaration && resolved.declaration->keyword() == "function") {
    return CallFunction(*resolved.declaration, std::move(args), call, loc);
  }
  if (path.text() == "file") return ReadFile(*scope.module, args, call, loc);
  if (later) {
    return Mistake(
        "E0313", loc,
        "`" + path.text() + "` works with what is known now; this is known only after apply",
        "later values may only fill attributes");
  }
  std::string mistake;
  auto result = CallBuiltin(path.text(), std::move(args), mistake);
  if (!result) return ir::Poison{};
  if (!mistake.empty()) return Mistake("E0301", loc, "`" + path.text() + "` " + mistake);
  return *result;
}

std::vector<std::string> Evaluator::FunctionNames(const Module& module) const {
  std::vector<std::string> names = BuiltinNames();
  for (const auto& [name, declaration] : module.declarations) {
    if (declaration.keyword() == "function") names.push_back(name);
  }
  for (const auto& [alias, imported] : module.imports) {
    for (const auto& [name, declaration] : imported->declarations) {
      if (declaration.keyword() == "function") names.push_back(alias + "." + name);
    }
  }
  return names;
}

Value Evaluator::CallFunction(const Declaration& function, std::vector<Value> args,
                              const ast::CallExpr& call, Loc loc) {
  const ast::Block& block = *function.block;
  const size_t due = block.params.size();
  if (due != args.size()) {
    emitter_
        .Error("E0308", loc,
               "`" + function.name + "` takes " + std::to_string(due) +
                   (due == 1 ? " argument" : " arguments") + ", not " + std::to_string(args.size()))
        .Label(block.names.front().loc, "declared here");
    return ir::Poison{};
  }
  if (std::find(underway_.begin(), underway_.end(), &function) != underway_.end()) {
    return Mistake("E0309", loc,
                   "`" + function.name + "` calls itself; functions are not recursive");
  }
  if (underway_.size() >= MostDepth) return TooDeep(loc);
  if (!block.value) return ir::Poison{};
  Bindings bindings;
  bool good = true;
  for (size_t i = 0; i < args.size(); ++i) {
    const ast::Param& param = block.params[i];
    if (param.type) {
      good = CheckType(*function.module, *param.type, args[i], param.name.text, call.args[i].get(),
                       loc, emitter_) &&
             good;
    }
    bindings.emplace_back(param.name.text, std::move(args[i]));
  }
  if (!good) return ir::Poison{};
  underway_.push_back(&function);
  Value result = Evaluate(*function.module, *block.value, bindings);
  underway_.pop_back();
  if (block.declared_type && !CheckType(*function.module, *block.declared_type, result,
                                        function.name, nullptr, block.value->loc, emitter_)) {
    return ir::Poison{};
  }
  return result;
}

// The text of a file, found beside the file that asks for it.
Value Evaluator::ReadFile(const Module& module, const std::vector<Value>& args,
                          const ast::CallExpr& call, Loc loc) {
  constexpr size_t MostBytes = 1 << 20;
  const auto* path = args.size() == 1 ? args[0].As<std::string>() : nullptr;
  if (!path) return Mistake("E0301", loc, "`file` needs the path of a file");
  auto text = unit_.ReadBeside(module, *path, MostBytes);
  if (!text.ok()) return Mistake("E0209", call.args[0]->loc, text.error().ToString());
  return std::move(*text);
}

Value Evaluator::EvalText(Scope& scope, const ast::TextExpr& text) {
  ir::Join join;
  bool later = false;
  std::string whole;
  for (const ast::TextExpr::Piece& piece : text.pieces) {
    Value value = piece.hole ? Eval(scope, *piece.hole) : Value(piece.literal);
    if (IsPoison(value)) return value;
    if (value.As<ir::SecretRef>()) {
      return Mistake("E0314", piece.hole->loc, "a secret cannot become part of a text",
                     "pass it as an attribute of its own");
    }
    if (value.As<ir::Later>() || value.As<ir::Join>())
      later = true;
    else
      whole += Plain(value);
    join.pieces.push_back(later || value.As<std::string>() ? value : Value(Plain(value)));
  }
  if (!later) return whole;
  return join;
}

Value Evaluator::EvalFor(Scope& scope, const ast::ForExpr& loop) {
  Value source = Eval(scope, *loop.source);
  if (IsPoison(source)) return source;
  if (source.As<ir::Later>()) {
    return Mistake("E0313", loop.source->loc,
                   "how many there are must be known before apply; this is known only after",
                   "later values may only fill attributes");
  }
  std::vector<std::pair<Value, Value>> items;
  if (const auto* list = source.As<ir::List>()) {
    for (size_t i = 0; i < list->size(); ++i)
      items.emplace_back(Value(static_cast<double>(i)), (*list)[i]);
  } else if (const auto* record = source.As<ir::Record>()) {
    for (const auto& [key, value] : *record) items.emplace_back(Value(key), value);
  } else {
    return Mistake("E0301", loop.source->loc,
                   "`for` needs a list or a map; this is " + TypeName(source));
  }
  ir::List out;
  for (auto& [key, value] : items) {
    const size_t before = scope.loops.size();
    if (loop.variables.size() == 2) scope.loops.emplace_back(loop.variables[0].text, key);
    if (!loop.variables.empty()) scope.loops.emplace_back(loop.variables.back().text, value);
    bool keep = true;
    if (loop.filter) {
      const Value filter = Eval(scope, *loop.filter);
      const bool* b = filter.As<bool>();
      if (!b && !IsPoison(filter)) {
        Mistake("E0301", loop.filter->loc,
                "a condition must be a Bool; this is " + TypeName(filter));
      }
      keep = b && *b;
    }
    if (keep) out.push_back(Eval(scope, *loop.body));
    scope.loops.resize(before);
  }
  return out;
}

Value Evaluator::EvalRecord(Scope& scope, const ast::RecordExpr& record) {
  ir::Record out;
  std::unordered_map<std::string, Loc> keys;  // where each is set first
  if (record.type) out.emplace_back("type", Value(record.type->text()));
  if (!record.body) return out;
  for (const auto& item : record.body->items) {
    const auto* attribute = std::get_if<ast::Attribute>(&item);
    if (!attribute) {
      const ast::Block& inner = *std::get<ast::BlockPtr>(item);
      Mistake("E0206", inner.keyword.loc, "a record holds `name = value`, no blocks");
      continue;
    }
    const std::string key = attribute->key.text();
    const auto [first, fresh] = keys.try_emplace(key, attribute->key.loc);
    if (!fresh) {
      emitter_.Error("E0204", attribute->key.loc, "`" + key + "` is set twice")
          .Label(first->second, "first set here");
      continue;
    }
    out.emplace_back(key, Eval(scope, *attribute->value));
  }
  return out;
}

}  // namespace sprint::sema
