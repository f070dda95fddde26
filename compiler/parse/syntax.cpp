#include "compiler/parse/syntax.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "compiler/support/quantity.h"
#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using grammar::SprintLexer;
using grammar::SprintParser;

std::string Join(const std::vector<std::string>& choices) {
  std::string joined;
  for (size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) joined += i + 1 == choices.size() ? " or " : ", ";
    joined += choices[i];
  }
  return joined;
}

bool BeginsValue(size_t type) {
  return type == SprintLexer::NUMBER || type == SprintLexer::OPEN_TEXT ||
         type == SprintLexer::OPEN_LINES || type == SprintLexer::TRUE ||
         type == SprintLexer::FALSE || type == SprintLexer::NULL_VALUE ||
         type == SprintLexer::MINUS || type == SprintLexer::LBRACKET;
}

bool EndsValue(size_t type) {
  return IsWord(type) || type == SprintLexer::NUMBER || type == SprintLexer::UNIT ||
         type == SprintLexer::RPAREN || type == SprintLexer::RBRACKET ||
         type == SprintLexer::RBRACE || type == SprintLexer::CLOSE_TEXT ||
         type == SprintLexer::CLOSE_LINES;
}

// What the grammar would have liked, in the words of a reader.
std::vector<std::string> Wishes(const antlr4::misc::IntervalSet& expected) {
  struct Wish {
    size_t type;
    const char* text;
  };
  static constexpr Wish Punctuation[] = {
      {SprintLexer::ASSIGN, "`=`"},   {SprintLexer::COLON, "`:`"},   {SprintLexer::BOTH, "`<->`"},
      {SprintLexer::THEN, "`then`"},  {SprintLexer::ELSE, "`else`"}, {SprintLexer::ON, "`on`"},
      {SprintLexer::RANGE, "`..`"},   {SprintLexer::COMMA, "`,`"},   {SprintLexer::RPAREN, "`)`"},
      {SprintLexer::RBRACKET, "`]`"}, {SprintLexer::LBRACE, "`{`"}};
  std::vector<std::string> wishes;
  const auto has = [&](size_t type) { return expected.contains(type); };
  const bool name = has(SprintLexer::NAME);
  if (has(SprintLexer::NUMBER)) {
    wishes.emplace_back("a value");
  } else if (has(SprintLexer::LATER) && has(SprintLexer::LBRACE) && name) {
    wishes.emplace_back("a type");
  } else if (name) {
    wishes.emplace_back("a name");
  }
  if (name && has(SprintLexer::NEWLINE) && has(SprintLexer::COMMA)) {
    return {"an attribute `name = value`", "a block"};
  }
  const bool value = !wishes.empty() && wishes.front() != "a name";
  if (has(SprintLexer::NEWLINE)) wishes.emplace_back("a new line");
  for (const Wish& wish : Punctuation) {
    if (!has(wish.type) || (value && wish.type == SprintLexer::LBRACE)) continue;
    // Names include `on`; after a value `{` is possible and hardly meant.
    if (IsWord(wish.type) && name) continue;
    if (wish.type == SprintLexer::LBRACE && has(SprintLexer::STAR)) continue;
    wishes.emplace_back(wish.text);
  }
  if (wishes.empty() && has(SprintLexer::IN)) wishes.emplace_back("`in`");
  if (wishes.empty() && has(antlr4::Token::EOF)) wishes.emplace_back("the end of the line");
  return wishes;
}

// What the percentile of this number is called: `p95`, `p999` of 99.9. Empty: it is none.
std::string PercentileOf(std::string_view number) {
  if (number.find_first_not_of("0123456789.") != std::string_view::npos) return "";
  const double percent = std::strtod(std::string(number).c_str(), nullptr);
  return percent > 0 && percent < 100 ? FormatPercentile(percent / 100) : "";
}

// Reports in our words, never invents or drops a token, and skips brackets as a whole.
class Strategy : public antlr4::DefaultErrorStrategy {
 public:
  Strategy(std::string_view text, Log& log) : text_(text), log_(log) {}

  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    throw antlr4::InputMismatchException(parser);
  }

  // Within a block a mistake never costs more than the item it is in.
  void sync(antlr4::Parser* parser) override {
    const size_t next = parser->getTokenStream()->LA(1);
    const auto& atn = parser->getATN();
    const auto& expected = atn.nextTokens(atn.states[parser->getState()]);
    if (expected.contains(antlr4::Token::EPSILON) || expected.contains(next)) return;
    if (parser->getContext()->getRuleIndex() != SprintParser::RuleBlock) {
      DefaultErrorStrategy::sync(parser);
      return;
    }
    reportUnwantedToken(parser);
    antlr4::misc::IntervalSet ends;
    for (const size_t type : {SprintLexer::NEWLINE, SprintLexer::COMMA, SprintLexer::RBRACE}) {
      ends.add(static_cast<ssize_t>(type));
    }
    consumeUntil(parser, ends);
  }

 protected:
  void reportNoViableAlternative(antlr4::Parser* parser,
                                 const antlr4::NoViableAltException& e) override {
    const size_t rule = parser->getContext()->getRuleIndex();
    const bool value = rule == SprintParser::RuleExpr || rule == SprintParser::RulePrimary;
    std::vector<std::string> wishes;
    if (rule == SprintParser::RuleType) {
      wishes.emplace_back("a type");
    } else if (value && !EndsValue(TypeBefore(parser, e.getOffendingToken()))) {
      wishes.emplace_back("a value");
    } else if (value) {
      wishes.emplace_back("an operator");
      wishes.emplace_back("a new line");
    } else if (e.getOffendingToken() == e.getStartToken()) {
      wishes.emplace_back("an attribute `name = value`");
      wishes.emplace_back("a block");
    } else {
      wishes.emplace_back("`=`");
      wishes.emplace_back("`{`");
    }
    Tell(parser, e.getOffendingToken(), wishes, value);
  }
  void reportInputMismatch(antlr4::Parser* parser,
                           const antlr4::InputMismatchException& e) override {
    const auto expected = e.getExpectedTokens();
    Tell(parser, e.getOffendingToken(), Wishes(expected), EndsItem(expected));
  }
  void reportUnwantedToken(antlr4::Parser* parser) override {
    if (inErrorRecoveryMode(parser)) return;
    beginErrorCondition(parser);
    const auto expected = getExpectedTokens(parser);
    Tell(parser, parser->getCurrentToken(), Wishes(expected), EndsItem(expected));
  }
  void reportMissingToken(antlr4::Parser* parser) override { reportUnwantedToken(parser); }

  antlr4::Token* singleTokenDeletion(antlr4::Parser*) override { return nullptr; }
  bool singleTokenInsertion(antlr4::Parser*) override { return false; }

  // The layout has balanced all brackets, so that a `{` met here has its `}`.
  void consumeUntil(antlr4::Parser* parser, const antlr4::misc::IntervalSet& set) override {
    antlr4::TokenStream* input = parser->getTokenStream();
    size_t depth = 0;
    for (size_t type = input->LA(1); type != antlr4::Token::EOF; type = input->LA(1)) {
      if (depth == 0 && set.contains(type)) return;
      if (Closing(type) != 0) {
        ++depth;
      } else if (depth > 0 && Closes(type)) {
        --depth;
      }
      parser->consume();
    }
  }

 private:
  static bool Closes(size_t type) {
    return type == SprintLexer::RPAREN || type == SprintLexer::RBRACKET ||
           type == SprintLexer::RBRACE || type == SprintLexer::CLOSE_TEXT ||
           type == SprintLexer::CLOSE_LINES;
  }
  static bool EndsItem(const antlr4::misc::IntervalSet& expected) {
    return expected.contains(static_cast<size_t>(SprintLexer::NEWLINE)) ||
           expected.contains(antlr4::Token::EOF);
  }
  static antlr4::Token* Before(antlr4::Parser* parser, antlr4::Token* token) {
    const size_t index = token->getTokenIndex();
    return index == 0 ? nullptr : parser->getTokenStream()->get(index - 1);
  }
  static size_t TypeBefore(antlr4::Parser* parser, antlr4::Token* token) {
    const antlr4::Token* before = Before(parser, token);
    return before == nullptr ? 0 : before->getType();
  }
  // Whether `word`, or the path that it ends, stands where an item begins.
  static bool BeginsItem(antlr4::Parser* parser, const antlr4::Token* word) {
    auto* tokens = parser->getTokenStream();
    size_t at = word->getTokenIndex();
    while (at >= 2 && tokens->get(at - 1)->getType() == SprintLexer::DOT) at -= 2;
    if (at == 0) return true;
    const size_t before = tokens->get(at - 1)->getType();
    return before == SprintLexer::NEWLINE || before == SprintLexer::LBRACE ||
           before == SprintLexer::COMMA;
  }
  static bool InBlock(antlr4::Parser* parser) {
    for (antlr4::tree::ParseTree* node = parser->getContext(); node != nullptr;
         node = node->parent) {
      const auto* context = dynamic_cast<antlr4::ParserRuleContext*>(node);
      if (context != nullptr && context->getRuleIndex() == SprintParser::RuleBlock) return true;
    }
    return false;
  }

  std::string Written(uint32_t begin, uint32_t end) const {
    std::string shown(text_.substr(begin, std::min<uint32_t>(end - begin, 40)));
    return "`" + shown + "`";
  }

  // `at 95`, or `at p99.9` whose number is `bad`: told as the one thing that was meant.
  bool TellPercentile(antlr4::Parser* parser, const antlr4::Token* bad) {
    auto* tokens = parser->getTokenStream();
    const size_t index = bad->getTokenIndex();
    const auto type_before = [&](size_t back) {
      return index < back ? 0 : tokens->get(index - back)->getType();
    };
    const bool dotted = type_before(1) == SprintLexer::DOT && type_before(3) == SprintLexer::AT;
    if (bad->getType() != SprintLexer::NUMBER || !(dotted || type_before(1) == SprintLexer::AT)) {
      return false;
    }
    const antlr4::Token* first = dotted ? tokens->get(index - 2) : bad;
    const auto begin = static_cast<uint32_t>(first->getStartIndex());
    const auto end = static_cast<uint32_t>(bad->getStopIndex() + 1);
    const std::string name = PercentileOf(text_.substr(begin + dotted, end - begin - dotted));
    log_.Error("E0101", begin, end, "expected a percentile, found " + Written(begin, end))
        .Help(name.empty() ? "like `p95`" : "write `" + name + "`");
    return true;
  }

  // `bad` cannot stand where it does. `item_end`: an item of a block could end before it.
  void Tell(antlr4::Parser* parser, antlr4::Token* bad, const std::vector<std::string>& wishes,
            bool item_end) {
    const antlr4::Token* before = Before(parser, bad);
    const auto begin = static_cast<uint32_t>(bad->getStartIndex());
    const auto end = static_cast<uint32_t>(bad->getStopIndex() + 1);
    const auto before_end =
        before == nullptr ? begin : static_cast<uint32_t>(before->getStopIndex() + 1);
    const bool line_end =
        bad->getType() == SprintLexer::NEWLINE || bad->getType() == antlr4::Token::EOF;
    // Stands in for something missing, which has been told; or follows from what was.
    if (begin == end && !line_end) return;
    const size_t line = begin == 0 ? std::string_view::npos : text_.rfind('\n', begin - 1);
    const auto line_begin = line == std::string_view::npos ? 0 : static_cast<uint32_t>(line + 1);
    if (log_.HasErrorIn(line_begin, end)) return;

    if (TellPercentile(parser, bad)) return;
    const size_t type = bad->getType();
    const size_t last = before == nullptr ? 0 : before->getType();
    const bool item_start = IsWord(last) && BeginsItem(parser, before);
    if (item_start && BeginsValue(type)) {
      log_.Error("E0101", begin, end, "expected `=` before the value of an attribute")
          .FixIt(log_.At(begin, begin), "= ");
      return;
    }
    if (InBlock(parser) && item_end && before != nullptr && EndsValue(last) && before_end < end &&
        (IsWord(type) || type == SprintLexer::OPEN_TEXT) && before->getLine() == bad->getLine()) {
      auto report = log_.Error("E0109", begin, end,
                               Written(begin, end) + " begins another item on the same line");
      report.Help("separate them by a line end or a comma");
      report.FixIt(log_.At(before_end, begin), ", ");
      return;
    }
    if (!InBlock(parser) && item_end && before != nullptr && EndsValue(last) && before_end < end &&
        IsWord(type) && type != SprintLexer::NAME && before->getLine() == bad->getLine()) {
      log_.Error("E0109", begin, end,
                 Written(begin, end) + " begins another declaration on the same line")
          .FixIt(log_.At(before_end, begin), "\n");
      return;
    }
    const std::string found = line_end ? "the end of the line" : Written(begin, end);
    const std::string wish = wishes.empty() ? "something else" : Join(wishes);
    log_.Error("E0101", line_end ? before_end : begin, line_end ? before_end : end,
               "expected " + wish + ", found " + found)
        .Help(type == SprintLexer::QUESTION ? "a choice is `if a then b else c`" : "");
  }

  std::string_view text_;
  Log& log_;
};

}  // namespace

// The tokens of one declaration, kept in place and used again for the next.
class Syntax::Stream final : public antlr4::TokenStream {
 public:
  Stream() : source_(OnlyEnd()) {}

  void Fill(const Layout& layout, size_t first, size_t last) {
    tokens_.resize(last - first + 1, antlr4::CommonToken(antlr4::Token::EOF));
    for (size_t i = first; i < last; ++i) Put(i - first, layout.tokens[i]);
    const Token& end = layout.tokens[last - 1];
    Put(last - first, {0, end.end, end.end, end.line});
    tokens_.back().setType(antlr4::Token::EOF);
    at_ = 0;
  }

  antlr4::Token* LT(ssize_t offset) override {
    const ssize_t place = static_cast<ssize_t>(at_) + (offset > 0 ? offset - 1 : offset);
    if (offset == 0 || place < 0) return nullptr;
    return &tokens_[std::min(static_cast<size_t>(place), tokens_.size() - 1)];
  }
  size_t LA(ssize_t offset) override {
    const antlr4::Token* token = LT(offset);
    return token == nullptr ? antlr4::Token::INVALID_TYPE : token->getType();
  }
  antlr4::Token* get(size_t index) const override { return &tokens_[index]; }
  antlr4::TokenSource* getTokenSource() const override { return &source_; }
  void consume() override {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = std::min(index, tokens_.size() - 1); }
  size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return "source"; }
  // Nobody asks for texts: positions lead to the source.
  std::string getText(const antlr4::misc::Interval&) override { return ""; }
  std::string getText() override { return ""; }
  std::string getText(antlr4::RuleContext*) override { return ""; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return ""; }

 private:
  // The parser wants a source to be there; a list of no token is refused.
  static std::vector<std::unique_ptr<antlr4::Token>> OnlyEnd() {
    std::vector<std::unique_ptr<antlr4::Token>> tokens;
    tokens.push_back(std::make_unique<antlr4::CommonToken>(antlr4::Token::EOF));
    return tokens;
  }
  void Put(size_t index, const Token& from) {
    antlr4::CommonToken& token = tokens_[index];
    token.setType(from.type);
    token.setStartIndex(from.begin);
    token.setStopIndex(static_cast<size_t>(from.end) - 1);
    token.setLine(from.line);
    token.setTokenIndex(index);
  }

  mutable std::vector<antlr4::CommonToken> tokens_;
  mutable antlr4::ListTokenSource source_;
  size_t at_ = 0;
};

Syntax::Syntax(std::string_view text, const Layout& layout, Log& log)
    : layout_(layout),
      stream_(std::make_unique<Stream>()),
      parser_(std::make_unique<SprintParser>(stream_.get())) {
  parser_->removeErrorListeners();
  parser_->setErrorHandler(std::make_shared<Strategy>(text, log));
  // The grammar decides all it must by the local context, and full context costs a stack
  // as deep as the program.
  parser_->getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::SLL);
}

Syntax::~Syntax() = default;

void Syntax::WithTree(size_t first, size_t last,
                      const std::function<void(grammar::SprintParser::DeclarationContext*)>& use) {
  stream_->Fill(layout_, first, last);
  parser_->reset();
  use(parser_->declaration());
}

}  // namespace sprint::parse
