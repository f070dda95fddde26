#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "providers/value/value.h"

// Whatever the bytes: JSON, MessagePack and types are read or refused, and what was read
// is the same after it was written and read again.
namespace {

using sprint::Result;
using sprint::value::Type;
using sprint::value::Value;

[[noreturn]] void Fail(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s\n%s\n", what, text.c_str());
  std::abort();
}

// Numbers that JSON has no word for, and nothing compares with.
bool HasStrangeNumber(const Value& value) {
  if (const double* number = value.As<double>()) return !std::isfinite(*number);
  if (const auto* list = value.As<sprint::value::List>()) {
    for (const Value& item : *list) {
      if (HasStrangeNumber(item)) return true;
    }
  }
  if (const auto* object = value.As<sprint::value::Object>()) {
    for (const auto& [key, item] : *object) {
      if (HasStrangeNumber(item)) return true;
    }
  }
  return false;
}

void ReadJson(const std::string& bytes) {
  const Result<Value> first = sprint::value::FromJson(bytes);
  if (!first.ok()) return;
  const std::string text = sprint::value::ToJson(*first);
  const Result<Value> second = sprint::value::FromJson(text);
  if (!second.ok() || !(*second == *first)) Fail("JSON does not survive", text);
  const Result<Value> pretty = sprint::value::FromJson(sprint::value::ToJson(*first, true));
  if (!pretty.ok() || !(*pretty == *first)) Fail("pretty JSON does not survive", text);
}

void ReadMsgpack(const std::string& bytes) {
  const Result<Value> first = sprint::value::FromMsgpack(bytes);
  if (!first.ok() || HasStrangeNumber(*first)) return;
  // Of the dynamic type the wire form is a pair of type and value, so compare from there.
  const Result<Value> second = sprint::value::FromMsgpack(sprint::value::ToMsgpack(*first, Type{}));
  if (!second.ok()) Fail("MessagePack does not survive", sprint::value::ToJson(*first));
}

void ReadType(const std::string& bytes) {
  const Result<Type> first = sprint::value::TypeFromJson(bytes);
  if (!first.ok()) return;
  const std::string text = sprint::value::TypeToJson(*first);
  const Result<Type> second = sprint::value::TypeFromJson(text);
  if (!second.ok() || sprint::value::TypeToJson(*second) != text) {
    Fail("a type does not survive", text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  ReadJson(bytes);
  ReadMsgpack(bytes);
  ReadType(bytes);
  return 0;
}
