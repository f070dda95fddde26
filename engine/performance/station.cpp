#include "engine/performance/station.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace sprint::performance {
namespace {

constexpr double Infinity = std::numeric_limits<double>::infinity();

// Regularised lower incomplete gamma function P(a, x): a series below a+1, Lentz's
// continued fraction above (Abramowitz and Stegun 6.5.29 and 6.5.31).
double GammaP(double a, double x) {
  if (x <= 0) return 0;
  const double scale = std::exp(a * std::log(x) - x - std::lgamma(a));
  constexpr int MostTerms = 10'000;
  constexpr double Enough = 1e-14;
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (int n = 1; n < MostTerms && term > sum * Enough; ++n) {
      term *= x / (a + n);
      sum += term;
    }
    return sum * scale;
  }
  constexpr double Tiny = 1e-300;
  double b = x + 1 - a;
  double c = 1 / Tiny;
  double d = 1 / b;
  double fraction = d;
  for (int n = 1; n < MostTerms; ++n) {
    const double numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    if (std::fabs(d) < Tiny) d = Tiny;
    c = b + numerator / c;
    if (std::fabs(c) < Tiny) c = Tiny;
    d = 1 / d;
    const double step = d * c;
    fraction *= step;
    if (std::fabs(step - 1) < Enough) break;
  }
  return 1 - scale * fraction;
}

// What others add to the squared variation of a request's time, over what they add where
// demands are exponential: (2-U) h.
double Disturbance(double utilisation, double variation) {
  const double square = variation * variation;
  const double wait = (1 + square) / (2 * (1 - utilisation));
  // 1 less the Laplace transform of a demand of mean 1, at 1/wait.
  const double ends = -std::expm1(square < 1e-9 ? -1 / wait : -std::log1p(square / wait) / square);
  return (2 - utilisation) * (wait - wait * wait * ends);
}

// Of an exponential demand `others` is what others add.
double SquaredVariation(double others, double utilisation, double variation) {
  if (variation == 1) return 1 + others;
  return variation * variation + others * Disturbance(utilisation, variation);
}

}  // namespace

Sojourn ProcessorSharing(double demand, double utilisation, double variation) {
  if (utilisation >= 1) return {Infinity, Infinity};
  const double mean = demand / (1 - utilisation);
  const double others = 2 * utilisation / (2 - utilisation);
  return {mean, mean * mean * SquaredVariation(others, utilisation, variation)};
}

double ErlangC(unsigned servers, double load) {
  if (load >= servers) return 1;
  // 1/B(m) = 1 + m/load * 1/B(m-1) never overflows the way factorials do.
  double blocked = 1;
  for (unsigned m = 1; m <= servers; ++m) blocked = load * blocked / (m + load * blocked);
  const double utilisation = load / servers;
  return blocked / (1 - utilisation * (1 - blocked));
}

Sojourn MultiCore(double demand, double utilisation, unsigned servers, double variation) {
  if (utilisation >= 1) return {Infinity, Infinity};
  if (servers == 1) return ProcessorSharing(demand, utilisation, variation);
  const double waits = ErlangC(servers, utilisation * servers);
  const double wait = 1 / (servers * (1 - utilisation));
  const double slower = waits * wait;
  const double mean = demand * (1 + slower);
  const double damped = slower + 1.4 + 0.5 / wait + 0.1 / (wait * wait);
  return {mean, mean * mean * SquaredVariation(2 * slower / damped, utilisation, variation)};
}

double NodeUtilisation(double busy, double cores, bool per_core) {
  return per_core ? busy / cores : busy;
}

Sojourn Node(double demand, double busy, double cores, bool per_core, double variation) {
  const double utilisation = NodeUtilisation(busy, cores, per_core);
  if (!per_core) return ProcessorSharing(demand, utilisation, variation);
  if (cores < 2) return ProcessorSharing(demand / cores, utilisation, variation);
  const auto servers = static_cast<unsigned>(std::floor(cores));
  return MultiCore(demand * servers / cores, utilisation, servers, variation);
}

FunctionResponse WarmPool(double rate, double warm, double cold, double idle, double variation) {
  const double second = 1 + variation * variation;
  if (rate <= 0) return {{cold, cold * cold * (second - 1)}, 1};
  const double load = rate * warm;
  // State m: m warm instances. B(m) is the Erlang B loss with m servers, a(m) what the
  // m-th takes, kappa(m) the rate at which one of m dies. The stationary weights of
  // the birth-death chain are products of up/down; in logarithms they never overflow.
  constexpr int MostInstances = 1000;
  double loss = 1;
  double down = 0;
  double log_weight = 0;
  double heaviest = 0;
  std::vector<double> log_weights;
  std::vector<double> losses;
  for (int m = 0; m <= MostInstances; ++m) {
    if (m > 0) {
      const double births = rate * loss;
      const double up = births / (1 + births * cold);
      const double next_loss = load * loss / (m + load * loss);
      const double taken = rate * (loss - next_loss);
      const double quiet = std::exp(-taken * idle);
      loss = next_loss;
      if (taken > 0 && quiet > 0) {
        const double window = idle + warm;
        const double gap =
            (1 - std::exp(-taken * window)) / taken - window * std::exp(-taken * window);
        down += 1 / (idle + (1 / quiet - 1) * gap);
      }
      // While none of m instances ever dies the chain only climbs: every state below
      // is left for good.
      if (down <= 0) {
        log_weights.assign(log_weights.size(), -Infinity);
        log_weight = 0;
      } else {
        log_weight += std::log(up) - std::log(down);
      }
      heaviest = down <= 0 ? 0 : std::max(heaviest, log_weight);
      if (log_weight < heaviest - 80 || up <= 0) break;
    }
    log_weights.push_back(log_weight);
    losses.push_back(loss);
  }
  double weight = 0;
  double sum = 0;
  for (size_t m = 0; m < log_weights.size(); ++m) {
    const double share = std::exp(log_weights[m] - heaviest);
    weight += share;
    sum += share * losses[m];
  }
  const double colds = sum / weight;
  const double mean = colds * cold + (1 - colds) * warm;
  const double square = second * (colds * cold * cold + (1 - colds) * warm * warm);
  return {{mean, square - mean * mean}, colds};
}

double BilledTime(double mean, double unit) {
  return mean > 0 ? unit / -std::expm1(-unit / mean) : unit;
}

double Quantile(const Sojourn& sum, double p) {
  if (!std::isfinite(sum.mean)) return Infinity;
  if (sum.variance <= 0 || sum.mean <= 0) return sum.mean;
  const double shape = sum.mean * sum.mean / sum.variance;
  const double scale = sum.variance / sum.mean;
  double low = 0;
  double high = std::max(1.0, shape);
  while (GammaP(shape, high) < p) high *= 2;
  for (int step = 0; step < 100; ++step) {
    const double middle = (low + high) / 2;
    (GammaP(shape, middle) < p ? low : high) = middle;
  }
  return scale * high;
}

}  // namespace sprint::performance
