#include "engine/solver/certificate.h"

#include <charconv>
#include <cmath>

#include "engine/solver/record.h"

namespace sprint::solver {

void Proof::Price(const std::vector<double>& all) {
  prices.emplace();
  for (uint32_t j = 0; j < all.size(); ++j) {
    if (all[j] > 0) prices->emplace_back(j, all[j]);
  }
}

uint64_t Proof::Cases() const {
  uint64_t sum = 1;
  for (const Way& way : ways) sum += way.proof.Cases();
  return sum;
}

Proof& Proof::Add(size_t all, uint32_t value, std::vector<uint32_t> pools) {
  ways.reserve(all);
  ways.push_back({value, std::move(pools), {}});
  return ways.back().proof;
}

std::vector<double> Short(std::vector<double> prices) {
  constexpr int Digits = 6;
  for (double& price : prices) {
    char text[32];
    const auto end =
        std::to_chars(text, text + sizeof text, price, std::chars_format::scientific, Digits - 1);
    std::from_chars(text, end.ptr, price);
  }
  return prices;
}

double WriteDown(Proof& proof, Relaxation& relaxation, const Hardware& hardware,
                 std::vector<double>& prices, double bound, const Progress& progress) {
  // Nothing is left to choose from, at any price.
  if (!std::isfinite(bound)) return bound;
  std::vector<double> few = Short(prices);
  const double at = relaxation.At(hardware, few);
  if (!progress.Hopeless(bound) || progress.Hopeless(at)) {
    prices = std::move(few);
    bound = at;
  }
  proof.Price(prices);
  return bound;
}

}  // namespace sprint::solver
