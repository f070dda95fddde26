#include "engine/exchange/json_reader.h"

#include <algorithm>
#include <cmath>

namespace sprint::exchange::space4ai {

using value::List;
using value::Object;
using value::Value;

namespace {

constexpr size_t MostNotes = 50;
constexpr double Large = 1e15;  // no number of such a file is meant to be larger

// c2 before c10.
bool Naturally(const std::string& a, const std::string& b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a[i]) || !digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    size_t m = i, n = j;
    while (m < a.size() && digit(a[m])) ++m;
    while (n < b.size() && digit(b[n])) ++n;
    if (m - i != n - j) return m - i < n - j;
    if (const int order = a.compare(i, m - i, b, j, n - j); order != 0) return order < 0;
    i = m, j = n;
  }
  if ((i == a.size()) != (j == b.size())) return i == a.size();
  return a < b;  // c01 and c1
}

void Add(std::vector<Note>& notes, std::string place, std::string message) {
  if (notes.size() < MostNotes)
    notes.push_back({std::move(place), std::move(message)});
  else if (notes.size() == MostNotes)
    notes.push_back({"", "and more like these"});
}

std::string Join(const std::string& place, const std::string& key) {
  return place.empty() ? key : place + "." + key;
}
}  // namespace

std::vector<std::string> Keys(const Object& object) {
  std::vector<std::string> keys;
  for (const auto& [key, member] : object) keys.push_back(key);
  std::sort(keys.begin(), keys.end(), Naturally);
  return keys;
}

std::string Number(double number) { return value::ToJson(Value(number)); }

void JsonReader::Bad(std::string place, std::string message) {
  Add(errors_, std::move(place), std::move(message));
}
void JsonReader::Warn(std::string place, std::string message) {
  Add(warnings_, std::move(place), std::move(message));
}

void JsonReader::Unknown(const Object& object, const std::string& place,
                         const std::set<std::string>& known) {
  for (const auto& [key, member] : object) {
    if (!known.contains(key)) Warn(Join(place, key), "this key is not known, and left out");
  }
}

const Object* JsonReader::ObjectOf(const Object& in, const std::string& key,
                                   const std::string& place, bool required) {
  const auto found = in.find(key);
  if (found == in.end()) {
    if (required) Bad(Join(place, key), "this is missing");
    return nullptr;
  }
  const Object* object = found->second.As<Object>();
  if (!object) Bad(Join(place, key), "an object is due");
  return object;
}

std::optional<double> JsonReader::Plain(const Value& member, const std::string& place,
                                        Range range) {
  double number = 0;
  if (const auto* whole = member.As<int64_t>())
    number = static_cast<double>(*whole);
  else if (const auto* real = member.As<double>())
    number = *real;
  else {
    Bad(place, "a number is due");
    return std::nullopt;
  }
  if (!(std::fabs(number) <= Large)) {
    Bad(place, "this number is too large to be meant");
    return std::nullopt;
  }
  if ((range == Above && number <= 0) || (range == NotBelow && number < 0)) {
    Bad(place, Number(number) + " is too little: " +
                   (range == Above ? "more than 0 is due" : "0 or more is due"));
    return std::nullopt;
  }
  return number;
}

double JsonReader::NumberOf(const Object& in, const std::string& key, const std::string& place,
                            double otherwise, Range range, bool required) {
  const auto found = in.find(key);
  if (found == in.end()) {
    if (required) Bad(Join(place, key), "this is missing");
    return otherwise;
  }
  return Plain(found->second, Join(place, key), range).value_or(otherwise);
}

double JsonReader::Share(const Object& in, const std::string& key, const std::string& place) {
  const double share = NumberOf(in, key, place, 0, NotBelow);
  if (share <= 1) return share;
  Bad(Join(place, key), Number(share) + " is too much for a probability");
  return 0;
}

std::vector<std::string> JsonReader::NamesIn(const Object& in, const std::string& key,
                                             const std::string& place) {
  const auto found = in.find(key);
  if (found == in.end()) {
    Bad(Join(place, key), "this is missing");
    return {};
  }
  if (const auto* one = found->second.As<std::string>()) {
    return one->empty() ? std::vector<std::string>() : std::vector<std::string>{*one};
  }
  std::vector<std::string> names;
  const List* list = found->second.As<List>();
  if (!list) {
    Bad(Join(place, key), "a list of names is due");
    return {};
  }
  for (const Value& item : *list) {
    if (const auto* name = item.As<std::string>())
      names.push_back(*name);
    else
      Bad(Join(place, key), "a list of names is due");
  }
  return names;
}

std::vector<double> JsonReader::NumbersIn(const Object& in, const std::string& key,
                                          const std::string& place) {
  const auto found = in.find(key);
  if (found == in.end()) {
    Bad(Join(place, key), "this is missing");
    return {};
  }
  std::vector<double> numbers;
  if (const List* list = found->second.As<List>()) {
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string at = Join(place, key) + "[" + std::to_string(i) + "]";
      numbers.push_back(Plain((*list)[i], at, NotBelow).value_or(0));
    }
  } else if (const auto number = Plain(found->second, Join(place, key), NotBelow)) {
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace sprint::exchange::space4ai
