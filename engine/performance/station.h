#pragma once

// Response times of the places where requests are served. Times in s, rates in
// requests/s, utilisation as a share of 1. Every function is pure.
//
// All of it takes arrivals as Poisson and times as independent. Against the simulation
// (tests/bench/simulate: random placed applications, used below 0.8) means agree within
// 2 %, and 95th percentiles within 10 %, but where
// - a request leaves a component by several flows at once and these meet again on one
//   instance: they arrive together and delay each other, by up to half of the mean;
// - one part needs many times what the others on a busy instance need: the spread is of
//   parts that need about the same, so its p95 is up to 20 % too high (of a part that
//   needs much less than the others, somewhat too low);
// - some tenths of a function's requests are cold starts that take much longer than warm
//   ones: two moments do not give such a mixture, its p95 is up to 20 % too high;
// - demands vary by more than 100 %: then their quantiles depend on more than two moments.
//   Log-normal ones of 200 % have a p95 about 30 % below the formula's;
// - a function's limit of executions is nearly used: the wait before it is left out.
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
// `variation`: standard deviation over mean of the demands, c, of all parts there.
//   variance W^2 (c^2 + 2U h), h = m - m^2 (1 - (1 + c^2/m)^(-1/c^2)), m = (1+c^2)/(2(1-U)): the
//   conditional variance of Yashkov ("A derivation of response time distribution for a M/G/1
//   processor-sharing queue", Problems of Control and Information Theory 1983), which needs how
//   long requests would wait first come first served - taken as exponential with the mean of
//   Pollaczek and Khinchine - over demands of a gamma distribution. As above for c = 1.
Sojourn ProcessorSharing(double demand, double utilisation, double variation = 1);

// `servers` cores shared evenly by all requests there, each on at most one core at a time:
// what an operating system does with the processes on a node.
//   mean D + C D/(k(1-U)), C the Erlang C probability that all cores are busy: M/M/k,
//   exact for any mix of parts and insensitive to the distribution of demands (Cohen,
//   "The multiple phase service network with generalized processor sharing", Acta
//   Informatica 1979). First come first served has the same mean when all demands on the
//   node are exponential with one mean, and another when not.
//   variance W^2 (1 + 2x/(x + 1.4 + 0.5/w + 0.1/w^2)), w = 1/(k(1-U)), x = C w: fitted to the exact
//   one of exponential demands, which a system of linear equations gives (each number of
//   others present is a state). Within 1.5 % of it for 2 to 64 cores and U up to 0.95. With
//   another `variation` what the others add changes as on a single server.
Sojourn MultiCore(double demand, double utilisation, unsigned servers, double variation = 1);

// Probability that all `servers` are busy when `load` = rate * demand arrives.
double ErlangC(unsigned servers, double load);

// A node whose demands are per core serves `cores` requests at full speed; any other is one
// processor-sharing server. Below one core everything takes 1/cores as long; a
// fraction above a whole number of cores makes each a little faster.
// `busy` is rate * demand of all parts on the node, demand as measured on one core.
Sojourn Node(double demand, double busy, double cores, bool per_core, double variation = 1);
double NodeUtilisation(double busy, double cores, bool per_core);

// A function whose warm instances die after `idle` seconds without a request; a request
// that finds all of them busy starts a cold one. `cold_share` of all requests do. Times
// are exponential, warm or cold; their `variation` changes the variance of the response.
// Source: Mahmoudi and Khazaei, "Performance Modeling of Serverless Computing
// Platforms", IEEE TCC 2020, as restated in the formulas beside the code.
struct FunctionResponse {
  Sojourn response;
  double cold_share = 0;
};
FunctionResponse WarmPool(double rate, double warm, double cold, double idle, double variation = 1);

// Mean time (s) that is billed for an execution when every unit begun is billed whole:
// unit * sum over k of P(X > k unit) = unit / (1 - e^(-unit/mean)) for exponential times.
double BilledTime(double mean, double unit);

// The p-quantile (0 < p < 1) of a sum of independent stages with this mean and
// variance, by a gamma distribution with the same two moments. A variance of 0 is a
// constant. Infinite for an infinite mean.
double Quantile(const Sojourn& sum, double p);

}  // namespace sprint::performance
