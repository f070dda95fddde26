#include "compiler/parse/tokens.h"

#include <algorithm>
#include <array>
#include <string>

#include "grammar/SprintLexer.h"

namespace sprint::parse {
namespace {

using grammar::SprintLexer;

// The source as ANTLR wants it, one "character" a byte: positions are byte offsets,
// and no encoding is checked (Parse does that before).
class Bytes : public antlr4::CharStream {
 public:
  explicit Bytes(std::string_view text) : text_(text) {}

  void consume() override {
    if (at_ < text_.size()) ++at_;
  }
  size_t LA(ssize_t offset) override {
    const ssize_t place = static_cast<ssize_t>(at_) + (offset > 0 ? offset - 1 : offset);
    if (offset == 0 || place < 0 || place >= static_cast<ssize_t>(text_.size())) {
      return antlr4::IntStream::EOF;
    }
    return static_cast<unsigned char>(text_[static_cast<size_t>(place)]);
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  size_t index() override { return at_; }
  void seek(size_t index) override { at_ = std::min(index, text_.size()); }
  size_t size() override { return text_.size(); }
  std::string getSourceName() const override { return "source"; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    if (interval.a < 0 || interval.b < interval.a) return "";
    const auto begin = static_cast<size_t>(interval.a);
    if (begin >= text_.size()) return "";
    return std::string(text_.substr(begin, static_cast<size_t>(interval.b) - begin + 1));
  }
  std::string toString() const override { return std::string(text_); }

  void SkipSpaces() { at_ = std::min(text_.find_first_not_of(" \t\f\r", at_), text_.size()); }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// Transitions of the automaton in arrays, as this lexer comes by them. In the automaton
// itself, which all lexers of the process share, each character costs two locks and a search
// in a hash map: 370 instructions, a tenth of all that checking a program takes.
class Simulator : public antlr4::atn::LexerATNSimulator {
 public:
  Simulator(antlr4::Lexer* lexer, const antlr4::atn::LexerATNSimulator& shared,
            antlr4::atn::PredictionContextCache& contexts)
      : LexerATNSimulator(lexer, shared.atn, shared._decisionToDFA, contexts) {}

 protected:
  using State = antlr4::dfa::DFAState;
  State* getExistingTargetState(State* from, size_t symbol) override {
    if (symbol > MAX_DFA_EDGE) return LexerATNSimulator::getExistingTargetState(from, symbol);
    std::vector<Targets>& states = targets_[_mode];
    const auto number = static_cast<size_t>(from->stateNumber);
    if (states.size() <= number) states.resize(number + 1, Targets{});
    State*& target = states[number][symbol];
    if (target == nullptr) target = LexerATNSimulator::getExistingTargetState(from, symbol);
    return target;
  }

 private:
  using Targets = std::array<State*, MAX_DFA_EDGE + 1>;
  std::array<std::vector<Targets>, SprintLexer::InLines + 1> targets_;  // by mode and state
};

// Tokens go straight into our own, without an object of ANTLR for each.
class TolerantLexer : public SprintLexer {
 public:
  TolerantLexer(Bytes& input, std::vector<Token>& tokens)
      : SprintLexer(&input), input_(input), tokens_(tokens) {
    removeErrorListeners();
    auto* shared = getInterpreter<antlr4::atn::LexerATNSimulator>();
    simulator_ = new Simulator(this, *shared, shared->getSharedContextCache());
    setInterpreter(simulator_);  // owns it from now on
  }

  // Reads one more; false at the end. In place of nextToken(), which spends as much on token
  // objects and on errors that cannot be: in every mode some rule takes any byte.
  bool Read() {
    // The SPACE of the grammar: half of what there is to match, if it were matched.
    if (mode == DEFAULT_MODE) input_.SkipSpaces();
    if (input_.index() == input_.size()) return false;
    tokenStartCharIndex = input_.index();
    const size_t line = simulator_->getLine();
    type = antlr4::Token::INVALID_TYPE;
    const size_t matched = simulator_->match(&input_, mode);
    // Unless the rule says another.
    if (type == antlr4::Token::INVALID_TYPE) type = matched;
    tokens_.push_back({static_cast<uint16_t>(type), static_cast<uint32_t>(tokenStartCharIndex),
                       static_cast<uint32_t>(input_.index()), static_cast<uint32_t>(line)});
    if (type == NEWLINE) LeaveBrokenText();
    return true;
  }

  // A `}` too many is told by the layout; here it only must not throw.
  size_t popMode() override { return modeStack.empty() ? mode : SprintLexer::popMode(); }

 private:
  // A line end within `"… {hole` ends the outermost text that must end on its line, so
  // that a forgotten quote costs one line and not the rest of the file.
  void LeaveBrokenText() {
    const auto broken = std::find(modeStack.begin(), modeStack.end(), InText);
    if (broken == modeStack.end()) return;
    const auto around = static_cast<size_t>(broken - modeStack.begin()) - 1;
    setMode(modeStack[around]);
    modeStack.resize(around);
  }

  Bytes& input_;
  Simulator* simulator_;
  std::vector<Token>& tokens_;
};

}  // namespace

Tokens ReadTokens(std::string_view text, size_t limit) {
  Tokens tokens;
  tokens.all.reserve(std::min(limit, text.size() / 4 + 2));
  Bytes bytes(text);
  TolerantLexer lexer(bytes, tokens.all);
  while (lexer.Read()) {
    if (tokens.all.size() <= limit) continue;
    tokens.all.pop_back();
    tokens.complete = false;
    break;
  }
  return tokens;
}

bool IsReserved(size_t type) { return type >= SprintLexer::TRUE && type <= SprintLexer::IN; }
bool IsName(size_t type) { return type >= SprintLexer::IMPORT && type <= SprintLexer::NAME; }

}  // namespace sprint::parse
