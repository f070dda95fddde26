#include <cmath>

#include "compiler/sema/evaluate.h"

namespace sprint::sema {
namespace {

Dimension Combine(const Dimension& a, const Dimension& b, int sign) {
  Dimension d;
  d.time = static_cast<int8_t>(a.time + sign * b.time);
  d.data = static_cast<int8_t>(a.data + sign * b.data);
  d.money = static_cast<int8_t>(a.money + sign * b.money);
  d.energy = static_cast<int8_t>(a.energy + sign * b.energy);
  d.mass = static_cast<int8_t>(a.mass + sign * b.mass);
  return d;
}

// The unit of a product with a bare number or a share is the other factor's.
std::string UnitOf(const Quantity& a, const Quantity& b, const Dimension& dimension) {
  if (a.dimension == dimension && (b.dimension.none() || b.dimension.ratio)) return a.unit;
  if (b.dimension == dimension && (a.dimension.none() || a.dimension.ratio)) return b.unit;
  return "";
}

}  // namespace

bool IsPoison(const ir::Value& value) { return value.As<ir::Poison>() != nullptr; }

std::string WithArticle(const std::string& noun) {
  const bool vowel = !noun.empty() && std::string("aeiouAEIOU").find(noun[0]) != std::string::npos;
  return (vowel ? "an " : "a ") + noun;
}

std::string TypeName(const ir::Value& value) {
  if (const auto* quantity = value.As<Quantity>()) return Name(quantity->dimension);
  if (value.is_null()) return "null";
  if (value.As<bool>()) return "Bool";
  if (value.As<std::string>() || value.As<ir::Join>()) return "Text";
  if (value.As<ir::List>()) return "List";
  if (value.As<ir::Record>()) return "record";
  if (const auto* ref = value.As<ir::Ref>()) return ref->kind;
  if (value.As<ir::Later>()) return "later value";
  if (value.As<ir::SecretRef>()) return "secret";
  return "value";
}

bool Same(const ir::Value& a, const ir::Value& b) {
  if (a.data.index() != b.data.index()) return false;
  if (const auto* list = a.As<ir::List>()) {
    const auto& other = *b.As<ir::List>();
    if (list->size() != other.size()) return false;
    for (size_t i = 0; i < list->size(); ++i) {
      if (!Same((*list)[i], other[i])) return false;
    }
    return true;
  }
  if (const auto* quantity = a.As<Quantity>()) return *quantity == *b.As<Quantity>();
  return ir::Show(a) == ir::Show(b);
}

ir::Value Arithmetic(ast::BinaryOp op, const Quantity& a, const Quantity& b, std::string& mistake) {
  if (!a.currency.empty() && !b.currency.empty() && a.currency != b.currency) {
    mistake =
        "`" + a.currency + "` and `" + b.currency + "` do not mix; there is no silent exchange";
    return ir::Poison{};
  }
  const std::string currency = a.currency.empty() ? b.currency : a.currency;
  Quantity result;
  result.currency = currency;
  switch (op) {
    case ast::BinaryOp::Add:
    case ast::BinaryOp::Sub:
      if (!(a.dimension == b.dimension)) {
        mistake = "cannot " + std::string(op == ast::BinaryOp::Add ? "add" : "subtract") + " " +
                  Name(b.dimension) + (op == ast::BinaryOp::Add ? " to " : " from ") +
                  Name(a.dimension);
        return ir::Poison{};
      }
      result.value = op == ast::BinaryOp::Add ? a.value + b.value : a.value - b.value;
      result.dimension = a.dimension;
      result.unit = a.unit;
      return result;
    case ast::BinaryOp::Mul:
      result.value = a.value * b.value;
      result.dimension = Combine(a.dimension, b.dimension, 1);
      result.dimension.ratio = (a.dimension.ratio && (b.dimension.ratio || b.dimension.none())) ||
                               (b.dimension.ratio && a.dimension.none());
      result.unit = UnitOf(a, b, result.dimension);
      break;
    case ast::BinaryOp::Div:
      if (b.value == 0) {
        mistake = "division by zero";
        return ir::Poison{};
      }
      result.value = a.value / b.value;
      result.dimension = Combine(a.dimension, b.dimension, -1);
      result.dimension.ratio = a.dimension.ratio && b.dimension.none();
      result.unit = b.dimension.none() ? a.unit : "";
      break;
    case ast::BinaryOp::Mod:
      if (!a.dimension.none() || !b.dimension.none() || b.value == 0) {
        mistake = b.value == 0 ? "division by zero" : "the rest of a division needs two numbers";
        return ir::Poison{};
      }
      result.value = std::fmod(a.value, b.value);
      break;
    default:
      mistake = "not an arithmetic operator";
      return ir::Poison{};
  }
  if (result.dimension.money == 0) result.currency.clear();
  if (!std::isfinite(result.value)) {
    mistake = "the result is too large";
    return ir::Poison{};
  }
  return result;
}

}  // namespace sprint::sema
