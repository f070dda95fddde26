#include "compiler/support/quantity.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace sprint {
namespace {

struct NamedUnit {
  std::string_view name;
  Dimension dimension;
  double factor;
};

constexpr double KiB = 1024;
constexpr double MiB = KiB * 1024;
constexpr double GiB = MiB * 1024;
constexpr double TiB = GiB * 1024;

constexpr std::array Units = {
    NamedUnit{"ns", dimension::Time, 1e-9},       NamedUnit{"us", dimension::Time, 1e-6},
    NamedUnit{"ms", dimension::Time, 1e-3},       NamedUnit{"s", dimension::Time, 1},
    NamedUnit{"min", dimension::Time, 60},        NamedUnit{"h", dimension::Time, 3600},
    NamedUnit{"d", dimension::Time, 86400},       NamedUnit{"month", dimension::Time, 2629800},
    NamedUnit{"year", dimension::Time, 31557600}, NamedUnit{"bit", dimension::Size, 0.125},
    NamedUnit{"kbit", dimension::Size, 125},      NamedUnit{"Mbit", dimension::Size, 125e3},
    NamedUnit{"Gbit", dimension::Size, 125e6},    NamedUnit{"Tbit", dimension::Size, 125e9},
    NamedUnit{"B", dimension::Size, 1},           NamedUnit{"kB", dimension::Size, 1e3},
    NamedUnit{"MB", dimension::Size, 1e6},        NamedUnit{"GB", dimension::Size, 1e9},
    NamedUnit{"TB", dimension::Size, 1e12},       NamedUnit{"KiB", dimension::Size, KiB},
    NamedUnit{"MiB", dimension::Size, MiB},       NamedUnit{"GiB", dimension::Size, GiB},
    NamedUnit{"TiB", dimension::Size, TiB},       NamedUnit{"rps", dimension::Rate, 1},
    NamedUnit{"Hz", dimension::Rate, 1},          NamedUnit{"mW", dimension::Power, 1e-3},
    NamedUnit{"W", dimension::Power, 1},          NamedUnit{"kW", dimension::Power, 1e3},
    NamedUnit{"J", dimension::Energy, 1},         NamedUnit{"kJ", dimension::Energy, 1e3},
    NamedUnit{"Wh", dimension::Energy, 3600},     NamedUnit{"kWh", dimension::Energy, 3.6e6},
    NamedUnit{"%", dimension::Ratio, 0.01},       NamedUnit{"g", dimension::Mass, 1},
    NamedUnit{"kg", dimension::Mass, 1e3},
};

constexpr std::array<std::string_view, 6> Currencies = {"EUR", "USD", "GBP", "CHF", "JPY", "CNY"};

std::optional<UnitInfo> Simple(std::string_view name) {
  for (const NamedUnit& unit : Units) {
    if (unit.name == name) return UnitInfo{unit.dimension, unit.factor, ""};
  }
  for (std::string_view currency : Currencies) {
    if (currency == name) return UnitInfo{dimension::Money, 1, std::string(currency)};
  }
  return std::nullopt;
}

Dimension Divide(const Dimension& a, const Dimension& b) {
  Dimension d;
  d.time = static_cast<int8_t>(a.time - b.time);
  d.data = static_cast<int8_t>(a.data - b.data);
  d.money = static_cast<int8_t>(a.money - b.money);
  d.energy = static_cast<int8_t>(a.energy - b.energy);
  d.mass = static_cast<int8_t>(a.mass - b.mass);
  return d;
}

struct Display {
  Dimension dimension;
  std::string_view unit;
  double from;  // use this unit from here up, in base units
};

// Within one dimension in falling order of size; the last is the fallback.
constexpr std::array Displays = {
    Display{dimension::Time, "d", 2 * 86400.0},
    Display{dimension::Time, "h", 2 * 3600.0},
    Display{dimension::Time, "min", 120},
    Display{dimension::Time, "s", 1},
    Display{dimension::Time, "ms", 1e-3},
    Display{dimension::Time, "us", 0},
    Display{dimension::Size, "GiB", GiB},
    Display{dimension::Size, "MiB", MiB},
    Display{dimension::Size, "KiB", KiB},
    Display{dimension::Size, "B", 0},
    Display{dimension::Bandwidth, "Gbit/s", 125e6},
    Display{dimension::Bandwidth, "Mbit/s", 0},
    Display{dimension::Rate, "rps", 0},
    Display{dimension::Energy, "kWh", 3.6e6},
    Display{dimension::Energy, "J", 0},
    Display{dimension::Power, "W", 0},
    Display{dimension::Ratio, "%", 0},
    Display{dimension::Carbon, "g/kWh", 0},
    Display{dimension::Mass, "kg", 1e3},
    Display{dimension::Mass, "g", 0},
    Display{dimension::Emission, "g/h", 0},
};

}  // namespace

std::optional<UnitInfo> ParseUnit(std::string_view unit) {
  const size_t slash = unit.find('/');
  if (slash == std::string_view::npos) return Simple(unit);
  const auto below = Simple(unit.substr(slash + 1));
  if (!below) return std::nullopt;
  const std::string_view above_name = unit.substr(0, slash);
  // `4 moves/h`, `1/min`: what is counted has no unit of its own.
  const auto above = Simple(above_name).value_or(UnitInfo{});
  return UnitInfo{Divide(above.dimension, below->dimension), above.factor / below->factor,
                  above.currency};
}

std::optional<Quantity> MakeQuantity(double number, std::string_view unit) {
  const auto info = ParseUnit(unit);
  if (!info) return std::nullopt;
  return Quantity{number * info->factor, info->dimension, std::string(unit), info->currency};
}

std::string Name(const Dimension& d) {
  if (d == dimension::None) return "Number";
  if (d == dimension::Time) return "Time";
  if (d == dimension::Size) return "Size";
  if (d == dimension::Rate) return "Rate";
  if (d == dimension::Bandwidth) return "Bandwidth";
  if (d == dimension::Money) return "Money";
  if (d == dimension::Price) return "Price";
  if (d == dimension::Energy) return "Energy";
  if (d == dimension::Power) return "Power";
  if (d == dimension::Ratio) return "Ratio";
  if (d == dimension::Carbon) return "Carbon";
  if (d == dimension::Mass) return "Mass";
  if (d == dimension::Emission) return "Emission";
  if (d == dimension::Tariff) return "Tariff";
  if (d == dimension::Fare) return "Fare";
  std::string text;
  const auto add = [&](const char* name, int exponent) {
    if (exponent == 0) return;
    if (!text.empty()) text += "*";
    text += name;
    if (exponent != 1) text += "^" + std::to_string(exponent);
  };
  add("time", d.time);
  add("data", d.data);
  add("money", d.money);
  add("energy", d.energy);
  add("mass", d.mass);
  return text;
}

std::string_view SampleUnit(const Dimension& d) {
  if (d == dimension::Time) return "ms";
  if (d == dimension::Size) return "MiB";
  if (d == dimension::Rate) return "rps";
  if (d == dimension::Bandwidth) return "Mbit/s";
  if (d == dimension::Money) return "EUR";
  if (d == dimension::Price) return "EUR/h";
  if (d == dimension::Energy) return "Wh";
  if (d == dimension::Power) return "W";
  if (d == dimension::Ratio) return "%";
  if (d == dimension::Carbon) return "g/kWh";
  if (d == dimension::Mass) return "g";
  if (d == dimension::Emission) return "g/h";
  if (d == dimension::Tariff) return "EUR/kWh";
  if (d == dimension::Fare) return "EUR/GB";
  return "";
}

std::string FormatNumber(double number, int digits) {
  char text[64];
  for (int precision = 1; precision <= digits; ++precision) {
    std::snprintf(text, sizeof text, "%.*g", precision, number);
    if (std::strtod(text, nullptr) == number) break;
  }
  // No exponents for the sizes people read.
  const double magnitude = std::fabs(number);
  if (magnitude >= 1 && magnitude < 1e15 &&
      std::string_view(text).find('e') != std::string_view::npos) {
    std::snprintf(text, sizeof text, "%.0f", number);
  }
  return text;
}

std::string FormatPercentile(double share) {
  std::string digits = FormatNumber(share * 100, 8);
  // Digits behind the second are decimals.
  if (const size_t dot = digits.find('.'); dot != std::string::npos) {
    digits.erase(dot, 1);
    if (dot < 2) digits.insert(0, "0");
  }
  return "p" + digits;
}

std::string Format(const Quantity& quantity) {
  if (quantity.dimension.none() && quantity.unit.empty()) return FormatNumber(quantity.value);
  if (!quantity.unit.empty()) {
    if (const auto info = ParseUnit(quantity.unit); info && info->dimension == quantity.dimension) {
      return FormatNumber(quantity.value / info->factor) + " " + quantity.unit;
    }
  }
  if (quantity.dimension == dimension::Price || quantity.dimension == dimension::Money) {
    const std::string currency = quantity.currency.empty() ? "EUR" : quantity.currency;
    const bool price = quantity.dimension == dimension::Price;
    return FormatNumber(quantity.value * (price ? 3600 : 1), 4) + " " + currency +
           (price ? "/h" : "");
  }
  for (const Display& display : Displays) {
    if (!(display.dimension == quantity.dimension)) continue;
    if (std::fabs(quantity.value) < display.from) continue;
    const double factor = ParseUnit(display.unit)->factor;
    return FormatNumber(quantity.value / factor, 3) + " " + std::string(display.unit);
  }
  return FormatNumber(quantity.value) + " " + Name(quantity.dimension);
}

std::string ShortestUnit(double value, const Dimension& dimension) {
  if (value == 0) return std::string(SampleUnit(dimension));
  std::string shortest;
  size_t least = 0;
  const auto consider = [&](std::string_view unit) {
    const double number = value / ParseUnit(unit)->factor;
    // 512 MiB rather than 0.5 GiB.
    const size_t length = FormatNumber(number, 15).size() + (std::fabs(number) < 1 ? 1 : 0);
    if (!shortest.empty() && length >= least) return;
    shortest = unit;
    least = length;
  };
  for (const Display& display : Displays) {
    if (display.dimension == dimension) consider(display.unit);
  }
  if (dimension == sprint::dimension::Size) {
    for (const char* unit : {"GB", "MB", "kB"}) consider(unit);
  }
  return shortest;
}

}  // namespace sprint
