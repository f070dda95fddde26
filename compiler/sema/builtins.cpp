#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Base64.h>
#include <llvm/Support/SHA256.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "compiler/sema/evaluate.h"

namespace sprint::sema {
namespace {

using ir::Value;
using Args = std::vector<Value>;
// Sets `mistake` and returns anything when the arguments do not fit.
using Function = Value (*)(Args& args, std::string& mistake);

Value Wrong(std::string& mistake, const char* text) {
  mistake = text;
  return ir::Poison{};
}

// The arguments themselves, or the items of the only one.
const Args& Items(const Args& args) {
  if (args.size() == 1) {
    if (const auto* list = args[0].As<ir::List>()) return *list;
  }
  return args;
}

template <typename Better>
Value Extreme(Args& args, std::string& mistake, Better better) {
  const Args& items = Items(args);
  const Quantity* best = nullptr;
  for (const Value& item : items) {
    const auto* quantity = item.As<Quantity>();
    if (!quantity) return Wrong(mistake, "needs numbers");
    if (best && !(best->dimension == quantity->dimension))
      return Wrong(mistake, "the dimensions differ");
    if (!best || better(quantity->value, best->value)) best = quantity;
  }
  if (!best) return Wrong(mistake, "of nothing there is none");
  return *best;
}

Value Min(Args& args, std::string& mistake) { return Extreme(args, mistake, std::less<double>()); }
Value Max(Args& args, std::string& mistake) {
  return Extreme(args, mistake, std::greater<double>());
}

Value Sum(Args& args, std::string& mistake) {
  Quantity total;
  bool first = true;
  for (const Value& item : Items(args)) {
    const auto* quantity = item.As<Quantity>();
    if (!quantity) return Wrong(mistake, "`sum` needs numbers");
    if (first)
      total = *quantity;
    else {
      const Value next = Arithmetic(ast::BinaryOp::Add, total, *quantity, mistake);
      if (!mistake.empty()) return next;
      total = *next.As<Quantity>();
    }
    first = false;
  }
  return total;
}

Value Len(Args& args, std::string& mistake) {
  if (args.size() != 1) return Wrong(mistake, "`len` takes one argument");
  if (const auto* list = args[0].As<ir::List>()) return static_cast<double>(list->size());
  if (const auto* record = args[0].As<ir::Record>()) return static_cast<double>(record->size());
  if (const auto* text = args[0].As<std::string>()) return static_cast<double>(text->size());
  return Wrong(mistake, "`len` needs a list, a map or a text");
}

Value Keys(Args& args, std::string& mistake) {
  const auto* record = args.size() == 1 ? args[0].As<ir::Record>() : nullptr;
  if (!record) return Wrong(mistake, "`keys` needs a map");
  ir::List out;
  for (const auto& [key, value] : *record) out.push_back(Value(key));
  return out;
}

Value Values(Args& args, std::string& mistake) {
  const auto* record = args.size() == 1 ? args[0].As<ir::Record>() : nullptr;
  if (!record) return Wrong(mistake, "`values` needs a map");
  ir::List out;
  for (const auto& [key, value] : *record) out.push_back(value);
  return out;
}

Value Sort(Args& args, std::string& mistake) {
  const auto* list = args.size() == 1 ? args[0].As<ir::List>() : nullptr;
  if (!list) return Wrong(mistake, "`sort` needs a list");
  ir::List out = *list;
  const bool numbers =
      std::all_of(out.begin(), out.end(), [](const Value& v) { return v.As<Quantity>(); });
  const bool texts =
      std::all_of(out.begin(), out.end(), [](const Value& v) { return v.As<std::string>(); });
  if (!numbers && !texts) return Wrong(mistake, "`sort` needs a list of numbers or of texts");
  std::stable_sort(out.begin(), out.end(), [&](const Value& a, const Value& b) {
    return numbers ? a.As<Quantity>()->value < b.As<Quantity>()->value
                   : *a.As<std::string>() < *b.As<std::string>();
  });
  return out;
}

Value Join(Args& args, std::string& mistake) {
  const auto* list = !args.empty() ? args[0].As<ir::List>() : nullptr;
  const auto* between = args.size() == 2 ? args[1].As<std::string>() : nullptr;
  if (!list || !between)
    return Wrong(mistake, "`join` takes a list of texts and a text to put between");
  std::string out;
  for (size_t i = 0; i < list->size(); ++i) {
    const auto* text = (*list)[i].As<std::string>();
    if (!text) return Wrong(mistake, "`join` needs a list of texts");
    out += (i ? *between : "") + *text;
  }
  return out;
}

Value Split(Args& args, std::string& mistake) {
  const auto* text = !args.empty() ? args[0].As<std::string>() : nullptr;
  const auto* at = args.size() == 2 ? args[1].As<std::string>() : nullptr;
  if (!text || !at || at->empty())
    return Wrong(mistake, "`split` takes a text and a text to cut at");
  ir::List out;
  size_t begin = 0;
  for (size_t end = text->find(*at); end != std::string::npos; end = text->find(*at, begin)) {
    out.push_back(Value(text->substr(begin, end - begin)));
    begin = end + at->size();
  }
  out.push_back(Value(text->substr(begin)));
  return out;
}

Value Range(Args& args, std::string& mistake) {
  constexpr double Most = 100'000;
  const auto* from = args.size() == 2 ? args[0].As<Quantity>() : nullptr;
  const auto* to = !args.empty() ? args.back().As<Quantity>() : nullptr;
  if (!to || args.size() > 2 || (args.size() == 2 && !from)) {
    return Wrong(mistake, "`range` takes one or two numbers");
  }
  const double begin = from ? from->value : 0;
  if (to->value - begin > Most) return Wrong(mistake, "`range` gives at most 100000 numbers");
  ir::List out;
  for (double i = begin; i < to->value; ++i) out.push_back(Value(i));
  return out;
}

Value Base64(Args& args, std::string& mistake) {
  const auto* text = args.size() == 1 ? args[0].As<std::string>() : nullptr;
  if (!text) return Wrong(mistake, "`base64` needs a text");
  return llvm::encodeBase64(*text);
}

Value Sha256(Args& args, std::string& mistake) {
  const auto* text = args.size() == 1 ? args[0].As<std::string>() : nullptr;
  if (!text) return Wrong(mistake, "`sha256` needs a text");
  llvm::SHA256 hash;
  hash.update(*text);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

constexpr std::pair<const char*, Function> Functions[] = {
    {"min", &Min},     {"max", &Max},       {"sum", &Sum},       {"len", &Len},
    {"keys", &Keys},   {"values", &Values}, {"sort", &Sort},     {"join", &Join},
    {"split", &Split}, {"range", &Range},   {"base64", &Base64}, {"sha256", &Sha256}};

}  // namespace

std::optional<Value> CallBuiltin(const std::string& name, Args args, std::string& mistake) {
  for (const auto& [known, function] : Functions) {
    if (name == known) return function(args, mistake);
  }
  return std::nullopt;
}

std::vector<std::string> BuiltinNames() {
  std::vector<std::string> names;
  for (const auto& [name, function] : Functions) names.emplace_back(name);
  return names;
}

}  // namespace sprint::sema
