#include "engine/apply/contradiction.h"

namespace sprint::apply {

std::string Contradiction(const value::Value& planned, const value::Value& final,
                          const std::string& path) {
  if (planned.is_unknown() || planned == final) return "";
  const auto* fields = planned.As<value::Object>();
  if (fields && final.As<value::Object>()) {
    const value::Value null;
    for (const auto& [name, field] : *fields) {
      const value::Value* other = final.Find(name);
      const std::string inner = path.empty() ? name : path + "." + name;
      if (std::string at = Contradiction(field, other ? *other : null, inner); !at.empty()) {
        return at;
      }
    }
    return "";
  }
  const auto* items = planned.As<value::List>();
  const auto* others = final.As<value::List>();
  if (items && others && items->size() == others->size()) {
    for (size_t i = 0; i < items->size(); ++i) {
      const std::string inner = path + "[" + std::to_string(i) + "]";
      if (std::string at = Contradiction((*items)[i], (*others)[i], inner); !at.empty()) return at;
    }
    return "";
  }
  return path.empty() ? "the whole object" : path;
}

}  // namespace sprint::apply
