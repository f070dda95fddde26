#include "engine/state/record.h"

#include <llvm/ADT/StringExtras.h>

#include <utility>

namespace sprint::state {

namespace {

using value::List;
using value::Object;
using value::Value;

// Private bytes of a provider are any bytes, which JSON texts are not.
std::string ToHex(const std::string& bytes) { return llvm::toHex(bytes, /*LowerCase=*/true); }
std::string FromHex(const std::string& text) {
  std::string bytes;
  return llvm::tryGetFromHex(text, bytes) ? bytes : "";
}

void PutText(Object& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}
void PutNumber(Object& object, const char* key, int64_t number) {
  if (number != 0) object[key] = number;
}
void PutTexts(Object& object, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) object[key] = List(texts.begin(), texts.end());
}
void PutFlag(Object& object, const char* key, bool flag) {
  if (flag) object[key] = true;
}
void PutValue(Object& object, const char* key, const Value& value) {
  if (!value.is_null()) object[key] = value;
}

Value Member(const Value& object, const char* key) {
  const Value* found = object.Find(key);
  return found ? *found : Value();
}
bool Flag(const Value& object, const char* key) {
  const Value* found = object.Find(key);
  const bool* flag = found ? found->As<bool>() : nullptr;
  return flag && *flag;
}
std::vector<std::string> Texts(const Value& object, const char* key) {
  std::vector<std::string> texts;
  const Value* found = object.Find(key);
  const auto* list = found ? found->As<List>() : nullptr;
  if (!list) return texts;
  for (const Value& item : *list) {
    if (const auto* text = item.As<std::string>()) texts.push_back(*text);
  }
  return texts;
}
int64_t Integer(const Value& object, const char* key) {
  const Value* found = object.Find(key);
  const auto* number = found ? found->As<int64_t>() : nullptr;
  return number ? *number : 0;
}

}  // namespace

Value ToValue(const Record& record) {
  Object object{{"address", record.address}, {"type", record.type}, {"provider", record.provider}};
  PutValue(object, "attributes", record.attributes);
  PutText(object, "private", ToHex(record.private_bytes));
  PutNumber(object, "schema_version", record.schema_version);
  PutTexts(object, "dependencies", record.dependencies);
  PutTexts(object, "sensitive", record.sensitive);
  PutValue(object, "let_be", record.let_be);
  PutFlag(object, "tainted", record.tainted);
  PutFlag(object, "unready", record.unready);
  PutText(object, "due", record.due);
  PutText(object, "tag", record.tag);
  PutFlag(object, "protect", record.lifecycle.protect);
  PutFlag(object, "retain", record.lifecycle.retain);
  PutFlag(object, "create_before_destroy", record.lifecycle.create_before_destroy);
  List deposed;
  for (const Deposed& old : record.deposed) {
    Object entry{{"key", old.key}};
    PutValue(entry, "attributes", old.attributes);
    PutText(entry, "private", ToHex(old.private_bytes));
    PutNumber(entry, "schema_version", old.schema_version);
    PutText(entry, "tag", old.tag);
    deposed.push_back(std::move(entry));
  }
  if (!deposed.empty()) object["deposed"] = std::move(deposed);
  return object;
}

Result<Record> RecordFromValue(const Value& value) {
  Record record;
  record.address = value.Text("address");
  record.type = value.Text("type");
  record.provider = value.Text("provider");
  if (record.address.empty() || record.type.empty() || record.provider.empty()) {
    return Error(ErrorCode::Protocol, "the state holds a record that is none");
  }
  record.attributes = Member(value, "attributes");
  record.private_bytes = FromHex(value.Text("private"));
  record.schema_version = Integer(value, "schema_version");
  record.dependencies = Texts(value, "dependencies");
  record.sensitive = Texts(value, "sensitive");
  record.let_be = Member(value, "let_be");
  record.tainted = Flag(value, "tainted");
  record.unready = Flag(value, "unready");
  record.due = value.Text("due");
  record.tag = value.Text("tag");
  record.lifecycle = {Flag(value, "protect"), Flag(value, "retain"),
                      Flag(value, "create_before_destroy")};
  if (const Value* deposed = value.Find("deposed"); deposed && deposed->As<List>()) {
    for (const Value& entry : *deposed->As<List>()) {
      record.deposed.push_back({entry.Text("key"), Member(entry, "attributes"),
                                FromHex(entry.Text("private")), Integer(entry, "schema_version"),
                                entry.Text("tag")});
    }
  }
  return record;
}

Value ToValue(const Intent& intent) {
  Object object{{"action", intent.action}, {"object", ToValue(intent.object)}};
  PutText(object, "deposed", intent.deposed);
  PutValue(object, "config", intent.config);
  PutNumber(object, "begun", intent.begun);
  return object;
}

Result<Intent> IntentFromValue(const Value& value) {
  Intent intent;
  intent.action = value.Text("action");
  if (intent.action != "create" && intent.action != "update" && intent.action != "delete") {
    return Error(ErrorCode::Protocol, "the journal holds an entry that is none");
  }
  SPRINT_ASSIGN_OR_RETURN(intent.object, RecordFromValue(Member(value, "object")));
  intent.deposed = value.Text("deposed");
  intent.config = Member(value, "config");
  intent.begun = Integer(value, "begun");
  return intent;
}

value::Value ToValue(const std::vector<Refusal>& refusals) {
  value::List list;
  for (const Refusal& one : refusals) {
    list.push_back(value::Object{{"zone", one.zone},
                                 {"pool", one.pool},
                                 {"count", one.count},
                                 {"reason", one.reason},
                                 {"text", one.text},
                                 {"until", one.until}});
  }
  return list;
}

Result<std::vector<Refusal>> RefusalsFromValue(const value::Value& value) {
  const auto* list = value.As<value::List>();
  if (!list) return Error(ErrorCode::Protocol, "no list of refusals");
  std::vector<Refusal> refusals;
  for (const value::Value& item : *list) {
    Refusal one{item.Text("zone"),   item.Text("pool"), item.Whole("count"),
                item.Text("reason"), item.Text("text"), item.Whole("until")};
    if (one.zone.empty() || one.pool.empty()) {
      return Error(ErrorCode::Protocol, "a refusal of nothing");
    }
    refusals.push_back(std::move(one));
  }
  return refusals;
}

}  // namespace sprint::state
