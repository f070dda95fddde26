#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/exchange/space4ai.h"
#include "providers/value/value.h"

namespace sprint::exchange::space4ai {

// Members of JSON objects as what they should be. Whatever is wrong with them is noted with
// its place, `Components.c1.s1`, and something harmless given instead. Beyond fifty
// errors or warnings the rest is only counted as more of them.
class JsonReader {
 public:
  enum Range { NotBelow, Above };  // 0

  void Bad(std::string place, std::string message);
  void Warn(std::string place, std::string message);
  // Warns of every key that is not `known`.
  void Unknown(const value::Object& object, const std::string& place,
               const std::set<std::string>& known);

  // The member as an object; null after reporting.
  const value::Object* ObjectOf(const value::Object& in, const std::string& key,
                                const std::string& place, bool required = true);
  // A number within the range, and of a size that can be meant.
  std::optional<double> Plain(const value::Value& member, const std::string& place, Range range);
  double NumberOf(const value::Object& in, const std::string& key, const std::string& place,
                  double otherwise, Range range, bool required = true);
  // A number from 0 to 1.
  double Share(const value::Object& in, const std::string& key, const std::string& place);
  // A list of names, or in older files one of them; "" is none.
  std::vector<std::string> NamesIn(const value::Object& in, const std::string& key,
                                   const std::string& place);
  // A list of numbers that are not negative, or one.
  std::vector<double> NumbersIn(const value::Object& in, const std::string& key,
                                const std::string& place);

  const std::vector<Note>& errors() const { return errors_; }
  const std::vector<Note>& warnings() const { return warnings_; }

 private:
  std::vector<Note> errors_, warnings_;
};

// The keys of an object in the order people count: c2 before c10.
std::vector<std::string> Keys(const value::Object& object);
// As JSON has it.
std::string Number(double number);

}  // namespace sprint::exchange::space4ai
