#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Base64.h>
#include <llvm/Support/ConvertUTF.h>
#include <llvm/Support/SHA256.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "compiler/sema/evaluate.h"
#include "providers/value/value.h"

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
      return Wrong(mistake, "needs quantities of one dimension");
    if (!best || better(quantity->value, best->value)) best = quantity;
  }
  if (!best) return Wrong(mistake, "needs at least one number");
  return *best;
}

Value Min(Args& args, std::string& mistake) { return Extreme(args, mistake, std::less<>()); }
Value Max(Args& args, std::string& mistake) { return Extreme(args, mistake, std::greater<>()); }

Value Sum(Args& args, std::string& mistake) {
  Quantity total;
  bool first = true;
  for (const Value& item : Items(args)) {
    const auto* quantity = item.As<Quantity>();
    if (!quantity) return Wrong(mistake, "needs numbers");
    if (first)
      total = *quantity;
    else {
      Value next = Arithmetic(ast::BinaryOp::Add, total, *quantity, mistake);
      if (!mistake.empty()) {
        mistake = "needs quantities of one dimension: " + mistake;
        return next;
      }
      total = *next.As<Quantity>();
    }
    first = false;
  }
  return total;
}

Value Len(Args& args, std::string& mistake) {
  if (args.size() != 1) return Wrong(mistake, "takes one argument");
  if (const auto* list = args[0].As<ir::List>()) return static_cast<double>(list->size());
  if (const auto* record = args[0].As<ir::Record>()) return static_cast<double>(record->size());
  if (const auto* text = args[0].As<std::string>()) return static_cast<double>(text->size());
  return Wrong(mistake, "needs a list, a map or a text");
}

Value Keys(Args& args, std::string& mistake) {
  const auto* record = args.size() == 1 ? args[0].As<ir::Record>() : nullptr;
  if (!record) return Wrong(mistake, "needs a map");
  ir::List out;
  for (const auto& [key, value] : *record) out.push_back(Value(key));
  return out;
}

Value Values(Args& args, std::string& mistake) {
  const auto* record = args.size() == 1 ? args[0].As<ir::Record>() : nullptr;
  if (!record) return Wrong(mistake, "needs a map");
  ir::List out;
  for (const auto& [key, value] : *record) out.push_back(value);
  return out;
}

Value Sort(Args& args, std::string& mistake) {
  const auto* list = args.size() == 1 ? args[0].As<ir::List>() : nullptr;
  if (!list) return Wrong(mistake, "needs a list");
  ir::List out = *list;
  const bool numbers =
      std::all_of(out.begin(), out.end(), [](const Value& v) { return v.As<Quantity>(); });
  const bool texts =
      std::all_of(out.begin(), out.end(), [](const Value& v) { return v.As<std::string>(); });
  if (!numbers && !texts) return Wrong(mistake, "needs a list of numbers or of texts");
  std::stable_sort(out.begin(), out.end(), [&](const Value& a, const Value& b) {
    return numbers ? a.As<Quantity>()->value < b.As<Quantity>()->value
                   : *a.As<std::string>() < *b.As<std::string>();
  });
  return out;
}

Value Join(Args& args, std::string& mistake) {
  const auto* list = !args.empty() ? args[0].As<ir::List>() : nullptr;
  const auto* between = args.size() == 2 ? args[1].As<std::string>() : nullptr;
  if (!list || !between) return Wrong(mistake, "takes a list of texts and a text to put between");
  std::string out;
  for (size_t i = 0; i < list->size(); ++i) {
    const auto* text = (*list)[i].As<std::string>();
    if (!text) return Wrong(mistake, "needs a list of texts");
    out += (i ? *between : "") + *text;
  }
  return out;
}

Value Split(Args& args, std::string& mistake) {
  const auto* text = !args.empty() ? args[0].As<std::string>() : nullptr;
  const auto* at = args.size() == 2 ? args[1].As<std::string>() : nullptr;
  if (!text || !at || at->empty()) return Wrong(mistake, "takes a text and a text to cut at");
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
    return Wrong(mistake, "takes one or two numbers");
  }
  const double begin = from ? from->value : 0;
  if (to->value - begin > Most) return Wrong(mistake, "gives at most 100000 numbers");
  ir::List out;
  for (double i = begin; i < to->value; ++i) out.push_back(Value(i));
  return out;
}

Value Base64(Args& args, std::string& mistake) {
  const auto* text = args.size() == 1 ? args[0].As<std::string>() : nullptr;
  if (!text) return Wrong(mistake, "needs a text");
  return llvm::encodeBase64(*text);
}

Value Sha256(Args& args, std::string& mistake) {
  const auto* text = args.size() == 1 ? args[0].As<std::string>() : nullptr;
  if (!text) return Wrong(mistake, "needs a text");
  llvm::SHA256 hash;
  hash.update(*text);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

template <double (*Round)(double)>
Value Rounded(Args& args, std::string& mistake) {
  const auto* number = args.size() == 1 ? args[0].As<Quantity>() : nullptr;
  if (!number) return Wrong(mistake, "needs one number");
  Quantity rounded = *number;
  // In the unit it was written in: round(2.4 min) is 2 min.
  const auto unit = ParseUnit(number->unit);
  const double factor = unit && !number->unit.empty() ? unit->factor : 1;
  rounded.value = Round(number->value / factor) * factor;
  return rounded;
}
double Magnitude(double number) { return std::fabs(number); }
double Down(double number) { return std::floor(number); }
double Up(double number) { return std::ceil(number); }
double Nearest(double number) { return std::round(number); }

template <int (*Change)(int)>
Value Letters(Args& args, std::string& mistake) {
  const auto* text = args.size() == 1 ? args[0].As<std::string>() : nullptr;
  if (!text) return Wrong(mistake, "needs one text");
  std::string out = *text;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(Change(c));
  }
  return out;
}
int Lower(int c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; }
int Upper(int c) { return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c; }

Value Contains(Args& args, std::string& mistake) {
  if (args.size() != 2)
    return Wrong(mistake, "takes a list, a map or a text, and what to look for");
  if (const auto* list = args[0].As<ir::List>()) {
    return std::any_of(list->begin(), list->end(),
                       [&](const Value& v) { return Same(v, args[1]); });
  }
  const auto* part = args[1].As<std::string>();
  if (!part) return Wrong(mistake, "looks for a text in a text or a map");
  if (args[0].As<ir::Record>()) return args[0].Find(*part) != nullptr;
  if (const auto* text = args[0].As<std::string>()) return text->find(*part) != std::string::npos;
  return Wrong(mistake, "takes a list, a map or a text, and what to look for");
}

Value Replace(Args& args, std::string& mistake) {
  const auto* text = args.size() == 3 ? args[0].As<std::string>() : nullptr;
  const auto* old = text ? args[1].As<std::string>() : nullptr;
  const auto* fresh = text ? args[2].As<std::string>() : nullptr;
  if (!old || !fresh || old->empty()) {
    return Wrong(mistake, "takes a text, what to replace in it, and by what");
  }
  std::string out;
  size_t begin = 0;
  for (size_t at = text->find(*old); at != std::string::npos; at = text->find(*old, begin)) {
    out += text->substr(begin, at - begin) + *fresh;
    begin = at + old->size();
  }
  return out + text->substr(begin);
}

// Later maps win.
Value Merge(Args& args, std::string& mistake) {
  ir::Record out;
  for (const Value& arg : args) {
    const auto* record = arg.As<ir::Record>();
    if (!record) return Wrong(mistake, "needs maps");
    for (const auto& [key, value] : *record) {
      const auto old = std::find_if(
          out.begin(), out.end(), [&, &wanted = key](const auto& p) { return p.first == wanted; });
      if (old == out.end())
        out.emplace_back(key, value);
      else
        old->second = value;
    }
  }
  return out;
}

Value Flatten(Args& args, std::string& mistake) {
  const auto* list = args.size() == 1 ? args[0].As<ir::List>() : nullptr;
  if (!list) return Wrong(mistake, "needs a list of lists");
  ir::List out;
  for (const Value& item : *list) {
    const auto* inner = item.As<ir::List>();
    if (!inner) return Wrong(mistake, "needs a list of lists");
    out.insert(out.end(), inner->begin(), inner->end());
  }
  return out;
}

Value Distinct(Args& args, std::string& mistake) {
  const auto* list = args.size() == 1 ? args[0].As<ir::List>() : nullptr;
  if (!list) return Wrong(mistake, "needs a list");
  ir::List out;
  for (const Value& item : *list) {
    if (std::none_of(out.begin(), out.end(), [&](const Value& v) { return Same(v, item); })) {
      out.push_back(item);
    }
  }
  return out;
}

// `%s` any value, `%d` a whole number, `%f` a number, with flags and widths as in C.
Value Format(Args& args, std::string& mistake) {
  const auto* pattern = !args.empty() ? args[0].As<std::string>() : nullptr;
  if (!pattern) return Wrong(mistake, "takes a pattern and what to put into it");
  std::string out;
  size_t next = 1;
  for (size_t i = 0; i < pattern->size(); ++i) {
    if ((*pattern)[i] != '%') {
      out += (*pattern)[i];
      continue;
    }
    const size_t begin = i++;
    if (i < pattern->size() && (*pattern)[i] == '%') {
      out += '%';
      continue;
    }
    i = std::min(pattern->find_first_not_of("0123456789.-+ ", i), pattern->size());
    const char verb = i < pattern->size() ? (*pattern)[i] : '\0';
    const std::string flags = pattern->substr(begin, i - begin);
    if ((verb != 's' && verb != 'd' && verb != 'f') || flags.size() > 8) {
      return Wrong(mistake, "knows `%s`, `%d` and `%f`");
    }
    if (next >= args.size()) return Wrong(mistake, "has more places than values");
    const Value& value = args[next++];
    if (verb == 's') {
      const auto* text = value.As<std::string>();
      out += text ? *text : ir::Show(value);
      continue;
    }
    const auto* number = value.As<Quantity>();
    if (!number) return Wrong(mistake, "needs a number for `%d` and `%f`");
    if (verb == 'd' && std::fabs(number->value) >= 0x1p63) {
      return Wrong(mistake, "has no place for so large a number in `%d`");
    }
    char buffer[512];
    const int written =
        verb == 'd' ? std::snprintf(buffer, sizeof buffer, (flags + "lld").c_str(),
                                    static_cast<long long>(number->value))
                    : std::snprintf(buffer, sizeof buffer, (flags + "f").c_str(), number->value);
    if (written < 0 || written >= static_cast<int>(sizeof buffer)) {
      return Wrong(mistake, "makes no numbers that long");
    }
    out += buffer;
  }
  if (next < args.size()) return Wrong(mistake, "has more values than places");
  return out;
}

bool IsUtf8(const std::string& text) {
  const auto* at = reinterpret_cast<const llvm::UTF8*>(text.data());
  return llvm::isLegalUTF8String(&at, at + text.size());
}

// Values as JSON; a quantity is its number in base units.
bool WriteJson(const Value& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (const bool* flag = value.As<bool>()) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = value.As<Quantity>()) {
    out += FormatNumber(number->value, 17);
  } else if (const auto* text = value.As<std::string>()) {
    if (!IsUtf8(*text)) return false;
    out += value::ToJson(value::Value(*text));
  } else if (const auto* list = value.As<ir::List>()) {
    out += '[';
    for (size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      if (!WriteJson((*list)[i], out)) return false;
    }
    out += ']';
  } else if (const auto* record = value.As<ir::Record>()) {
    out += '{';
    bool first = true;
    for (const auto& [key, field] : *record) {
      if (!first) out += ',';
      first = false;
      WriteJson(Value(key), out);
      out += ':';
      if (!WriteJson(field, out)) return false;
    }
    out += '}';
  } else {
    return false;
  }
  return true;
}

Value Json(Args& args, std::string& mistake) {
  std::string out;
  if (args.size() != 1) return Wrong(mistake, "takes one value");
  if (!WriteJson(args[0], out)) {
    return Wrong(mistake, "needs a value that is known now, no secret, its texts UTF-8");
  }
  return out;
}

constexpr std::pair<const char*, Function> Functions[] = {{"abs", &Rounded<&Magnitude>},
                                                          {"base64", &Base64},
                                                          {"ceil", &Rounded<&Up>},
                                                          {"contains", &Contains},
                                                          {"distinct", &Distinct},
                                                          {"flatten", &Flatten},
                                                          {"floor", &Rounded<&Down>},
                                                          {"format", &Format},
                                                          {"join", &Join},
                                                          {"json", &Json},
                                                          {"keys", &Keys},
                                                          {"len", &Len},
                                                          {"lower", &Letters<&Lower>},
                                                          {"max", &Max},
                                                          {"merge", &Merge},
                                                          {"min", &Min},
                                                          {"range", &Range},
                                                          {"replace", &Replace},
                                                          {"round", &Rounded<&Nearest>},
                                                          {"sha256", &Sha256},
                                                          {"sort", &Sort},
                                                          {"split", &Split},
                                                          {"sum", &Sum},
                                                          {"upper", &Letters<&Upper>},
                                                          {"values", &Values}};

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
  names.emplace_back("file");
  return names;
}

}  // namespace sprint::sema
