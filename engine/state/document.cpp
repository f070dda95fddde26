#include "engine/state/document.h"

#include <algorithm>

#include "engine/secrets/crypto.h"
#include "engine/secrets/guard.h"
#include "engine/state/edit.h"

namespace sprint::state {
namespace {

using value::List;
using value::Object;
using value::Value;

constexpr const char* FormatName = "sprint-state";
constexpr int64_t Version = 1;
constexpr std::string_view Bound = "sprint state document";  // nothing else opens as one

Error Wrong(const std::string& why) {
  return Error(ErrorCode::InvalidArgument, "this is no exported state: " + why);
}

Object Head() { return {{"format", FormatName}, {"version", Version}}; }

// Puts what may be seen of `attributes` in their place, and notes what is not as it was.
void Hide(Value& attributes, const std::vector<std::string>& sensitive, const std::string& where,
          std::vector<std::string>& masked) {
  Value shown = Shown(attributes, sensitive);
  if (shown == attributes) return;
  const auto* before = attributes.As<Object>();
  if (before && shown.As<Object>()) {
    for (const auto& [name, value] : *before) {
      if (!(*shown.Find(name) == value)) masked.push_back(where + "." + name);
    }
  } else {
    masked.push_back(where);
  }
  attributes = std::move(shown);
}

void HidePrivate(std::string& bytes, const std::string& where, std::vector<std::string>& masked) {
  if (bytes.empty()) return;
  bytes.clear();
  masked.push_back(where + ".private");
}

void Hide(Record& record, std::vector<std::string>& masked) {
  Hide(record.attributes, record.sensitive, record.address, masked);
  HidePrivate(record.private_bytes, record.address, masked);
  for (Deposed& old : record.deposed) {
    const std::string where = record.address + " (deposed " + old.key + ")";
    Hide(old.attributes, record.sensitive, where, masked);
    HidePrivate(old.private_bytes, where, masked);
  }
}

Result<int64_t> Integer(const Value& value, const char* name) {
  const Value* member = value.Find(name);
  const auto* number = member ? member->As<int64_t>() : nullptr;
  if (!number || *number < 0) return Wrong(std::string("`") + name + "` is no number of it");
  return *number;
}

Result<List> TakeList(const Value& value, const char* name) {
  const Value* member = value.Find(name);
  const auto* list = member ? member->As<List>() : nullptr;
  if (!list) return Wrong(std::string("`") + name + "` is no list");
  return *list;
}

// Without members that say what is so anyway.
Value WithoutDefaults(const Value& value) {
  Value plain = value;
  if (auto* object = plain.As<Object>()) {
    std::erase_if(*object, [](const auto& member) {
      const Value& is = member.second;
      return is.is_null() || is == Value(false) || is == Value(0) || is == Value("") ||
             is == Value(List{});
    });
  }
  return plain;
}

// What was read gives the same document again: nothing in it went by unseen.
template <typename Read>
Status SameAgain(const Value& document, const Read& read, const std::string& what) {
  if (WithoutDefaults(ToValue(read)) == WithoutDefaults(document)) return Ok();
  return Wrong(what + " holds what this sprint does not know");
}

Result<Record> ReadRecord(const Value& value) {
  auto record = RecordFromValue(value);
  if (!record.ok()) return Wrong("one of `resources` is none");
  SPRINT_RETURN_IF_ERROR(SameAgain(value, *record, "`" + record->address + "`"));
  if (record->attributes.HasUnknown()) {
    return Wrong("`" + record->address + "` has an attribute that is not known");
  }
  return record;
}

Result<Intent> ReadIntent(const Value& value) {
  SPRINT_ASSIGN_OR_RETURN(const int64_t id, Integer(value, "id"));
  Value rest = value;
  rest.As<Object>()->erase("id");
  auto intent = IntentFromValue(rest);
  if (!intent.ok()) return Wrong("one of `open` is none");
  SPRINT_RETURN_IF_ERROR(SameAgain(rest, *intent, "the call on `" + intent->object.address + "`"));
  intent->id = id;
  return intent;
}

Result<Document> FromValue(const Value& value) {
  Document document;
  Snapshot& snapshot = document.snapshot;
  for (const auto& [name, member] : *value.As<Object>()) {
    constexpr const char* Known[] = {"format", "version",   "lineage", "serial",
                                     "open",   "resources", "masked"};
    if (std::find(std::begin(Known), std::end(Known), name) == std::end(Known)) {
      return Wrong("`" + name + "` means nothing in it");
    }
  }
  snapshot.lineage = value.Text("lineage");
  if (snapshot.lineage.empty()) return Wrong("it has no lineage");
  SPRINT_ASSIGN_OR_RETURN(snapshot.serial, Integer(value, "serial"));
  SPRINT_ASSIGN_OR_RETURN(const List resources, TakeList(value, "resources"));
  for (const Value& resource : resources) {
    SPRINT_ASSIGN_OR_RETURN(Record record, ReadRecord(resource));
    std::string address = record.address;
    if (!snapshot.records.emplace(address, std::move(record)).second) {
      return Wrong("`" + address + "` is in it twice");
    }
  }
  if (value.Find("open")) {
    SPRINT_ASSIGN_OR_RETURN(const List open, TakeList(value, "open"));
    for (const Value& call : open) {
      SPRINT_ASSIGN_OR_RETURN(Intent intent, ReadIntent(call));
      if (!snapshot.open.empty() && snapshot.open.back().id >= intent.id) {
        return Wrong("its open calls are not in their order");
      }
      snapshot.open.push_back(std::move(intent));
    }
  }
  if (value.Find("masked")) {
    SPRINT_ASSIGN_OR_RETURN(const List masked, TakeList(value, "masked"));
    for (const Value& where : masked) {
      const auto* text = where.As<std::string>();
      if (!text) return Wrong("`masked` is no list of names");
      document.masked.push_back(*text);
    }
  }
  if (Status good = Check(snapshot); !good.ok()) return Wrong(good.error().message());
  return document;
}

}  // namespace

Value Shown(const Value& attributes, const std::vector<std::string>& sensitive) {
  Value shown = secrets::Masked(attributes);
  auto* object = shown.As<Object>();
  for (const std::string& name : sensitive) {
    if (!object) break;
    const auto found = object->find(name);
    if (found != object->end() && !found->second.is_null()) found->second = "(sensitive)";
  }
  return shown;
}

Document Mask(const Snapshot& snapshot) {
  Document document{snapshot, {}};
  for (auto& [address, record] : document.snapshot.records) Hide(record, document.masked);
  for (Intent& intent : document.snapshot.open) {
    Hide(intent.object, document.masked);
    Hide(intent.config, intent.object.sensitive, intent.object.address + " (open)",
         document.masked);
  }
  return document;
}

bool HoldsSecrets(const Snapshot& snapshot) {
  std::vector<std::string> found;
  const auto look = [&](Record record) {
    record.private_bytes.clear();
    for (Deposed& old : record.deposed) old.private_bytes.clear();
    Hide(record, found);
  };
  for (const auto& [address, record] : snapshot.records) look(record);
  for (const Intent& intent : snapshot.open) {
    look(intent.object);
    if (!(secrets::Masked(intent.config) == intent.config)) return true;
  }
  return !found.empty();
}

bool Same(const Snapshot& a, const Snapshot& b) {
  return ToText(Document{a, {}}) == ToText(Document{b, {}});
}

std::string ToText(const Document& document) {
  const Snapshot& snapshot = document.snapshot;
  Object object = Head();
  object["lineage"] = snapshot.lineage;
  object["serial"] = snapshot.serial;
  List resources, open;
  for (const auto& [address, record] : snapshot.records) resources.push_back(ToValue(record));
  for (const Intent& intent : snapshot.open) {
    Value call = ToValue(intent);
    (*call.As<Object>())["id"] = intent.id;
    open.push_back(std::move(call));
  }
  object["resources"] = std::move(resources);
  if (!open.empty()) object["open"] = std::move(open);
  if (!document.masked.empty()) {
    object["masked"] = List(document.masked.begin(), document.masked.end());
  }
  return value::ToJson(std::move(object), /*pretty=*/true) + "\n";
}

Result<Document> DocumentFromText(const std::string& text, const AskKey& ask) {
  const auto parsed = value::FromJson(text);
  if (!parsed.ok()) return Wrong(parsed.error().message());
  if (parsed->Text("format") != FormatName) {
    return Wrong(std::string("its `format` is not `") + FormatName + "`");
  }
  SPRINT_ASSIGN_OR_RETURN(const int64_t version, Integer(*parsed, "version"));
  if (version != Version) {
    return Wrong("it is of version " + std::to_string(version) + ", and this sprint knows " +
                 std::to_string(Version));
  }
  if (!parsed->Find("sealed")) return FromValue(*parsed);
  if (!ask) return Error(ErrorCode::Denied, "the exported state is sealed, and no key was given");
  const Value* locked = parsed->Find("keyring");
  if (!locked) return Wrong("it is sealed and has no `keyring`");
  SPRINT_ASSIGN_OR_RETURN(std::string key, ask());
  auto keyring = secrets::Keyring::Unlock(*locked, key);
  secrets::Wipe(key);
  if (!keyring.ok()) return keyring.TakeError().While("opening the sealed document");
  auto plain = [&]() -> Result<std::string> {
    SPRINT_ASSIGN_OR_RETURN(const std::string sealed, secrets::FromBase64(parsed->Text("sealed")));
    return keyring->Unseal(sealed, Bound);
  }();
  if (!plain.ok()) return Wrong(plain.error().message());
  SPRINT_ASSIGN_OR_RETURN(Document document, DocumentFromText(*plain));
  document.keyring = keyring.TakeValue();
  document.locked = *locked;
  return document;
}

std::string Seal(const Document& document, const secrets::Keyring& keyring, const Value& locked) {
  Object object = Head();
  object["keyring"] = locked;
  object["sealed"] = secrets::ToBase64(keyring.Seal(ToText(document), Bound));
  return value::ToJson(std::move(object), /*pretty=*/true) + "\n";
}

}  // namespace sprint::state
