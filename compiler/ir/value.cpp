#include "compiler/ir/value.h"

namespace sprint::ir {
namespace {

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    out += c;
  }
  return out + "\"";
}

struct Shower {
  std::string operator()(const Null&) const { return "null"; }
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(const Quantity& q) const { return Format(q); }
  std::string operator()(const std::string& t) const { return Quoted(t); }
  std::string operator()(const Ref& r) const { return r.name; }
  std::string operator()(const Later& l) const { return "later " + l.address + "." + l.path; }
  std::string operator()(const SecretRef& s) const { return "secret " + s.name; }
  std::string operator()(const Poison&) const { return "?"; }
  std::string operator()(const Join& j) const {
    std::string out;
    for (const Value& piece : j.pieces) {
      const auto* text = piece.As<std::string>();
      out += text ? *text : "{" + Show(piece) + "}";
    }
    return "\"" + out + "\"";
  }
  std::string operator()(const List& list) const {
    std::string out = "[";
    for (const Value& item : list) out += (out.size() > 1 ? ", " : "") + Show(item);
    return out + "]";
  }
  std::string operator()(const Record& record) const {
    std::string out = "{ ";
    bool first = true;
    for (const auto& [key, value] : record) {
      if (!first) out += ", ";
      first = false;
      out += key + " = " + Show(value);
    }
    return out + " }";
  }
};

}  // namespace

std::string Show(const Value& value) { return std::visit(Shower{}, value.data); }

}  // namespace sprint::ir
