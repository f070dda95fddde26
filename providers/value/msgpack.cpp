#define MSGPACK_NO_BOOST
#include <algorithm>
#include <charconv>
#include <cmath>
#include <msgpack.hpp>
#include <string_view>

#include "providers/value/value.h"

namespace sprint::value {
namespace {

// Values nest at most this deep, as in JSON.
constexpr size_t kMaxDepth = 200;

struct Buffer {
  std::string bytes;
  void write(const char* data, size_t size) { bytes.append(data, size); }
};
using Packer = msgpack::packer<Buffer>;

void Pack(const Value& value, const Type& type, Buffer& out);

void PackText(const std::string& text, Packer& packer) {
  packer.pack_str(static_cast<uint32_t>(text.size()));
  packer.pack_str_body(text.data(), static_cast<uint32_t>(text.size()));
}

// The type a value shows by itself, for attributes that may hold anything.
Type Shown(const Value& value) {
  Type type;
  if (value.As<bool>()) {
    type.kind = Type::Kind::Bool;
  } else if (value.As<int64_t>() || value.As<double>()) {
    type.kind = Type::Kind::Number;
  } else if (value.As<std::string>()) {
    type.kind = Type::Kind::String;
  } else if (const List* list = value.As<List>()) {
    type.kind = Type::Kind::Tuple;
    for (const Value& item : *list) type.items.push_back(Shown(item));
  } else if (const Object* object = value.As<Object>()) {
    type.kind = Type::Kind::Object;
    for (const auto& [key, item] : *object) type.fields.emplace(key, Shown(item));
  }
  return type;
}

// Text where a number is due, when all of it is a number.
Value Numeric(const std::string& text) {
  Result<Value> number = FromJson(text);
  if (number.ok() && (number->As<int64_t>() || number->As<double>())) return *number;
  return text;
}

void PackScalar(const Value& value, Packer& packer) {
  if (const bool* b = value.As<bool>()) {
    *b ? packer.pack_true() : packer.pack_false();
  } else if (const int64_t* n = value.As<int64_t>()) {
    packer.pack_int64(*n);
  } else if (const double* n = value.As<double>()) {
    packer.pack_double(*n);
  } else if (const std::string* text = value.As<std::string>()) {
    PackText(*text, packer);
  }
}

void PackSet(const List& list, const Type& element, Buffer& out) {
  // Sorted by bytes and without repetition, so that equal sets are equal bytes.
  // Elements with unknown parts may turn out different: each is kept.
  struct Item {
    std::string bytes;
    bool unknown;
  };
  std::vector<Item> items;
  for (const Value& value : list) {
    Buffer bytes;
    Pack(value, element, bytes);
    items.push_back({std::move(bytes.bytes), value.HasUnknown()});
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.bytes < b.bytes; });
  auto same = [](const Item& a, const Item& b) { return !a.unknown && a.bytes == b.bytes; };
  items.erase(std::unique(items.begin(), items.end(), same), items.end());
  Packer(out).pack_array(static_cast<uint32_t>(items.size()));
  for (const Item& item : items) out.bytes += item.bytes;
}

void PackList(const List& list, const Type& type, Buffer& out) {
  Type anything;
  if (type.kind == Type::Kind::Set) return PackSet(list, *type.element, out);
  Packer(out).pack_array(static_cast<uint32_t>(list.size()));
  for (size_t i = 0; i < list.size(); ++i) {
    const Type* item = &anything;
    if (type.kind == Type::Kind::List) item = type.element.get();
    if (type.kind == Type::Kind::Tuple && i < type.items.size()) item = &type.items[i];
    Pack(list[i], *item, out);
  }
}

void PackObject(const Object& object, const Type& type, Buffer& out) {
  Packer packer(out);
  if (type.kind == Type::Kind::Object) {
    static const Value kNull;
    packer.pack_map(static_cast<uint32_t>(type.fields.size()));
    for (const auto& [name, field] : type.fields) {
      PackText(name, packer);
      auto it = object.find(name);
      Pack(it == object.end() ? kNull : it->second, field, out);
    }
    return;
  }
  Type anything;
  packer.pack_map(static_cast<uint32_t>(object.size()));
  for (const auto& [key, item] : object) {
    PackText(key, packer);
    Pack(item, type.kind == Type::Kind::Map ? *type.element : anything, out);
  }
}

void Pack(const Value& value, const Type& type, Buffer& out) {
  Packer packer(out);
  if (value.is_null()) {
    packer.pack_nil();
  } else if (value.is_unknown()) {
    packer.pack_ext(1, 0);
    packer.pack_ext_body("\0", 1);
  } else if (type.kind == Type::Kind::Dynamic) {
    Type shown = Shown(value);
    std::string json = TypeToJson(shown);
    packer.pack_array(2);
    packer.pack_bin(static_cast<uint32_t>(json.size()));
    packer.pack_bin_body(json.data(), static_cast<uint32_t>(json.size()));
    Pack(value, shown, out);
  } else if (const List* list = value.As<List>()) {
    PackList(*list, type, out);
  } else if (const Object* object = value.As<Object>()) {
    PackObject(*object, type, out);
  } else if (type.kind == Type::Kind::String && !value.As<std::string>()) {
    PackText(ToJson(value), packer);
  } else if (type.kind == Type::Kind::Number && value.As<std::string>()) {
    PackScalar(Numeric(*value.As<std::string>()), packer);
  } else {
    PackScalar(value, packer);
  }
}

// Builds a Value from the parser's events. No event allocates for a length that was
// only promised, so a short hostile message stays cheap.
class Builder : public msgpack::null_visitor {
 public:
  Value root;
  std::string problem;

  bool visit_nil() { return Add(Value()); }
  bool visit_boolean(bool v) { return Add(Value(v)); }
  bool visit_positive_integer(uint64_t v) {
    if (v <= static_cast<uint64_t>(INT64_MAX)) return Add(Value(static_cast<int64_t>(v)));
    return Add(Value(static_cast<double>(v)));
  }
  bool visit_negative_integer(int64_t v) { return Add(Value(v)); }
  bool visit_float32(float v) { return Add(Value(static_cast<double>(v))); }
  bool visit_float64(double v) { return Add(Value(v)); }
  bool visit_str(const char* v, uint32_t size) {
    if (!stack_.empty() && stack_.back().in_key) {
      stack_.back().key.assign(v, size);
      stack_.back().has_key = true;
      return true;
    }
    return Add(Value(std::string(v, size)));
  }
  bool visit_bin(const char* v, uint32_t size) {
    // Bytes occur only as the type of a dynamic value: [bin(type), value].
    if (!stack_.empty() && !stack_.back().is_map && stack_.back().list.empty()) {
      stack_.back().dynamic = true;
    }
    return Add(Value(std::string(v, size)));
  }
  // Whatever a refinement promises, the value is not known.
  bool visit_ext(const char*, uint32_t) { return Add(Value(Unknown{})); }

  bool start_array(uint32_t) { return Push(false); }
  bool end_array() {
    Frame frame = Pop();
    if (frame.dynamic) {
      if (frame.list.size() != 2) return Fail("dynamic value without its value");
      return Add(std::move(frame.list[1]));
    }
    return Add(Value(std::move(frame.list)));
  }
  bool start_map(uint32_t) { return Push(true); }
  bool start_map_key() {
    stack_.back().in_key = true;
    stack_.back().has_key = false;
    return true;
  }
  bool end_map_key() {
    stack_.back().in_key = false;
    return stack_.back().has_key || Fail("key that is no text");
  }
  bool end_map() { return Add(Value(std::move(Pop().object))); }

  void parse_error(size_t, size_t) { Fail("malformed"); }
  void insufficient_bytes(size_t, size_t) { Fail("truncated"); }

 private:
  struct Frame {
    bool is_map = false, dynamic = false, in_key = false, has_key = false;
    std::string key;
    List list;
    Object object;
  };

  bool Fail(const char* what) {
    if (problem.empty()) problem = what;
    return false;
  }
  bool Push(bool is_map) {
    if (stack_.size() >= kMaxDepth) return Fail("nested too deep");
    if (!stack_.empty() && stack_.back().in_key) return Fail("key that is no text");
    stack_.emplace_back();
    stack_.back().is_map = is_map;
    return true;
  }
  Frame Pop() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    return frame;
  }
  bool Add(Value value) {
    if (stack_.empty()) {
      root = std::move(value);
      return true;
    }
    Frame& frame = stack_.back();
    if (frame.in_key) return Fail("key that is no text");
    if (frame.is_map) {
      frame.object[frame.key] = std::move(value);
    } else {
      frame.list.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Frame> stack_;
};

}  // namespace

std::string ToMsgpack(const Value& value, const Type& type) {
  Buffer out;
  Pack(value, type, out);
  return std::move(out.bytes);
}

Result<Value> FromMsgpack(const std::string& bytes) {
  Builder builder;
  size_t offset = 0;
  try {
    bool done = msgpack::parse(bytes.data(), bytes.size(), offset, builder);
    if (!done && builder.problem.empty()) builder.problem = "truncated";
  } catch (...) {
    builder.problem = "unreadable";
  }
  if (builder.problem.empty() && offset != bytes.size()) builder.problem = "bytes after the value";
  if (!builder.problem.empty()) {
    return Error(ErrorCode::InvalidArgument, "no MessagePack value: " + builder.problem);
  }
  return std::move(builder.root);
}

}  // namespace sprint::value
