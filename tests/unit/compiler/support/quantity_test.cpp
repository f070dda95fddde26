#include "compiler/support/quantity.h"

#include <gtest/gtest.h>

namespace sprint {
namespace {

TEST(Quantity, UnitsTurnIntoBaseUnits) {
  EXPECT_DOUBLE_EQ(MakeQuantity(180, "ms")->value, 0.18);
  EXPECT_DOUBLE_EQ(MakeQuantity(1.8, "MiB")->value, 1.8 * 1024 * 1024);
  EXPECT_DOUBLE_EQ(MakeQuantity(100, "Mbit/s")->value, 12.5e6);
  EXPECT_DOUBLE_EQ(MakeQuantity(0.12, "EUR/h")->value, 0.12 / 3600);
  EXPECT_DOUBLE_EQ(MakeQuantity(40, "%")->value, 0.4);
}

TEST(Quantity, UnitsHaveDimensions) {
  EXPECT_EQ(MakeQuantity(1, "MiB/s")->dimension, dimension::Bandwidth);
  EXPECT_EQ(MakeQuantity(1, "EUR/h")->dimension, dimension::Price);
  EXPECT_EQ(MakeQuantity(1, "g/kWh")->dimension, dimension::Carbon);
  EXPECT_EQ(MakeQuantity(1, "W")->dimension, MakeQuantity(1, "J/s")->dimension);
  // What is counted has no unit of its own.
  EXPECT_EQ(MakeQuantity(4, "moves/h")->dimension, dimension::Rate);
}

TEST(Quantity, AShareIsNoBareNumber) {
  EXPECT_FALSE(MakeQuantity(92, "%")->dimension == dimension::None);
  EXPECT_EQ(SampleUnit(dimension::Ratio), "%");
}

TEST(Quantity, UnknownUnitsAreRefused) {
  EXPECT_FALSE(MakeQuantity(1, "parsec").has_value());
  EXPECT_FALSE(MakeQuantity(1, "MiB/").has_value());
  EXPECT_FALSE(MakeQuantity(1, "ms/parsec").has_value());
}

TEST(Quantity, IsShownInTheUnitTheUserWrote) {
  EXPECT_EQ(Format(*MakeQuantity(240, "KiB")), "240 KiB");
  EXPECT_EQ(Format(*MakeQuantity(0.002, "EUR/h")), "0.002 EUR/h");
  EXPECT_EQ(Format(*MakeQuantity(90.3, "%")), "90.3 %");
}

TEST(Quantity, IsReadableWithoutAUnit) {
  EXPECT_EQ(Format(Quantity{0.28125, dimension::Time, "", ""}), "281 ms");
  EXPECT_EQ(Format(Quantity{0.122 / 3600, dimension::Price, "", "EUR"}), "0.122 EUR/h");
  EXPECT_EQ(Format(Quantity{2.5 * 1024 * 1024, dimension::Size, "", ""}), "2.5 MiB");
}

TEST(Quantity, MoneyKeepsItsCurrency) {
  EXPECT_FALSE(*MakeQuantity(1, "EUR") == *MakeQuantity(1, "USD"));
}

TEST(Quantity, PercentilesAreNamedAsAProgramNamesThem) {
  EXPECT_EQ(FormatPercentile(0.95), "p95");
  EXPECT_EQ(FormatPercentile(0.999), "p999");
  EXPECT_EQ(FormatPercentile(0.9999), "p9999");
  EXPECT_EQ(FormatPercentile(0.5), "p50");
  EXPECT_EQ(FormatPercentile(0.05), "p5");
  EXPECT_EQ(FormatPercentile(0.055), "p055");
  EXPECT_EQ(FormatPercentile(0.000001), "p000001");
}

TEST(Quantity, UnitThatSaysItShortest) {
  const auto said = [](double value, const Dimension& dimension) {
    const std::string unit = ShortestUnit(value, dimension);
    return FormatNumber(value / ParseUnit(unit)->factor, 15) + " " + unit;
  };
  EXPECT_EQ(said(67108864, dimension::Size), "64 MiB");
  EXPECT_EQ(said(536870912, dimension::Size), "512 MiB");
  EXPECT_EQ(said(8589934592, dimension::Size), "8 GiB");
  EXPECT_EQ(said(500e6, dimension::Size), "500 MB");
  EXPECT_EQ(said(1001, dimension::Size), "1001 B");
  EXPECT_EQ(said(12.5e6, dimension::Bandwidth), "100 Mbit/s");
  EXPECT_EQ(said(0.003, dimension::Time), "3 ms");
  EXPECT_EQ(said(0, dimension::Time), "0 ms");
  EXPECT_EQ(ShortestUnit(1, Dimension{}), "");
}

}  // namespace
}  // namespace sprint
