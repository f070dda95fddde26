#include "engine/plan/show.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "compiler/support/quantity.h"

namespace sprint::plan {

namespace {

using value::Value;

constexpr const char* Later = "(known after apply)";
constexpr const char* Masked = "(sensitive)";
// Of a list or map more lines than this say no more.
constexpr size_t MostLines = 12;
constexpr size_t Width = 72;

// 1234567 as "1,234,567".
std::string Grouped(size_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

// The first place at or before `at` where no character is cut in two (UTF-8).
size_t Whole(const std::string& text, size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

std::string Quoted(const std::string& text) { return value::ToJson(Value(text)); }

std::string ShowText(const std::string& text, size_t width) {
  const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  if (text.size() <= width && lines == 0) return Quoted(text);
  const size_t end = Whole(text, std::min({text.size(), text.find('\n'), width * 2 / 3}));
  return Quoted(text.substr(0, end) + "…") + " (" +
         (lines > 0 ? Grouped(lines + 1) + " lines, " : "") + Grouped(text.size()) + " characters)";
}

bool IsName(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(),
                                     [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}
std::string Key(const std::string& key) { return IsName(key) ? key : Quoted(key); }

// Appends `value` until `out` is longer than `width`; then the rest does not matter.
void Append(const Value& value, size_t width, std::string& out) {
  if (out.size() > width) return;
  if (value.is_unknown()) {
    out += Later;
  } else if (value.is_null()) {
    out += "null";
  } else if (const auto* text = value.As<std::string>()) {
    out += ShowText(*text, width);
  } else if (const auto* list = value.As<value::List>()) {
    out += "[";
    for (size_t i = 0; i < list->size() && out.size() <= width; ++i) {
      if (i > 0) out += ", ";
      Append((*list)[i], width, out);
    }
    out += "]";
  } else if (const auto* object = value.As<value::Object>()) {
    if (object->empty()) {
      out += "{ }";
      return;
    }
    out += "{ ";
    bool first = true;
    for (const auto& [key, field] : *object) {
      if (!first) out += ", ";
      first = false;
      out += Key(key) + " = ";
      Append(field, width, out);
      if (out.size() > width) break;
    }
    out += " }";
  } else {
    out += value::ToJson(value);
  }
}

// The number of base units in `unit`, as the user would write it; "" if it is none.
std::string InUnit(const Value& value, const std::string& unit) {
  const auto info = unit.empty() ? std::nullopt : ParseUnit(unit);
  const bool number = value.As<int64_t>() || value.As<double>();
  if (!info || !number) return "";
  const double base =
      value.As<double>() ? *value.As<double>() : static_cast<double>(*value.As<int64_t>());
  return FormatNumber(base / info->factor, 15) + " " + unit;
}

std::string One(const Value& value, const Showing& how) {
  if (value.is_null()) return "null";
  if (how.sensitive) return Masked;
  if (value.is_unknown() && how.phase >= 0) {
    return "(known after phase " + std::to_string(how.phase) + ")";
  }
  if (std::string text = InUnit(value, how.unit); !text.empty()) return text;
  return ShowValue(value, Width);
}

const char* Mark(const Showing& how) { return how.forcing ? "  # forces replacement" : ""; }

std::string Line(size_t indent, const std::string& sign, const std::string& text) {
  return std::string(indent, ' ') + sign + text + "\n";
}

std::string More(size_t indent, size_t count, const char* what) {
  return Line(indent, "# ", Grouped(count) + " " + what);
}

// Two long texts around where they differ.
std::string TextChange(const std::string& before, const std::string& after) {
  const size_t shorter = std::min(before.size(), after.size());
  size_t front = 0;
  while (front < shorter && before[front] == after[front]) ++front;
  size_t back = 0;
  while (back < shorter - front &&
         before[before.size() - 1 - back] == after[after.size() - 1 - back]) {
    ++back;
  }
  constexpr size_t Context = 16;
  const size_t begin = Whole(after, front > Context ? front - Context : 0);
  const auto part = [&](const std::string& text) {
    const size_t end = Whole(text, std::min(text.size(), text.size() - back + Context));
    const size_t most = std::min(end - std::min(begin, end), Width);
    const size_t stop = Whole(text, begin + most);
    return Quoted((begin > 0 ? "…" : "") + text.substr(begin, stop - begin) +
                  (stop < text.size() ? "…" : ""));
  };
  return part(before) + " -> " + part(after) + " (" + Grouped(after.size()) + " characters)";
}

std::string MapChange(const value::Object& before, const value::Object& after, size_t indent) {
  std::string text;
  size_t same = 0, lines = 0, hidden = 0;
  std::set<std::string> keys;
  for (const auto* side : {&before, &after}) {
    for (const auto& [key, field] : *side) keys.insert(key);
  }
  for (const std::string& key : keys) {
    const auto a = before.find(key), b = after.find(key);
    if (a != before.end() && b != after.end() && a->second == b->second) {
      ++same;
    } else if (lines == MostLines) {
      ++hidden;
    } else {
      ++lines;
      if (a == before.end()) {
        text += Line(indent, "+ ", Key(key) + " = " + ShowValue(b->second, Width));
      } else if (b == after.end()) {
        text += Line(indent, "- ", Key(key) + " = " + ShowValue(a->second, Width));
      } else {
        text += ShowChange("~ " + Key(key), a->second, b->second, {}, indent);
      }
    }
  }
  if (hidden > 0) text += More(indent, hidden, "more changes");
  if (same > 0) text += More(indent, same, "unchanged");
  return text;
}

std::string ListChange(const value::List& before, const value::List& after, size_t indent) {
  const size_t shorter = std::min(before.size(), after.size());
  size_t front = 0;
  while (front < shorter && before[front] == after[front]) ++front;
  size_t back = 0;
  while (back < shorter - front &&
         before[before.size() - 1 - back] == after[after.size() - 1 - back]) {
    ++back;
  }
  std::string text;
  size_t lines = 0, hidden = 0;
  const auto side = [&](const value::List& list, const char* sign) {
    for (size_t i = front; i + back < list.size(); ++i) {
      if (lines == MostLines) {
        hidden += list.size() - back - i;
        return;
      }
      ++lines;
      text += Line(indent, sign, ShowValue(list[i], Width));
    }
  };
  side(before, "- ");
  side(after, "+ ");
  if (hidden > 0) text += More(indent, hidden, "more changes");
  if (front + back > 0) text += More(indent, front + back, "unchanged");
  return text;
}

}  // namespace

std::string ShowValue(const Value& value, size_t width) {
  std::string text;
  Append(value, width, text);
  if (value.As<std::string>() || text.size() <= width + 1) return text;
  // Too long for a line: say what it is and how much of it there is.
  const auto* list = value.As<value::List>();
  const auto* object = value.As<value::Object>();
  const size_t count = list ? list->size() : object ? object->size() : 0;
  const size_t end = Whole(text, width * 2 / 3);
  return text.substr(0, end) + "… " + (list ? "]" : "}") + " (" + Grouped(count) +
         (list ? count == 1 ? " element)" : " elements)" : " fields)");
}

std::string ShowNew(const std::string& name, const Value& value, const Showing& how,
                    size_t indent) {
  const auto* object = value.As<value::Object>();
  std::string line;
  Append(value, Width, line);
  if (!object || how.sensitive || line.size() <= Width) {
    return Line(indent, "", name + " = " + One(value, how) + Mark(how));
  }
  std::string text = Line(indent, "", name + " = {" + Mark(how));
  size_t lines = 0;
  for (const auto& [key, field] : *object) {
    if (lines++ == MostLines) {
      text += More(indent + 2, object->size() - MostLines, "more");
      break;
    }
    text += ShowNew(Key(key), field, {}, indent + 2);
  }
  return text + Line(indent, "", "}");
}

std::string ShowChange(const std::string& name, const Value& before, const Value& after,
                       const Showing& how, size_t indent) {
  const auto inside = [&](char open, const std::string& lines, char close) {
    return Line(indent, "", name + " = " + open + Mark(how)) + lines +
           Line(indent, "", std::string(1, close));
  };
  if (!how.sensitive) {
    const auto *a = before.As<value::Object>(), *b = after.As<value::Object>();
    if (a && b) return inside('{', MapChange(*a, *b, indent + 2), '}');
    const auto *c = before.As<value::List>(), *d = after.As<value::List>();
    if (c && d) return inside('[', ListChange(*c, *d, indent + 2), ']');
    const auto *e = before.As<std::string>(), *f = after.As<std::string>();
    if (e && f && std::max(e->size(), f->size()) > Width / 2) {
      return Line(indent, "", name + " = " + TextChange(*e, *f) + Mark(how));
    }
  }
  return Line(indent, "", name + " = " + One(before, how) + " -> " + One(after, how) + Mark(how));
}

}  // namespace sprint::plan
