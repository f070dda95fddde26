#pragma once

// Response times of the places where requests are served. Times in s, rates in
// requests/s, utilisation as a share of 1. Every function is pure.
namespace sprint::performance {

// Mean and variance of the time one request spends somewhere (s, s^2).
// Infinite when the place cannot keep up.
struct Sojourn {
  double mean = 0;
  double variance = 0;
};

// One processor-sharing server on which several parts mix: `demand` of the part
// asked about, `utilisation` of all of them together.
//   mean D/(1-U): insensitive to the distribution of demands (M/G/1-PS).
//   variance W^2 (2+U)/(2-U): exact for exponential demands (Coffman, Muntz and
//   Trotter, "Waiting time distributions for processor-sharing systems", JACM 1970).
Sojourn ProcessorSharing(double demand, double utilisation);

// `servers` cores, each serving one request at a time, first come first served:
// M/M/k. Mean D + C D/(k(1-U)); C is the Erlang C probability of waiting; the wait
// is 0 with 1-C and exponential otherwise.
Sojourn MultiCore(double demand, double utilisation, unsigned servers);

// Probability that all `servers` are busy when `load` = rate * demand arrives.
double ErlangC(unsigned servers, double load);

// A node that serves `cores` requests at once when its demands are per core, else one
// processor-sharing server. Below one core everything takes 1/cores as long; a
// fraction above a whole number of cores makes each a little faster.
// `busy` is rate * demand of all parts on the node, demand as measured on one core.
Sojourn Node(double demand, double busy, double cores, bool per_core);
double NodeUtilisation(double busy, double cores, bool per_core);

// Mean response time of a function whose warm instances die after `idle` seconds
// without a request; a request that finds all of them busy starts a cold one.
// Source: Mahmoudi and Khazaei, "Performance Modeling of Serverless Computing
// Platforms", IEEE TCC 2020, as restated in the formulas beside the code.
double WarmPoolMean(double rate, double warm, double cold, double idle);

// The p-quantile (0 < p < 1) of a sum of independent stages with this mean and
// variance, by a gamma distribution with the same two moments. A variance of 0 is a
// constant. Infinite for an infinite mean.
double Quantile(const Sojourn& sum, double p);

}  // namespace sprint::performance
