#include "engine/exchange/tofu_state.h"

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/support/address.h"
#include "engine/secrets/crypto.h"

namespace sprint::exchange {
namespace {

using value::List;
using value::Object;
using value::Value;

constexpr int64_t Version = 4;

Error Wrong(const std::string& why) {
  return Error(ErrorCode::InvalidArgument,
               "the Terraform or OpenTofu state cannot be read: " + why);
}

// The member, or nothing when it is left out; an error when it is of another type.
template <typename T>
Result<std::optional<T>> Take(const Value& value, const char* name) {
  const Value* member = value.Find(name);
  if (!member || member->is_null()) return std::optional<T>();
  if (const T* typed = member->As<T>()) return std::optional<T>(*typed);
  return Wrong(std::string("`") + name + "` is not of its type");
}

template <typename T>
Result<T> TakeOr(const Value& value, const char* name, T otherwise) {
  SPRINT_ASSIGN_OR_RETURN(std::optional<T> taken, Take<T>(value, name));
  return taken ? std::move(*taken) : std::move(otherwise);
}

std::string Named(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// `module.a["x"].module.b` to `a["x"].b`; the bare one has no indices, as in dependencies.
struct Module {
  std::string here, bare;
};
Result<Module> ReadModule(const std::string& text) {
  constexpr std::string_view Word = "module.";
  Module module;
  size_t at = 0;
  while (at < text.size()) {
    if (text.compare(at, Word.size(), Word) != 0) return Wrong("`" + text + "` is no module");
    at += Word.size();
    const size_t end = std::min(text.find_first_of(".[", at), text.size());
    const std::string name = text.substr(at, end - at);
    module.here += (module.here.empty() ? "" : ".") + Named(name);
    module.bare += std::string(Word) + name + ".";
    at = end;
    if (at < text.size() && text[at] == '[') {
      bool quoted = false;
      size_t close = at + 1;
      for (; close < text.size() && (quoted || text[close] != ']'); ++close) {
        if (quoted && text[close] == '\\') {
          ++close;
        } else if (text[close] == '"') {
          quoted = !quoted;
        }
      }
      if (close >= text.size()) return Wrong("`" + text + "` is no module");
      module.here += text.substr(at, close + 1 - at);
      at = close + 1;
    }
    if (at < text.size() && text[at++] != '.') return Wrong("`" + text + "` is no module");
  }
  return module;
}

// `provider["registry.opentofu.org/hashicorp/aws"].alias` to `aws`; also `provider.aws`.
Result<std::string> ReadProvider(const std::string& text) {
  std::string name;
  if (const size_t open = text.find("provider[\""); open != std::string::npos) {
    const size_t begin = open + 10, end = text.find('"', begin);
    if (end != std::string::npos) name = text.substr(begin, end - begin);
    name = name.substr(name.rfind('/') + 1);  // npos + 1 is 0
  } else if (const size_t dot = text.find("provider."); dot != std::string::npos) {
    name = text.substr(dot + 9, text.find('.', dot + 9) - dot - 9);
  }
  if (name.empty()) return Wrong("`" + text + "` is no provider");
  return name;
}

std::string TypeHere(const std::string& provider, const std::string& type) {
  const bool own = type.starts_with(provider + "_") && type.size() > provider.size() + 1;
  return provider + "." + (own ? type.substr(provider.size() + 1) : type);
}

Result<std::string> ReadIndex(const Value& instance) {
  const Value* key = instance.Find("index_key");
  if (!key || key->is_null()) return std::string();
  if (key->As<int64_t>() || key->As<std::string>()) return "[" + value::ToJson(*key) + "]";
  return Wrong("an `index_key` is neither a number nor a text");
}

// The names of attributes that hold something sensitive. A path begins with one.
Result<std::vector<std::string>> ReadSensitive(const Value& instance) {
  std::set<std::string> names;
  SPRINT_ASSIGN_OR_RETURN(const List paths, TakeOr<List>(instance, "sensitive_attributes", List{}));
  for (const Value& path : paths) {
    const auto* steps = path.As<List>();
    if (!steps || steps->empty() || steps->front().Text("type") != "get_attr") {
      return Wrong("a path of `sensitive_attributes` is none");
    }
    names.insert(steps->front().Text("value"));
  }
  return std::vector<std::string>(names.begin(), names.end());
}

class Reader {
 public:
  Result<TofuState> Read(const Value& document) {
    SPRINT_ASSIGN_OR_RETURN(state_.lineage,
                            TakeOr<std::string>(document, "lineage", std::string()));
    SPRINT_ASSIGN_OR_RETURN(state_.serial, TakeOr<int64_t>(document, "serial", 0));
    SPRINT_ASSIGN_OR_RETURN(const Object outputs, TakeOr<Object>(document, "outputs", Object{}));
    state_.outputs = static_cast<int64_t>(outputs.size());
    SPRINT_ASSIGN_OR_RETURN(const List resources, TakeOr<List>(document, "resources", List{}));
    std::vector<Resource> read;
    for (const Value& resource : resources) {
      SPRINT_ASSIGN_OR_RETURN(std::optional<Resource> one, ReadResource(resource));
      if (one) read.push_back(std::move(*one));
    }
    for (const Resource& resource : read) SPRINT_RETURN_IF_ERROR(ReadInstances(resource));
    Depend();
    return std::move(state_);
  }

 private:
  struct Resource {
    Module module;
    std::string module_text, type, name, provider;
    List instances;

    std::string place() const { return module.here + "/" + Named(name); }
  };

  Result<std::optional<Resource>> ReadResource(const Value& value) {
    Resource resource;
    SPRINT_ASSIGN_OR_RETURN(const std::string mode,
                            TakeOr<std::string>(value, "mode", std::string()));
    SPRINT_ASSIGN_OR_RETURN(resource.type, TakeOr<std::string>(value, "type", std::string()));
    SPRINT_ASSIGN_OR_RETURN(resource.name, TakeOr<std::string>(value, "name", std::string()));
    if (resource.type.empty() || resource.name.empty()) return Wrong("a resource has no name");
    if (mode == "data") {
      ++state_.data;
      return std::optional<Resource>();
    }
    if (mode != "managed") return Wrong("`" + mode + "` is no mode of a resource");
    SPRINT_ASSIGN_OR_RETURN(resource.module_text,
                            TakeOr<std::string>(value, "module", std::string()));
    SPRINT_ASSIGN_OR_RETURN(resource.module, ReadModule(resource.module_text));
    SPRINT_ASSIGN_OR_RETURN(resource.provider,
                            TakeOr<std::string>(value, "provider", std::string()));
    SPRINT_ASSIGN_OR_RETURN(resource.instances, TakeOr<List>(value, "instances", List{}));
    types_[resource.place()].insert(resource.type);
    return std::optional<Resource>(std::move(resource));
  }

  Status ReadInstances(const Resource& resource) {
    std::string base = resource.module.here;
    if (!base.empty()) base += ".";
    base += Named(resource.name);
    if (types_.at(resource.place()).size() > 1) base += "_" + Named(resource.type);
    const std::string bare = resource.module.bare + resource.type + "." + resource.name;
    for (const Value& instance : resource.instances) {
      SPRINT_ASSIGN_OR_RETURN(const std::string index, ReadIndex(instance));
      const std::string address = base + index;
      const std::string old_address =
          (resource.module_text.empty() ? "" : resource.module_text + ".") + resource.type + "." +
          resource.name + index;
      if (!IsAddress(address)) return Wrong("`" + old_address + "` cannot be an address here");
      Status read = ReadObject(resource, instance, address, old_address);
      if (!read.ok()) return read.TakeError().While("reading `" + old_address + "`");
      addresses_[bare].insert(address);
    }
    return Ok();
  }

  Status ReadObject(const Resource& resource, const Value& instance, const std::string& address,
                    const std::string& old_address) {
    SPRINT_ASSIGN_OR_RETURN(std::string provider_text,
                            TakeOr<std::string>(instance, "provider", resource.provider));
    SPRINT_ASSIGN_OR_RETURN(const std::string provider, ReadProvider(provider_text));
    if (instance.Find("attributes_flat")) {
      return Wrong("it was written before Terraform 0.12: `tofu refresh` writes it anew");
    }
    SPRINT_ASSIGN_OR_RETURN(Object attributes, TakeOr<Object>(instance, "attributes", Object{}));
    SPRINT_ASSIGN_OR_RETURN(const int64_t schema, TakeOr<int64_t>(instance, "schema_version", 0));
    SPRINT_ASSIGN_OR_RETURN(const std::string encoded,
                            TakeOr<std::string>(instance, "private", std::string()));
    SPRINT_ASSIGN_OR_RETURN(const std::string status,
                            TakeOr<std::string>(instance, "status", std::string()));
    if (!status.empty() && status != "tainted") return Wrong("`" + status + "` is no status");
    auto private_bytes = secrets::FromBase64(encoded);
    if (!private_bytes.ok()) return Wrong("`private` is no base64 text");

    auto [entry, first] = state_.records.try_emplace(address);
    state::Record& record = entry->second;
    if (first) {
      record.address = address;
      record.provider = provider;
      record.type = TypeHere(provider, resource.type);
      state_.names.emplace_back(old_address, address);
    } else if (record.type != TypeHere(provider, resource.type)) {
      return Wrong("`" + address + "` would have two objects");
    }
    SPRINT_ASSIGN_OR_RETURN(const std::vector<std::string> sensitive, ReadSensitive(instance));
    for (const std::string& name : sensitive) {
      if (std::find(record.sensitive.begin(), record.sensitive.end(), name) ==
          record.sensitive.end()) {
        record.sensitive.push_back(name);
      }
    }
    SPRINT_ASSIGN_OR_RETURN(const std::string deposed,
                            TakeOr<std::string>(instance, "deposed", std::string()));
    if (!deposed.empty()) {
      for (const state::Deposed& old : record.deposed) {
        if (old.key == deposed) return Wrong("it has `" + deposed + "` deposed twice");
      }
      record.deposed.push_back({deposed, std::move(attributes), *private_bytes, schema, ""});
      return Ok();
    }
    if (!record.attributes.is_null()) return Wrong("it is there twice");
    record.attributes = std::move(attributes);
    record.private_bytes = *private_bytes;
    record.schema_version = schema;
    record.tainted = status == "tainted";
    SPRINT_ASSIGN_OR_RETURN(record.lifecycle.create_before_destroy,
                            TakeOr<bool>(instance, "create_before_destroy", false));
    SPRINT_ASSIGN_OR_RETURN(record.lifecycle.retain, TakeOr<bool>(instance, "skip_destroy", false));
    SPRINT_ASSIGN_OR_RETURN(const List needs, TakeOr<List>(instance, "dependencies", List{}));
    for (const Value& need : needs) {
      const auto* text = need.As<std::string>();
      if (!text) return Wrong("`dependencies` holds what is no text");
      record.dependencies.push_back(*text);
    }
    return Ok();
  }

  // Old addresses of whole resources to those of their instances here. What is not there
  // any more, or is data, is nothing to wait for.
  void Depend() {
    for (auto& [address, record] : state_.records) {
      std::set<std::string> needs;
      for (const std::string& old : record.dependencies) {
        const auto found = addresses_.find(old);
        if (found != addresses_.end()) needs.insert(found->second.begin(), found->second.end());
      }
      needs.erase(address);
      record.dependencies.assign(needs.begin(), needs.end());
    }
  }

  TofuState state_;
  std::map<std::string, std::set<std::string>> types_;      // by place
  std::map<std::string, std::set<std::string>> addresses_;  // by old address without indices
};

}  // namespace

bool LooksLikeTofuState(const std::string& text) {
  const auto document = value::FromJson(text);
  return document.ok() && !document->Find("format") &&
         (document->Find("terraform_version") || document->Find("encrypted_data") ||
          (document->Find("version") && document->Find("lineage")));
}

Result<TofuState> ReadTofuState(const std::string& text) {
  const auto document = value::FromJson(text);
  if (!document.ok()) return Wrong(document.error().message());
  if (document->Find("encrypted_data")) {
    return Wrong("it is encrypted: `tofu state pull` writes it in clear");
  }
  SPRINT_ASSIGN_OR_RETURN(const int64_t version, TakeOr<int64_t>(*document, "version", 0));
  if (version != Version) {
    return Wrong("it is of version " + std::to_string(version) +
                 ", and only 4 is known: `tofu refresh` writes that");
  }
  return Reader().Read(*document);
}

}  // namespace sprint::exchange
