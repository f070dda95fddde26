#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sprint {

// Exponents of the base dimensions. A quantity is stored in the base units
// s, B (bytes), currency, J, g: so Bandwidth is B/s, Price is EUR/s, Power is W.
struct Dimension {
  int8_t time = 0;
  int8_t data = 0;
  int8_t money = 0;
  int8_t energy = 0;
  int8_t mass = 0;
  // A share of a whole (`%`): no dimension, yet not a bare number.
  bool ratio = false;

  bool none() const { return *this == Dimension{}; }
  friend bool operator==(const Dimension&, const Dimension&) = default;
};

namespace dimension {
inline constexpr Dimension None{};
inline constexpr Dimension Time{.time = 1};
inline constexpr Dimension Size{.data = 1};
inline constexpr Dimension Rate{.time = -1};
inline constexpr Dimension Bandwidth{.time = -1, .data = 1};
inline constexpr Dimension Money{.money = 1};
inline constexpr Dimension Price{.time = -1, .money = 1};
inline constexpr Dimension Energy{.energy = 1};
inline constexpr Dimension Power{.time = -1, .energy = 1};
inline constexpr Dimension Ratio{.ratio = true};
inline constexpr Dimension Carbon{.energy = -1, .mass = 1};
inline constexpr Dimension Mass{.mass = 1};
inline constexpr Dimension Emission{.time = -1, .mass = 1};
inline constexpr Dimension Tariff{.money = 1, .energy = -1};
inline constexpr Dimension Fare{.data = -1, .money = 1};
}  // namespace dimension

// A unit as written: `ms`, `EUR/h`, `Mbit/s`, `moves/h`. `factor` turns a number in
// this unit into base units.
struct UnitInfo {
  Dimension dimension;
  double factor = 1;
  // "EUR", "USD", or empty: money of two currencies never mixes.
  std::string currency;
};
// nullopt when `unit` is none we know. Grammar: NAME [ "/" NAME ]. A noun before a
// slash that is not a unit (`moves/h`) counts things.
std::optional<UnitInfo> ParseUnit(std::string_view unit);

// A number with its dimension, and the unit the user wrote it in, kept for showing.
struct Quantity {
  double value = 0;  // in base units
  Dimension dimension;
  std::string unit;  // empty: choose a readable one
  std::string currency;

  friend bool operator==(const Quantity& a, const Quantity& b) {
    return a.value == b.value && a.dimension == b.dimension && a.currency == b.currency;
  }
};

// nullopt for an unknown unit.
std::optional<Quantity> MakeQuantity(double number, std::string_view unit);

// "Time", "Bandwidth", "Number", or "time^2*data" for a dimension without a name.
std::string Name(const Dimension& dimension);
// A unit to offer when a bare number stands where this dimension is due: "ms", "MiB".
std::string_view SampleUnit(const Dimension& dimension);
// In the unit the user wrote, or a readable one: "281 ms", "0.122 EUR/h", "90.3 %".
std::string Format(const Quantity& quantity);
// The unit in which `value` base units are said shortest and without a loss: "MiB" for
// 67108864 B, "MB" for 500000000. Empty when quantities of the dimension are not shown in one.
std::string ShortestUnit(double value, const Dimension& dimension);
// The shortest decimal that reads back as the same double, at most `digits` significant.
std::string FormatNumber(double number, int digits = 6);
// What a program calls the percentile of this share: `p95` of 0.95, `p999` of 0.999.
std::string FormatPercentile(double share);

}  // namespace sprint
