#include <algorithm>

#include "compiler/parse/build.h"
#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using grammar::SprintLexer;
using P = grammar::SprintParser;

// How a statement that begins with a word of the language is written; null for words
// that begin none, or any.
const char* Usage(size_t keyword) {
  switch (keyword) {
    case SprintLexer::IMPORT:
      return "import std.edge` or `import \"file.sprint\" as name";
    case SprintLexer::PARAM:
      return "param name: Type = default";
    case SprintLexer::LET:
      return "let name = value";
    case SprintLexer::OUTPUT:
      return "output name = value";
    case SprintLexer::SECRET:
      return "secret name";
    case SprintLexer::FUNCTION:
      return "function name(argument: Type) = value";
    case SprintLexer::TYPE:
      return "type Name = { field: Type }";
    case SprintLexer::NODES:
      return "nodes name[3]: kind { … }";
    case SprintLexer::MACHINES:
      return "machines name[0..4]: kind { … }";
    case SprintLexer::FUNCTIONS:
      return "functions name: kind { … }";
    case SprintLexer::LINK:
      return "link a <-> b { … }";
    case SprintLexer::FLOW:
      return "flow A -> B";
    case SprintLexer::MOVED:
      return "moved old.name -> new.name";
    case SprintLexer::MEASURED:
      return "measured C on kind = 10 ms";
    case SprintLexer::PIN:
      return "pin C in zone";
    case SprintLexer::FORBID:
      return "forbid C on kind` or `forbid C in zone";
    case SprintLexer::DEPLOY:
      return "deploy A on C { … }";
    case SprintLexer::REQUIRE:
      return "require condition";
    case SprintLexer::PREFER:
      return "prefer condition { weight = … }";
    case SprintLexer::MINIMIZE:
      return "minimize cost";
    case SprintLexer::MAXIMIZE:
      return "maximize accuracy(C)";
    default:
      return nullptr;
  }
}

}  // namespace

Loc Builder::Range(antlr4::Token* token) const {
  const auto begin = static_cast<uint32_t>(token->getStartIndex());
  return log_.At(begin, std::max(begin, static_cast<uint32_t>(token->getStopIndex() + 1)));
}

Loc Builder::Range(antlr4::ParserRuleContext* tree) const {
  Loc loc = Range(tree->start);
  if (tree->stop != nullptr) loc.end = std::max(loc.end, Range(tree->stop).end);
  if (detached_ != nullptr) {
    // The body was read as part of the expression; ranges end before it.
    const uint32_t body = Range(detached_->start).begin;
    if (loc.begin < body && loc.end > body) loc.end = kept_.end;
  }
  return loc;
}

std::string Builder::Doc(Loc loc) const {
  const auto found = layout_.docs.find(loc.begin);
  return found == layout_.docs.end() ? "" : found->second;
}

std::optional<ast::Name> Builder::BuildName(P::NameContext* tree) {
  if (tree == nullptr || tree->exception || tree->children.empty()) return std::nullopt;
  const Loc loc = Range(tree->start);
  return ast::Name{std::string(Written(loc)), loc};
}

std::optional<ast::Name> Builder::BuildWord(P::WordContext* tree) {
  if (tree == nullptr || tree->exception || tree->children.empty()) return std::nullopt;
  if (tree->name() != nullptr) return BuildName(tree->name());
  const Loc loc = Range(tree->start);
  return ast::Name{std::string(Written(loc)), loc};
}

std::optional<ast::Path> Builder::BuildPath(P::PathContext* tree) {
  if (tree == nullptr || tree->exception) return std::nullopt;
  ast::Path path;
  path.loc = Range(tree);
  auto first = BuildName(tree->name());
  if (!first) return std::nullopt;
  path.parts.push_back(std::move(*first));
  for (P::WordContext* word : tree->word()) {
    auto part = BuildWord(word);
    if (!part) return std::nullopt;
    path.parts.push_back(std::move(*part));
  }
  return path;
}

ast::BlockPtr Builder::Declaration(P::DeclarationContext* tree) {
  if (tree == nullptr || tree->item() == nullptr) return nullptr;
  auto item = BuildItem(tree->item());
  if (!item) return nullptr;
  if (auto* attribute = std::get_if<ast::Attribute>(&*item)) {
    log_.Error("E0105", attribute->key.loc.begin, attribute->key.loc.end,
               "attribute `" + attribute->key.text() + "` stands outside of any block")
        .Help("a value of the file is `let " + attribute->key.text() + " = …`");
    return nullptr;
  }
  return std::move(std::get<ast::BlockPtr>(*item));
}

std::optional<Builder::Item> Builder::BuildItem(P::ItemContext* tree) {
  if (tree->attribute() != nullptr) {
    auto attribute = BuildAttribute(tree->attribute());
    if (!attribute) return std::nullopt;
    return Item(std::move(*attribute));
  }
  ast::BlockPtr block = BuildStatement(tree);
  if (!block) return std::nullopt;
  return Item(std::move(block));
}

std::optional<ast::Attribute> Builder::BuildAttribute(P::AttributeContext* tree) {
  P::KeyContext* key = tree->key();
  if (key == nullptr || key->exception) return std::nullopt;
  ast::Attribute attribute;
  attribute.loc = Range(tree);
  attribute.doc = Doc(attribute.loc);
  attribute.key.loc = Range(key);
  if (key->text() != nullptr) {
    auto name = PlainText(key->text(), "the name of an attribute");
    if (!name) return std::nullopt;
    attribute.key.parts.push_back({std::move(*name), Range(key->text())});
  }
  for (P::WordContext* word : key->word()) {
    auto part = BuildWord(word);
    if (!part) return std::nullopt;
    attribute.key.parts.push_back(std::move(*part));
  }
  if (attribute.key.parts.empty()) return std::nullopt;
  attribute.value = Expr(tree->expr(), attribute.loc);
  return attribute;
}

ast::BlockPtr Builder::BuildStatement(P::ItemContext* tree) {
  // Most are of the last form.
  if (auto* statement = tree->otherStatement()) return Other(statement);
  if (auto* statement = tree->importStatement()) return Import(statement);
  if (auto* statement = tree->valueStatement()) return Value(statement);
  if (auto* statement = tree->functionStatement()) return Function(statement);
  if (auto* statement = tree->typeStatement()) return Type(statement);
  if (auto* statement = tree->poolStatement()) return Pool(statement);
  if (auto* link = tree->linkStatement()) return Pair(link, link->path(), link->block());
  if (auto* flow = tree->flowStatement()) return Pair(flow, flow->path(), flow->block());
  if (auto* deploy = tree->deployStatement()) return Pair(deploy, deploy->path(), deploy->block());
  if (auto* statement = tree->measuredStatement()) return Measured(statement);
  if (auto* statement = tree->pinStatement()) return Pin(statement);
  if (auto* statement = tree->requirement()) return Requirement(statement);
  if (auto* statement = tree->objective()) return Objective(statement);
  return nullptr;
}

// A block with its first word as keyword; for `{ … }` without one, with none.
ast::BlockPtr Builder::Start(antlr4::ParserRuleContext* tree) {
  auto block = std::make_unique<ast::Block>();
  block->loc = Range(tree);
  block->header_loc = block->loc;
  block->doc = Doc(block->loc);
  const Loc first = Range(tree->start);
  block->keyword = {"", log_.At(first.begin, first.begin)};
  if (IsWord(tree->start->getType())) block->keyword = {std::string(Written(first)), first};
  return block;
}

void Builder::Body(ast::Block& block, P::BlockContext* tree) {
  if (tree == nullptr || tree->children.empty()) return;
  block.braces = true;
  const uint32_t brace = Range(tree->start).begin;
  if (block.loc.begin < brace) {
    uint32_t end = brace;
    while (end > block.loc.begin && (text_[end - 1] == ' ' || text_[end - 1] == '\t' ||
                                     text_[end - 1] == '\n' || text_[end - 1] == '\r')) {
      --end;
    }
    block.header_loc.end = end;
  } else {
    block.header_loc.end = block.header_loc.begin;
  }
  block.loc.end = std::max(block.loc.end, Range(tree).end);
  CheckCommas(tree);
  for (P::ItemContext* item : tree->item()) {
    if (auto built = BuildItem(item)) block.items.push_back(std::move(*built));
  }
}

// A comma stands between two items, or behind the last one.
void Builder::CheckCommas(P::BlockContext* tree) {
  bool item = false;
  for (antlr4::tree::ParseTree* child : tree->children) {
    auto* separator = grammar::As<P::SeparatorContext>(child);
    if (separator != nullptr && separator->COMMA() != nullptr && !item) {
      const Loc at = Range(separator);
      if (!log_.HasErrorIn(tree->start->getStartIndex(), at.end)) {
        log_.Error("E0101", at.begin, at.end, "comma separates nothing").FixIt(at, "");
      }
    }
    item = separator == nullptr && grammar::As<P::ItemContext>(child) != nullptr;
  }
}

ast::BlockPtr Builder::Import(P::ImportStatementContext* tree) {
  ast::BlockPtr block = Start(tree);
  const auto texts = tree->text();
  // The text of `version` comes behind the word; the one of the import before it.
  P::TextContext* source = tree->path() == nullptr && !texts.empty() ? texts.front() : nullptr;
  if (source != nullptr) {
    auto plain = PlainText(source, "what is imported");
    if (!plain) return nullptr;
    ast::TextExpr value;
    value.pieces.push_back({std::move(*plain), nullptr});
    block->value = Make(Range(source), std::move(value));
  } else {
    auto path = BuildPath(tree->path());
    if (!path) return nullptr;
    block->names.push_back(std::move(*path));
  }
  if (tree->AS() != nullptr) block->label = BuildName(tree->name());
  if (tree->VERSION() != nullptr && texts.size() > (source != nullptr ? 1u : 0u)) {
    ast::Attribute version;
    const Loc word = Range(tree->VERSION()->getSymbol());
    version.key = {{{"version", word}}, word};
    version.loc = log_.At(word.begin, Range(texts.back()).end);
    version.value = Make(Range(texts.back()), Text(texts.back()));
    block->items.emplace_back(std::move(version));
  }
  return block;
}

ast::BlockPtr Builder::Value(P::ValueStatementContext* tree) {
  ast::BlockPtr block = Start(tree);
  auto name = BuildName(tree->name());
  if (!name) return nullptr;
  const Loc at = name->loc;
  block->names.push_back({{std::move(*name)}, at});
  if (tree->COLON() != nullptr) block->declared_type = TypeOrError(tree->type(), at);
  const size_t keyword = tree->keyword->getType();
  const bool required = keyword == SprintLexer::LET || keyword == SprintLexer::OUTPUT;
  if (tree->ASSIGN() != nullptr) {
    // A record may be the value of `let` and `output`; a parameter has a body.
    block->value = required ? Expr(tree->expr(), at) : ExprThenBody(tree->expr(), *block);
  } else if (required) {
    if (!tree->exception) {
      log_.Error("E0101", block->loc.begin, at.end,
                 "`" + block->keyword.text + " " + block->names.front().text() + "` has no value")
          .Help("write `" + block->keyword.text + " " + block->names.front().text() + " = …`");
    }
    block->value = Make(at, ast::ErrorExpr{});
  }
  Body(*block, tree->block());
  return block;
}

ast::BlockPtr Builder::Function(P::FunctionStatementContext* tree) {
  ast::BlockPtr block = Start(tree);
  auto name = BuildName(tree->name());
  if (!name) return nullptr;
  const Loc at = name->loc;
  block->names.push_back({{std::move(*name)}, at});
  block->params = Params(tree->params());
  if (tree->COLON() != nullptr) block->declared_type = TypeOrError(tree->type(), at);
  block->value = Expr(tree->expr(), at);
  return block;
}

ast::BlockPtr Builder::Type(P::TypeStatementContext* tree) {
  ast::BlockPtr block = Start(tree);
  auto name = BuildName(tree->name());
  if (!name) return nullptr;
  const Loc at = name->loc;
  block->names.push_back({{std::move(*name)}, at});
  block->declared_type = TypeOrError(tree->type(), at);
  return block;
}

ast::BlockPtr Builder::Pool(P::PoolStatementContext* tree) {
  ast::BlockPtr block = Start(tree);
  auto name = BuildName(tree->name());
  auto type = BuildPath(tree->path());
  if (!name || !type) return nullptr;
  const Loc at = name->loc;
  block->names.push_back({{std::move(*name)}, at});
  block->type = std::move(*type);
  if (P::CountContext* count = tree->count()) {
    const auto bounds = count->expr();
    block->count = std::make_unique<ast::Count>();
    block->count->loc = Range(count);
    if (count->RANGE() != nullptr) {
      block->count->min = Expr(bounds.empty() ? nullptr : bounds[0], block->count->loc);
      block->count->max = Expr(bounds.size() < 2 ? nullptr : bounds[1], block->count->loc);
    } else {
      block->count->max = Expr(bounds.empty() ? nullptr : bounds[0], block->count->loc);
    }
  }
  Body(*block, tree->block());
  return block;
}

// `link a <-> b`, `flow a -> b`, `deploy a on b`: two names or more, and a body.
ast::BlockPtr Builder::Pair(antlr4::ParserRuleContext* tree,
                            const std::vector<P::PathContext*>& paths, P::BlockContext* body) {
  ast::BlockPtr block = Start(tree);
  for (P::PathContext* path : paths) {
    auto name = BuildPath(path);
    if (!name) return nullptr;
    block->names.push_back(std::move(*name));
  }
  if (block->names.size() < 2) return nullptr;
  Body(*block, body);
  return block;
}

ast::BlockPtr Builder::Measured(P::MeasuredStatementContext* tree) {
  ast::BlockPtr block = Pair(tree, tree->path(), nullptr);
  if (block) block->value = Expr(tree->expr(), block->loc);
  return block;
}

ast::BlockPtr Builder::Pin(P::PinStatementContext* tree) {
  ast::BlockPtr block = Pair(tree, tree->path(), nullptr);
  if (block && tree->preposition != nullptr) {
    block->preposition = std::string(Written(Range(tree->preposition)));
  }
  return block;
}

ast::BlockPtr Builder::Requirement(P::RequirementContext* tree) {
  ast::BlockPtr block = Start(tree);
  if (tree->COLON() != nullptr) block->label = BuildName(tree->name());
  block->value = ExprThenBody(tree->expr(), *block);
  return block;
}

ast::BlockPtr Builder::Objective(P::ObjectiveContext* tree) {
  ast::BlockPtr block = Start(tree);
  block->value = Expr(tree->expr(), block->loc);
  return block;
}

ast::BlockPtr Builder::Other(P::OtherStatementContext* tree) {
  ast::BlockPtr block = Start(tree);
  if (tree->exception && tree->block() == nullptr) return nullptr;
  for (P::PathContext* path : tree->path()) {
    auto name = BuildPath(path);
    if (!name) return nullptr;
    block->names.push_back(std::move(*name));
  }
  const auto texts = tree->text();
  const bool braces = tree->block() != nullptr;
  const bool bare = tree->path().empty() && texts.empty();
  const char* usage = Usage(tree->start->getType());
  if (usage != nullptr && !(bare && braces)) {
    const uint32_t begin = block->loc.begin;
    if (!log_.HasErrorIn(begin, block->header_loc.end + 1)) {
      log_.Error("E0101", begin, block->keyword.loc.end,
                 "expected the form `" + std::string(usage) + "`");
    }
    return nullptr;
  }
  if (!braces && texts.size() == 1 && tree->path().empty()) {
    const Loc at = Range(texts.front());
    log_.Error("E0101", at.begin, at.end, "expected `=` before the value of an attribute")
        .FixIt(log_.At(at.begin, at.begin), "= ");
    return nullptr;
  }
  for (P::TextContext* text : texts) {
    const Loc at = Range(text);
    auto name = PlainText(text, "a name");
    if (!name) return nullptr;
    log_.Error("E0111", at.begin, at.end, "names are written without quotes").FixIt(at, *name);
    block->names.push_back({{{std::move(*name), at}}, at});
  }
  std::sort(block->names.begin(), block->names.end(),
            [](const ast::Path& a, const ast::Path& b) { return a.loc.begin < b.loc.begin; });
  if (block->names.empty() && !braces) {
    const uint32_t end = block->keyword.loc.end;
    const size_t line_end = text_.find('\n', end);
    if (!log_.HasErrorIn(end, static_cast<uint32_t>(std::min(line_end, text_.size())))) {
      log_.Error("E0101", block->keyword.loc.begin, end,
                 "expected `=` or `{` after `" + block->keyword.text + "`");
    }
    return nullptr;
  }
  block->params = Params(tree->params());
  Body(*block, tree->block());
  return block;
}

std::vector<ast::Param> Builder::Params(P::ParamsContext* tree) {
  std::vector<ast::Param> params;
  if (tree == nullptr) return params;
  for (P::ParamContext* param : tree->param()) {
    auto name = BuildName(param->name());
    if (!name) continue;
    ast::Param built{std::move(*name), nullptr};
    if (param->COLON() != nullptr) built.type = TypeOrError(param->type(), built.name.loc);
    params.push_back(std::move(built));
  }
  return params;
}

std::unique_ptr<ast::TypeExpr> Builder::TypeOrError(P::TypeContext* tree, Loc otherwise) {
  auto type = std::make_unique<ast::TypeExpr>();
  type->loc = otherwise;
  if (tree != nullptr && !tree->children.empty()) *type = BuildType(tree);
  return type;
}

ast::TypeExpr Builder::BuildType(P::TypeContext* tree) {
  ast::TypeExpr type;
  type.loc = Range(tree);
  type.later = !tree->LATER().empty();
  type.secret = !tree->SECRET().empty();
  type.optional = tree->QUESTION() != nullptr;
  if (tree->path() != nullptr) {
    auto name = BuildPath(tree->path());
    if (!name) return type;
    type.form = ast::TypeExpr::Form::Named;
    type.name = std::move(*name);
    for (P::TypeContext* arg : tree->type()) type.args.push_back(TypeOrError(arg, type.loc));
  } else if (tree->LBRACE() != nullptr) {
    type.form = ast::TypeExpr::Form::Record;
    for (P::TypeFieldContext* field : tree->typeField()) {
      auto name = BuildWord(field->word());
      if (!name) continue;
      const Loc at = name->loc;
      type.fields.push_back({std::move(*name), TypeOrError(field->type(), at)});
    }
  } else {
    for (P::TextContext* text : tree->text()) {
      const Loc at = Range(text);
      if (auto plain = PlainText(text, "a case of a type")) {
        type.cases.push_back({std::move(*plain), at});
      }
    }
    if (!type.cases.empty()) type.form = ast::TypeExpr::Form::Union;
  }
  return type;
}

}  // namespace sprint::parse
